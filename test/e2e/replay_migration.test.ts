/**
 * A session recorded with one archive, played to another one that holds the same: what is told is what
 * differs, not that they order matches and encode data sets in their own ways. Then the two recordings
 * beside one another.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { DiffEvent } from "../../replay/compare/diff_events.ts";
import { makeDatasetFiles } from "../support/dataset_files.ts";
import { partner } from "../support/partner.ts";
import { inScope } from "../support/process.ts";
import { ownRuntime } from "../support/runtimes.ts";
import { capturesIn, startProxy, stopProcess } from "./dicomtap.ts";
import { replayScu } from "./replay_partners.ts";
import { runScenario, startStage } from "./scenario_run.ts";
import { SCENARIOS } from "./scenarios.ts";

const runtime = ownRuntime();
const dcmtk = ["dump2dcm", "storescu", "storescp", "dcmqrscp"].map((one) => partner(one, "dcmtk"));
const orthanc = partner("Orthanc", "orthanc");

describe.skipIf(dcmtk.includes(undefined) || orthanc === undefined)(
  "From dcmqrscp to Orthanc",
  () => {
    test("X-01: replay scu and diff tell what differs between the two, and nothing else", async () => {
      await inScope(async (scope) => {
        const files = await makeDatasetFiles(scope);
        const options = { files, orthanc: orthanc ?? "" };
        const old = await startStage(scope, "dcmqrscp", options);
        const folder = scope.tempDir();
        const proxy = await startProxy(scope, { runtime, to: old.partner.port, folder });
        for (const scenario of SCENARIOS) {
          if (scenario.partner !== "dcmqrscp" || scenario.timingDecides === true) continue;
          await runScenario(scenario, { stage: old, port: proxy.port, files });
        }
        await stopProcess(proxy.process);

        const { partner: to } = await startStage(scope, "Orthanc", options);
        const record = scope.tempDir();
        const args = ["--ae", `called=${to.aeTitle}`, "--record", record];
        const captures = capturesIn(folder);
        const run = await replayScu(scope, { runtime, captures, to: to.port, args });
        assert.equal(run.code, 1, run.stderr);
        const different = run.exchanges.filter(({ outcome }) => outcome !== "same");
        for (const { request, differences, reason } of different) {
          assert.ok(
            isKnown(request, differences),
            `${request} ${reason} ${JSON.stringify(differences)}`,
          );
        }
        const reordered = run.exchanges.filter(({ reason }) => /another order/.test(reason ?? ""));
        const { exchanges, same } = run.summary;
        assert.ok(same >= exchanges - 3 && reordered.length > 0);

        const diff = await scope.run([...runtime.dicomtap, "diff", folder, record, "--json"]);
        assert.equal(diff.code, 1, diff.stderr);
        const events: DiffEvent[] = diff.stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line));
        for (const { event, outcome, request, differences } of events) {
          if (event !== "exchange" || outcome === "same") continue;
          assert.equal(outcome, "differs");
          assert.ok(isKnown(request, differences), `${request} ${JSON.stringify(differences)}`);
        }
        console.log(
          `X-01: ${same} of ${exchanges} exchanges of dcmqrscp the same with Orthanc, ${reordered.length} in another order, ${different.length} known to differ; diff agrees`,
        );
      });
    });
  },
);

/** Orthanc prefers other transfer syntaxes, and has its own status for a destination it does not know. */
function isKnown(request: string, differences: DiffEvent["differences"]): boolean {
  return differences.every(({ path }) =>
    request === "A-ASSOCIATE"
      ? path.endsWith(".TransferSyntax")
      : path === "Status" && request === "C-MOVE-RQ",
  );
}
