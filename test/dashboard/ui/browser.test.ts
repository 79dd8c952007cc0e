/**
 * The dashboard in a real browser, in front of real programs. Chromium and its driver run under Node;
 * the dashboard runs on the runtime that runs the test.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { dicomtap, startProxy } from "../../e2e/dicomtap.ts";
import { browserPartner, look } from "../../support/browser.ts";
import { makeImage } from "../../support/dataset_files.ts";
import { startStorescp } from "../../support/dcmtk_servers.ts";
import { partner } from "../../support/partner.ts";
import { Scope } from "../../support/process.ts";
import { ownRuntime } from "../../support/runtimes.ts";

const browser = browserPartner();
const dcmtk = ["dump2dcm", "storescu", "storescp"].map((program) => partner(program, "dcmtk"));
const runtime = ownRuntime();

describe("The dashboard in Chromium", () => {
  const scope = new Scope();
  afterAll(() => scope.close());

  test.skipIf(browser === undefined || dcmtk.includes(undefined))(
    `shows a C-STORE as it comes, down to its octets, plays it again, and obeys (${runtime.name})`,
    { timeout: 600_000 },
    async () => {
      if (browser === undefined) return;
      const storescp = await startStorescp(scope);
      const proxy = await startProxy(scope, {
        runtime,
        to: storescp.port,
        dashboard: "127.0.0.1:0",
      });
      const folder = scope.tempDir();
      const file = await makeImage(scope, { folder, study: 1, series: 1, instance: 1, side: 64 });
      const titles = ["-aet", "MODALITY1", "-aec", storescp.aeTitle];
      const saveAs = join(folder, "kept.dcap");
      const context = {
        url: proxy.ready.dashboard,
        store: ["storescu", ...titles, "127.0.0.1", String(proxy.port), file],
        calling: "MODALITY1",
        patient: "Synthetic^Patient",
        saveAs,
        replayTo: `127.0.0.1:${storescp.port}`,
      };
      const result = await look<{ replay: string }>(scope, {
        browser,
        scenario: "follow",
        context,
      });
      assert.equal(result.replay, "same");
      const verified = await dicomtap(scope, runtime, ["verify", saveAs]);
      assert.equal(verified.code, 0, verified.stdout + verified.stderr);
      assert.equal((await storescp.received()).length, 1, "the replay stored the same instance");
      const { pid } = proxy.process;
      await look(scope, { browser, scenario: "controls", context: { url: context.url, pid } });
    },
  );
});
