import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { VERSION } from "../../src/version.ts";
import { startDashboard } from "../support/dashboard_process.ts";
import { partner, partnerRuntime } from "../support/partner.ts";
import { inScope, type Scope } from "../support/process.ts";
import { ROOT, type StartableRuntime } from "../support/runtimes.ts";

const npm = partner("npm", "npm");
const RUNTIMES = (["node", "deno", "bun"] as const).map((name) => ({
  name,
  runtime: partnerRuntime(name),
}));
/** Compilers and npm on a busy machine: as long as they need. */
const BUILD_MS = 600_000;
const { dependencies, bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

describe("The npm package", () => {
  test.skipIf(npm === undefined)(
    "works after npm pack and an install elsewhere, on every runtime",
    async () => {
      await inScope(async (scope) => {
        const folder = await installElsewhere(scope);
        const installed = join(folder, "node_modules/dicomtap");
        const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
        assert.deepEqual(
          files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts")),
          [],
          "no sources",
        );
        assert.ok(!files.some((file) => file.startsWith("test")), "no tests");
        for (const { name, runtime } of RUNTIMES) {
          if (runtime === undefined) continue;
          const { command } = runtime;
          const version = await scope.run(
            [...command, join(installed, bin.dicomtap), "--version"],
            {
              cwd: folder,
            },
          );
          assert.equal(version.code, 0, version.stderr);
          assert.match(version.stdout, new RegExp(`^dicomtap ${VERSION} \\(${name} `));
          console.log(`installed package on ${name}: started and ended in ${version.ms} ms`);
          const dicomtap = [...command, join(installed, bin.dicomtap)];
          await recordAndVerify(dicomtap, { scope, folder, name });
          await servesPage({ ...runtime, dicomtap }, { scope, folder, name });
          await echoAsLibrary(command, { scope, folder, name });
        }
        // Each command is loaded when it runs: the oldest runtime has to understand them all.
        const [oldest] = RUNTIMES;
        for (const { name } of COMMANDS.filter(({ load }) => load !== undefined)) {
          const words = [...name.split(" "), "--help"];
          const command = [...(oldest?.runtime?.command ?? []), join(installed, bin.dicomtap)];
          const { code, stderr } = await scope.run([...command, ...words], { cwd: folder });
          assert.equal(code, 0, `${name}: ${stderr}`);
        }
        await typesAsLibrary(scope, folder);
        const linked = join(folder, "node_modules/.bin/dicomtap");
        const refused = await scope.run([linked, "shwo"], { cwd: folder });
        assert.equal(refused.code, 2);
        assert.match(refused.stderr, /Did you mean dicomtap show\?/);
      });
    },
    12 * BUILD_MS,
  );

  for (const { name, runtime } of RUNTIMES) {
    test.skipIf(runtime === undefined)(
      `starts its worker threads from the bundle on ${name}`,
      async () => {
        if (runtime === undefined) return;
        await inScope(async (scope) => {
          const folder = scope.tempDir();
          const bundle = [
            join(ROOT, "test/support/start_probe.ts"),
            join(ROOT, "src/io/worker_probe.ts"),
          ];
          await bundleInto(folder, bundle, { scope, runtime });
          copyFileSync(join(folder, "worker_probe.mjs"), join(folder, "probe_worker.mjs"));
          const { code, stdout, stderr } = await scope.run([
            ...runtime.command,
            join(folder, "start_probe.mjs"),
          ]);
          assert.equal(code, 0, stderr);
          const answer = { runtime: name, workerData: "from the bundle" };
          assert.deepEqual(JSON.parse(stdout), answer);
        });
      },
    );
  }
});

describe("dicomtap from a checkout", () => {
  for (const { name, runtime } of RUNTIMES) {
    test.skipIf(runtime === undefined)(`starts on ${name}`, async () => {
      await inScope(async (scope) => {
        const command = [...(runtime?.dicomtap ?? []), "--version"];
        const { code, stdout, stderr, ms } = await scope.run(command);
        assert.equal(code, 0, stderr);
        assert.match(stdout, new RegExp(`^dicomtap ${VERSION} \\(${name} `));
        console.log(`checkout on ${name}: started and ended in ${ms} ms`);
      });
    });
  }

  test("O-13: refuses a runtime that is too old in words", async () => {
    const node = partnerRuntime("node");
    if (node === undefined) return;
    await inScope(async (scope) => {
      const pretend = `Object.defineProperty(process, "versions", { value: { node: "18.20.4" } })`;
      const { code, stderr } = await scope.run([
        ...node.command,
        "--import",
        `data:text/javascript,${encodeURIComponent(pretend)}`,
        join(ROOT, "src/cli/bin.mjs"),
        "--version",
      ]);
      assert.equal(code, 2);
      assert.match(stderr, /^dicomtap needs Node 20\.15 or newer; this is 18\.20\.4\./);
      console.log(`O-13: ${stderr.split("\n")[0]}`);
    });
  });

  test("VERSION is the version of the package", () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    assert.equal(VERSION, manifest.version);
  });
});

/**
 * A real `npm pack` and `npm install`, without a registry: what dicomtap depends on is already there
 * as links into this checkout, at versions that satisfy it.
 */
