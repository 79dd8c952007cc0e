import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { startStorescp } from "../support/dcmtk_servers.ts";
import { partner } from "../support/partner.ts";
import { freePort } from "../support/ports.ts";
import { type Finished, inScope } from "../support/process.ts";
import { ownRuntime } from "../support/runtimes.ts";
import { startSimulatedPacs } from "../support/simulated_pacs.ts";

const { dicomtap } = ownRuntime();
const storescp = partner("storescp", "dcmtk");

function echo(...args: readonly string[]): Promise<Finished> {
  return inScope((scope) => scope.run([...dicomtap, "echo", ...args]));
}

describe("dicomtap echo", () => {
  test("exit 0 and one line when the other side answers Success", async () => {
    const pacs = await startSimulatedPacs();
    const { code, stdout, stderr } = await echo(`127.0.0.1:${pacs.port}`, "--called", "ARCHIVE");
    await pacs.close();
    assert.equal(stderr, "");
    assert.match(
      stdout,
      /^ARCHIVE at 127\.0\.0\.1:\d+ answered C-ECHO: 0000H Success \(DICOMTAP_\S+, association \S+, echo \S+\)\n$/,
    );
    assert.equal(code, 0);
  });

  test("--json prints one object with the facts", async () => {
    const pacs = await startSimulatedPacs({ maximumLength: 4_096 });
    const { code, stdout } = await echo(`127.0.0.1:${pacs.port}`, "--json", "--calling", "ME");
    await pacs.close();
    const told = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.equal(told.event, "echo");
    assert.equal(told.status, 0);
    assert.equal(told.calling_ae_title, "ME");
    assert.equal(told.acceptor.maximum_length, 4_096);
    assert.ok(told.association_ms > 0 && told.echo_ms > 0);
  });

  test("exit 3 and the reason in words when there is no association", async () => {
    const pacs = await startSimulatedPacs({ aeTitles: ["ARCHIVE"] });
    const rejected = await echo(`127.0.0.1:${pacs.port}`, "--called", "OTHER");
    await pacs.close();
    assert.equal(rejected.code, 3);
    assert.equal(rejected.stdout, "");
    assert.match(
      rejected.stderr,
      /rejected permanent by UL service-user: called AE title not recognized/,
    );
    assert.match(rejected.stderr, /Try another --called AE title/);

    const refused = await echo(`127.0.0.1:${await freePort()}`);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /Cannot connect to 127\.0\.0\.1:\d+: nothing listens there/);
  });

  test("exit 2 for what is no address and no AE title", async () => {
    for (const args of [["no-port"], ["127.0.0.1:104", "--called", "SEVENTEEN LETTERS"], []]) {
      const { code, stderr } = await echo(...args);
      assert.equal(code, 2, stderr);
      assert.notEqual(stderr, "");
    }
  });

  test.skipIf(storescp === undefined)("DCMTK storescp answers", async () => {
    await inScope(async (scope) => {
      const { port } = await startStorescp(scope);
      const { code, stdout } = await scope.run([...dicomtap, "echo", `127.0.0.1:${port}`]);
      assert.match(stdout, /0000H Success \(OFFIS_DCMTK_/);
      assert.equal(code, 0);
    });
  });
});
