import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { ROOT } from "../support/runtimes.ts";
import { filesUnder, type Import, importsOf, read } from "../support/sources.ts";

/**
 * A room of the house: which other rooms its files may import from, and which packages. `src` is the
 * few files directly in src/ (role, errors, units, ...), which everybody may use.
 */
interface Room {
  readonly rooms: readonly string[];
  readonly packages?: readonly string[];
}

const CORE = ["src", "src/dictionary"];
const OBSERVING = [...CORE, "src/ul", "src/dimse", "src/dataset", "src/observe"];
const TELLING = [...OBSERVING, "src/meaning"];
const INSPECTING = [...TELLING, "src/capture", "src/filter", "src/inspect"];
const EVERYTHING_BELOW = [...INSPECTING, "src/io"];
const SERVING = [...CORE, "src/ul", "src/dimse", "src/dataset", "src/io"];

const ROOMS: Readonly<Record<string, Room>> = {
  src: { rooms: [] },
  "src/compat": { rooms: [] },
  "src/dictionary": { rooms: ["src"] },
  "src/ul": { rooms: ["src"] },
  "src/dimse": { rooms: [...CORE, "src/ul"] },
  "src/dataset": { rooms: CORE },
  "src/observe": { rooms: OBSERVING },
  "src/meaning": { rooms: OBSERVING },
  "src/filter": { rooms: CORE },
  "src/capture": { rooms: ["src", "src/ul"], packages: ["node:zlib", "msgpackr"] },
  "src/inspect": { rooms: INSPECTING, packages: ["node:zlib"] },
  "src/io": {
    rooms: [...OBSERVING, "src/capture"],
    packages: ["node:", "hono", "@hono/node-server", "@logtape/logtape", "tsx/esm/api"],
  },
  "src/service": { rooms: SERVING, packages: ["node:"] },
  // What other programs import: names from below, gathered in one file.
  "src/mod.ts": { rooms: [...EVERYTHING_BELOW, "src/service", "replay"] },
  "src/dashboard": {
    rooms: EVERYTHING_BELOW,
    packages: ["node:", "hono", "zod", "@hono/zod-validator", "@logtape/logtape", "rolldown"],
  },
  // The page in the browser: shapes of the API, and what needs no runtime.
  "src/dashboard/ui": {
    rooms: ["src", "src/ul", "src/dimse", "src/dictionary", "src/observe", "src/dashboard"],
    packages: ["preact", "@preact/signals", "htm"],
  },
  "src/demo": { rooms: EVERYTHING_BELOW, packages: ["node:"] },
  "src/interchange": { rooms: EVERYTHING_BELOW, packages: ["node:"] },
  proxy: { rooms: EVERYTHING_BELOW, packages: ["node:", "zod", "@logtape/logtape"] },
  replay: {
    rooms: [...EVERYTHING_BELOW, "src/service"],
    packages: ["node:", "zod", "@logtape/logtape"],
  },
  "src/cli": {
    rooms: [
      ...EVERYTHING_BELOW,
      "src/demo",
      "src/dashboard",
      "src/interchange",
      "src/service",
      "proxy",
      "replay",
    ],
    packages: ["node:", "@std/cli", "@logtape/logtape", "zod", "tsx/esm/api"],
  },
};

/** Worker threads are entry points of their own, and programs that write sources may use anything. */
const FREE = [/^src\/dictionary\/generate_\w+\.ts$/];

const files = filesUnder(["src", "proxy", "replay"]).filter((file) => !file.endsWith(".d.ts"));
const imports = files.filter((file) => !FREE.some((free) => free.test(file))).flatMap(importsOf);

describe("Imports", () => {
  test("point one way", () => {
    const wrong = imports.filter((found) => !isAllowed(found));
    assert.deepEqual(wrong.map(say), []);
    console.log(`imports: ${files.length} files, ${imports.length} imports, ${wrong.length} wrong`);
  });

  test("are judged by a rule that refuses", () => {
    const upwards = { file: "src/ul/pdu.ts", target: "src/dimse/message.ts", typeOnly: true };
    assert.equal(isAllowed(upwards), false);
    assert.equal(isAllowed({ ...upwards, target: "node:fs" }), false);
    assert.equal(isAllowed({ ...upwards, file: "src/io/x.ts", target: "src/cli/main.ts" }), false);
    assert.equal(isAllowed({ ...upwards, file: "proxy/x.ts", target: "replay/scu.ts" }), false);
    assert.equal(isAllowed({ ...upwards, file: "src/dimse/x.ts", target: "src/ul/pdu.ts" }), true);
  });

  test("name files that exist, with their ending", () => {
    const local = imports.filter(({ target }) => /^(src|proxy|replay)\//.test(target));
    // bin.mjs names the bundle of the published package, which a checkout need not have.
    const broken = local.filter(({ target }) => !existsSync(join(ROOT, target)));
    assert.deepEqual(broken.map(say), []);
  });

  test("name no package that is not declared, and every declared one is used", () => {
    const { dependencies } = JSON.parse(read("package.json"));
    const declared = [...Object.keys(dependencies), "@std/cli", "tsx", ...BUNDLED];
    const used = new Set(
      imports
        .map(({ target }) => target)
        .filter((target) => !/^(node:|src\/|proxy\/|replay\/|dist\/)/.test(target))
        .map((target) =>
          target
            .split("/")
            .slice(0, target.startsWith("@") ? 2 : 1)
            .join("/"),
        ),
    );
    assert.deepEqual([...used].sort(), declared.sort());
  });

  test("make no circle", () => {
    assert.deepEqual(circles(imports.filter((found) => !found.typeOnly)), []);
  });
});

/** Goes into the bundle of the page, or makes it: needed in a checkout, not in the package. */
const BUNDLED = ["preact", "@preact/signals", "htm", "rolldown"];

function isAllowed({ file, target }: Import): boolean {
  const own = roomOf(file);
  const room = ROOMS[own];
  if (room === undefined) return false;
  if (/^(src|proxy|replay)\//.test(target)) {
    const other = roomOf(target);
    return other === own || room.rooms.includes(other);
  }
  if (target === "dist/main.mjs") return file === "src/cli/bin.mjs";
  const packages = room.packages ?? [];
  return packages.some((name) =>
    name.endsWith(":") ? target.startsWith(name) : target === name || target.startsWith(`${name}/`),
  );
}

function roomOf(file: string): string {
  const parts = file.split("/");
  if (parts[0] !== "src") return parts[0] ?? "";
  if (file === "src/mod.ts") return file;
  if (file.startsWith("src/dashboard/ui/")) return "src/dashboard/ui";
  return parts.length === 2 ? "src" : `src/${parts[1]}`;
}

function say({ file, target }: Import): string {
  return `${file} imports ${target}`;
}

/** Files that reach themselves, each circle told once. */
function circles(edges: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { file, target } of edges) next.set(file, [...(next.get(file) ?? []), target]);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]) => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return found;
}