async function installElsewhere(scope: Scope): Promise<string> {
  const folder = scope.tempDir();
  const packed = await scope.run([npm ?? "npm", "pack", "--pack-destination", folder], {
    cwd: ROOT,
    limitMs: BUILD_MS,
  });
  assert.equal(packed.code, 0, packed.stderr);
  const links = Object.keys(dependencies).map((name) => [
    name,
    `file:${join(ROOT, "node_modules", name)}`,
  ]);
  const manifest = {
    private: true,
    dependencies: { dicomtap: `file:dicomtap-${VERSION}.tgz`, ...Object.fromEntries(links) },
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const flags = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  const installed = await scope.run([npm ?? "npm", "install", ...flags], {
    cwd: folder,
    limitMs: BUILD_MS,
  });
  assert.equal(installed.code, 0, installed.stderr);
  return folder;
}

interface Place {
  readonly scope: Scope;
  readonly folder: string;
  readonly name: string;
}

/** What was made when the package was packed: where it is installed nothing could make it. */
async function servesPage(runtime: StartableRuntime, { scope, folder }: Place) {
  const { url } = await startDashboard(scope, [folder], { runtime });
  const { origin, searchParams } = new URL(url);
  const headers = { authorization: `Bearer ${searchParams.get("token")}` };
  for (const file of ["app.js", "app.css"]) {
    const answer = await fetch(`${origin}/${file}`, { headers });
    assert.equal(answer.status, 200, await answer.text());
  }
}

/** One round of the demo: proxy, recorder thread and dashboard thread, all from the bundle. */
async function recordAndVerify(dicomtap: readonly string[], { scope, folder, name }: Place) {
  const record = join(folder, `captures-${name}`);
  const demo = [...dicomtap, "demo", "--rounds", "1", "--dashboard", "127.0.0.1:0"];
  const ran = await scope.run([...demo, "--record", record], { cwd: folder });
  assert.equal(ran.code, 0, ran.stderr);
  const captures = readdirSync(record).filter((file) => file.endsWith(".dcap"));
  assert.equal(captures.length, 1);
  const capture = join(record, captures[0] ?? "");
  const verified = await scope.run([...dicomtap, "verify", capture], { cwd: folder });
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /sound/);
  const shown = await scope.run([...dicomtap, "show", "--json", capture, "~rel"], { cwd: folder });
  const lines = shown.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.ok(lines.length >= 3 && lines.every((line) => line.outcome === "released"));
  console.log(`installed package on ${name}: demo recorded, verified and shown`);
}

/**
 * Both sides of an association, as a program that installed the package has them. It ends when both
 * are closed: no timer that is left may keep it.
 */
async function echoAsLibrary(command: readonly string[], { scope, folder, name }: Place) {
  const program = join(folder, "echo.mjs");
  writeFileSync(
    program,
    `import { openAssociation, serveAssociations } from "dicomtap";
const contexts = ["Verification"];
const to = { host: "127.0.0.1", acseTimeout: 3_600_000 };
const server = await serveAssociations({ ...to, port: 0, supported: contexts, perform: {} });
const user = await openAssociation({ ...to, port: server.port, contexts });
const { meaning } = await user.invoke({ operation: "C-ECHO" }).final();
await user.release();
await server.close();
console.log(meaning);
`,
  );
  const { code, stdout, stderr } = await scope.run([...command, program], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, "Success\n");
  console.log(`installed package on ${name}: echo as a library`);
}

/** The declarations hold for a program in strict TypeScript, and refuse what is wrong. */
async function typesAsLibrary(scope: Scope, folder: string) {
  const lines = (operation: string) => `import { openAssociation } from "dicomtap";
const user = await openAssociation({ host: "pacs", port: 104, contexts: ["Verification"] });
for await (const response of user.invoke({ operation: "${operation}" })) {
  const status: number = response.status;
  console.log(status, (await response.read())?.text("PatientName"));
}
`;
  const files = { "right.mts": lines("C-ECHO"), "wrong.mts": lines("C-ECO") };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const flags = "--ignoreConfig --noEmit --strict --module nodenext --target es2023 --types node";
  const types = ["--typeRoots", join(ROOT, "node_modules/@types")];
  const check = (name: string) =>
    scope.run([process.execPath, tsc, ...flags.split(" "), ...types, join(folder, name)], {
      limitMs: BUILD_MS,
    });
  const right = await check("right.mts");
  assert.equal(right.stdout, "");
  assert.equal(right.code, 0, right.stderr);
  assert.match((await check("wrong.mts")).stdout, /"C-ECO"/);
}

interface Bundling {
  readonly scope: Scope;
  readonly runtime: StartableRuntime;
}

async function bundleInto(folder: string, entries: string[], { scope, runtime }: Bundling) {
  mkdirSync(folder, { recursive: true });
  const rolldown = join(ROOT, "node_modules/rolldown/bin/cli.mjs");
  const output = ["--dir", folder, "--entry-file-names", "[name].mjs", "--platform", "node"];
  const { code, stderr } = await scope.run([...runtime.command, rolldown, ...entries, ...output], {
    cwd: ROOT,
  });
  assert.equal(code, 0, stderr);
}
