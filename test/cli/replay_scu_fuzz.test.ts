import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { runCommand } from "../../src/cli/main.ts";
import { command } from "../../src/cli/replay_scu.ts";
import { serveAssociations } from "../../src/mod.ts";
import { inProcess, type Ran } from "../support/in_process.ts";
import { freePort } from "../support/ports.ts";
import { inScope } from "../support/process.ts";
import { ROOT } from "../support/runtimes.ts";

const CAPTURE = join(ROOT, "test/captures/services/orthanc_2.dcap");

function fuzz(to: string, ...args: readonly string[]): Promise<Ran> {
  const all = [CAPTURE, "--to", to, ...args];
  return inProcess((context) => runCommand(command, { args: all, context }));
}

/** Dies of each association that stores something: it resets the connection. */
async function serve(options: { readonly resets: boolean }) {
  return serveAssociations({
    host: "127.0.0.1",
    port: 0,
    supported: ["1.2.840.10008.5.1.4.1.1.2"],
    perform: {
      "C-STORE": async (_request, user) => {
        if (options.resets) user.association.reset();
        return { status: 0 };
      },
    },
  });
}

describe("dicomtap replay scu --fuzz", () => {
  test("says nothing was found, with exit code 0", async () => {
    const server = await serve({ resets: false });
    const { code, out, err } = await fuzz(
      `127.0.0.1:${server.port}`,
      ...["--fuzz", "1", "--fuzz-cases", "5"],
    );
    await server.close();
    assert.equal(code, 0, err);
    assert.match(out, /^5 cases of seed 1 in \S+: no finding\n$/);
  });

  test("gives findings as JSON and what has to be sent as a file, with exit code 1", async () => {
    await inScope(async (scope) => {
      const server = await serve({ resets: true });
      const folder = join(scope.tempDir(), "found");
      const { code, out, err } = await fuzz(
        `127.0.0.1:${server.port}`,
        ...["--fuzz", "1", "--fuzz-cases", "5", "--json", "--record", folder],
      );
      await server.close();
      assert.equal(code, 1, err);
      const lines = out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const summary = lines.pop();
      assert.deepEqual([summary.event, summary.cases], ["fuzz", 5]);
      assert.equal(summary.findings, lines.length);
      const [first] = lines;
      assert.equal(first.what, "connection lost");
      const [name = ""] = readdirSync(folder);
      const path = join(folder, name);
      assert.equal(first.file, path);
      assert.equal(readFileSync(path).toString("hex"), first.octets);
      assert.equal(statSync(path).mode & 0o777, 0o600);
    });
  });

  test("refuses a target that is not this machine, even with --yes", async () => {
    const { code, err } = await fuzz("192.0.2.1:104", "--fuzz", "1", "--yes");
    assert.equal(code, 2);
    assert.match(err, /Cannot fuzz 192\.0\.2\.1:104: it is not this machine/);
  });

  test("stopped while it reads captures, it plays nothing: 0", async () => {
    const port = await freePort(); // nothing listens there
    const args = ["--to", `127.0.0.1:${port}`, "--fuzz", "1"];
    const stopSignal = () => AbortSignal.abort("SIGINT");
    const { code, out } = await inProcess((context) =>
      runCommand(command, { args: [CAPTURE, ...args], context: { ...context, stopSignal } }),
    );
    assert.deepEqual([code, out], [0, ""]);
  });

  test("ends with exit code 3 where no association can be had", async () => {
    const { code, err } = await fuzz(`127.0.0.1:${await freePort()}`, "--fuzz", "1");
    assert.equal(code, 3);
    assert.match(err, /no association can be had with it/);
  });
});
