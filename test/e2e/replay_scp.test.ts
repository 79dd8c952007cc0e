/**
 * DCMTK's SCUs ask real servers through the recording proxy, and then the recording alone: what they
 * say, write and return must be the same.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { type DatasetFiles, makeDatasetFiles } from "../support/dataset_files.ts";
import { startStorescp } from "../support/dcmtk_servers.ts";
import { inScope, type Scope } from "../support/process.ts";
import { ownRuntime } from "../support/runtimes.ts";
import { Shared } from "../support/shared.ts";
import { capturesIn, show, stopProcess } from "./dicomtap.ts";
import {
  type RecordedScenarios,
  type RunningScp,
  recordScenarios,
  startReplayScp,
} from "./replay_partners.ts";
import { ANSWERING, isAbsent, orthanc } from "./scenario_partners.ts";
import { runScenario, type ScenarioResult, type Stage } from "./scenario_run.ts";
import { type PartnerName, SCENARIOS, type Scenario } from "./scenarios.ts";

const runtime = ownRuntime();

/** Those that send to others. */
const ARCHIVES: readonly PartnerName[] = ["dcmqrscp", "Orthanc"];

for (const name of ANSWERING) {
  describe.skipIf(isAbsent(name))(`${name} played by replay scp on ${runtime.name}`, () => {
    const scenarios = SCENARIOS.filter((one) => one.partner === name);
    const worlds = new Shared((scope) => setUp(scope, name));

    for (const maxPdu of [undefined, 4096]) {
      const how = maxPdu === undefined ? "" : ", maximum length 4096";
      for (const scenario of scenarios) {
        test(`X-02 ${scenario.name}${how}: as from the real one`, async () => {
          const { files, recorded, stage, scp } = await worlds.get();
          const expected = recorded.results.get(scenario);
          assert.ok(expected !== undefined);
          const asked = maxPdu === undefined ? scenario : limited(scenario, maxPdu);
          const got = await runScenario(asked, { stage, port: scp.port, files });
          const explained = () => JSON.stringify(scp.requests().slice(-3), undefined, 1);
          assert.equal(got.exit, expected.exit, `${got.said.join("\n")}\n${explained()}`);
          assert.deepEqual(got.atScu, expected.atScu, explained());
          assert.deepEqual(hashes(got.atDestination), hashes(expected.atDestination), explained());
          if (scenario.timingDecides !== true && maxPdu === undefined) {
            assert.deepEqual(spoken(got), spoken(expected));
          }
        });
      }
    }

    test("X-02 every request had an answer in the recording", async () => {
      const { scp } = await worlds.get();
      const requests = scp.requests();
      const missed = requests.filter(({ matched }) => !matched);
      console.log(
        `X-02: ${2 * scenarios.length} sessions, ${requests.length} requests, ${missed.length} without an answer (${name})`,
      );
      assert.deepEqual(missed, []);
    });

    test("X-03 no PDU is longer than the SCU takes, and no rule is broken", async () => {
      const { scp, folder } = await worlds.get();
      await stopProcess(scp.process);
      const shown = await inScope((scope) => show(scope, runtime, capturesIn(folder)));
      assert.ok(shown.length >= 2 * scenarios.length);
      const found = shown.flatMap(({ association }) =>
        association.findings.filter(
          ({ sender, severity }) => sender === "acceptor" && severity === "error",
        ),
      );
      const limits = new Set(
        shown.map(({ association }) => association.user_information.requestor.maximum_length),
      );
      const long = found.filter(({ id }) => id === "pdata-maximum-length");
      console.log(
        `X-03: ${shown.length} associations, maximum lengths ${[...limits].join(", ")}: ${long.length} PDUs too long (${name})`,
      );
      assert.deepEqual(
        found.map(({ id, text }) => `${id} ${text}`),
        [],
      );
    });
  });
}

interface World {
  readonly files: DatasetFiles;
  readonly recorded: RecordedScenarios;
  readonly stage: Stage;
  readonly scp: RunningScp;
  /** Where it records. */
  readonly folder: string;
}

/** A recording of the partner, and what answers from it. */
async function setUp(scope: Scope, name: PartnerName): Promise<World> {
  const files = await makeDatasetFiles(scope);
  const recorded = await recordScenarios(scope, {
    ...{ runtime, name, files, orthanc: orthanc ?? "", withDestination: true },
  });
  const destination = ARCHIVES.includes(name)
    ? await startStorescp(scope, { aeTitle: "MOVEDEST" })
    : undefined;
  const args =
    destination === undefined
      ? []
      : ["MOVEDEST", "MOVEVIA"].flatMap((title) => [
          "--move-dest",
          `${title}=127.0.0.1:${destination.port}`,
        ]);
  const { captures } = recorded;
  const folder = scope.tempDir();
  // not all moves were recorded: what else the captures hold of the instances is sent
  args.push("--record", folder, ...(ARCHIVES.includes(name) ? ["--archive"] : []));
  const scp = await startReplayScp(scope, { runtime, captures, args });
  const aeTitle = name === "Orthanc" ? "ORTHANC" : "ANY-SCP";
  const partner = { port: scp.port, aeTitle, received: async () => [] };
  return { files, recorded, stage: { partner, destination }, scp, folder };
}

/** With the maximum length of PDUs that the SCU takes. */
function limited(scenario: Scenario, maxPdu: number): Scenario {
  return {
    ...scenario,
    command: (files) => {
      const [program = "", ...args] = scenario.command(files);
      const isLimited = args.includes("--max-pdu");
      return isLimited ? [program, ...args] : [program, "--max-pdu", String(maxPdu), ...args];
    },
  };
}

/** The name of a file at a destination is the destination's own. */
function hashes(files: ScenarioResult["atDestination"]): string[] {
  return files.map(({ sha256, transferSyntax }) => `${transferSyntax} ${sha256}`).sort();
}

/** But for what depends on how the other side limits PDUs. */
function spoken({ said }: ScenarioResult): string[] {
  return said.filter((line) => !/Max Send PDV/.test(line));
}
