/**
 * Real SCUs and SCPs, straight and through the proxy: nothing may differ. Then the recording is
 * held against what tshark reads in the octets that left the proxy.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { type DatasetFiles, makeDatasetFiles } from "../support/dataset_files.ts";
import { partner } from "../support/partner.ts";
import { inScope, type Scope } from "../support/process.ts";
import type { StartableRuntime } from "../support/runtimes.ts";
import { Shared } from "../support/shared.ts";
import { tsharkDecode } from "../support/tshark.ts";
import { startWire, type Wire } from "../support/tshark_wire.ts";
import { compareWithTshark } from "./agreement.ts";
import {
  assertSound,
  capturesIn,
  dicomtap,
  type RunningProxy,
  runtimesUnderTest,
  type Shown,
  show,
  startProxy,
  stopProcess,
} from "./dicomtap.ts";
import { isAbsent, orthanc, PARTNERS } from "./scenario_partners.ts";
import {
  filesOf,
  runScenario,
  type ScenarioResult,
  type Stage,
  startStage,
} from "./scenario_run.ts";
import { PASSCODE, type PartnerName, SCENARIOS, type Scenario } from "./scenarios.ts";

const tshark = partner("tshark", "tshark");

/** A partner with the proxy before it, a wire relay between the two, and its twin without. */
interface Rig {
  readonly files: DatasetFiles;
  readonly direct: Stage;
  readonly proxied: Stage;
  readonly wire: Wire;
  readonly proxy: RunningProxy;
  /** Before the destination MOVEVIA. */
  readonly second: RunningProxy | undefined;
  /** In both of them, straight and through the proxy. */
  readonly played: Set<Scenario>;
}

for (const runtime of runtimesUnderTest()) {
  for (const name of PARTNERS) {
    describe.skipIf(isAbsent(name))(`${name} behind dicomtap on ${runtime.name}`, () => {
      // What a first try stored is there at the second: that has a rig of its own. All are looked at.
      const rigs = new Shared((scope) => setUp(scope, { name, runtime }));
      const folders = () => rigs.all.map(({ proxy }) => proxy.folder);
      const connections = () => rigs.all.flatMap(({ wire }) => wire.connections);
      let shown: readonly Shown[];

      const scenarios = SCENARIOS.filter((one) => one.partner === name);
      for (const [index, scenario] of scenarios.entries()) {
        test(`F-01 ${scenario.name}: the same as without the proxy`, async ({ task }) => {
          const rig = await rigs.get({ task });
          // What an archive holds is of the scenarios before.
          for (const before of scenarios.slice(0, index)) {
            if (!rig.played.has(before)) await playBoth(rig, before);
          }
          const { expected, got } = await playBoth(rig, scenario);
          for (const result of [expected, got]) assertExit(result, scenario);
          assert.equal(filesOf(expected), scenario.files, expected.said.join("\n"));
          const { exit, said } = scenario.timingDecides === true ? expected : got;
          assert.deepEqual({ ...got, exit, said }, expected);
        });
      }

      test("O-01 SIGTERM ends the proxy with 0 and verify accepts the capture", async () => {
        await inScope(async (scope) => {
          for (const { proxy, second } of rigs.all) {
            for (const one of second === undefined ? [proxy] : [proxy, second]) {
              await stopProcess(one.process);
              // Nothing came by a second route that was given up for a second try.
              if (capturesIn(one.folder).length === 0 && one !== proxy) continue;
              await assertSound(scope, runtime, one.folder);
            }
          }
        });
      });

      test("R-10 show lists all associations, without a gap", async () => {
        shown = await inScope((scope) => showAll(scope, runtime, folders()));
        assert.equal(shown.length, connections().length);
        for (const { association } of shown) assert.equal(association.gaps, 0);
      });

      test("P-05 no patient is in what the proxy prints", () => {
        for (const { proxy } of rigs.all) {
          const { stdout, stderr } = proxy.process;
          assert.doesNotMatch(stdout + stderr, /Synthetic|SYN-|Worklist\^|WLP-|Referring/);
        }
      });

      // A reset overtakes octets that are under way: there the proxy may see other octets.
      if (name === "storescp that aborts") return;

      test("R-10 all octets that passed are in the capture", () => {
        const passed = connections().map((connection) => {
          const count = { requestor: 0, acceptor: 0 };
          for (const { sender, bytes } of connection) count[sender] += bytes?.length ?? 0;
          return count;
        });
        assert.deepEqual(
          shown.map(({ association }) => association.bytes),
          passed,
        );
        const octets = passed.reduce((sum, one) => sum + one.requestor + one.acceptor, 0);
        console.log(`R-10: ${shown.length} associations, ${octets} octets, 0 missing (${name})`);
      });

      test.skipIf(tshark === undefined)("D-08 show agrees with tshark", async () => {
        const all = { program: tshark ?? "", connections: connections() };
        const decoded = await inScope((scope) => tsharkDecode(scope, all));
        const { fields, placeOnly, mismatches } = compareWithTshark(shown, decoded);
        console.log(
          `D-08: ${fields} fields compared, ${mismatches.length} mismatches, ${placeOnly} command sets by their place only (${name})`,
        );
        assert.deepEqual(mismatches, []);
        assert.ok(fields > 10);
      });

      test("S-13 the protocol checks find no error in conformant traffic", () => {
        const errors = shown.flatMap(({ association }) =>
          association.findings
            .filter((finding) => finding.severity === "error")
            .map((finding) => `association ${association.id}: ${finding.id} ${finding.text}`),
        );
        console.log(`S-13: ${shown.length} associations, ${errors.length} false errors (${name})`);
        assert.deepEqual(errors, []);
      });

      if (name === "dcmqrscp" || name === "Orthanc") {
        test("S-08 the second route recorded the sub-operations of C-MOVE", async () => {
          const folder = rigs.all.at(-1)?.second?.folder ?? "";
          const moved = await inScope((scope) => showAll(scope, runtime, [folder]));
          const stores = moved.flatMap(({ messages }) =>
            messages.filter(({ command }) => command === "C-STORE-RQ"),
          );
          assert.equal(stores.length, 3);
        });
      }

      if (name === "storescp") {
        test("P-06 the passcode is in no output", async () => {
          const outputs = rigs.all.flatMap(({ proxy }) => [
            proxy.process.stdout,
            proxy.process.stderr,
          ]);
          await inScope(async (scope) => {
            for (const detail of [["-v"], ["-vv"], ["-vv", "--hex"], ["-vv", "--json"]]) {
              const args = ["show", ...detail, ...folders().flatMap(capturesIn)];
              const { code, stdout, stderr } = await dicomtap(scope, runtime, args);
              assert.equal(code, 0, stderr);
              outputs.push(stdout, stderr);
            }
          });
          const characters = outputs.reduce((sum, text) => sum + text.length, 0);
          const leaks = outputs.filter((text) => hasPasscode(text)).length;
          console.log(`P-06: ${outputs.length} outputs, ${characters} characters, ${leaks} leaks`);
          assert.equal(leaks, 0);
        });
      }
    });
  }
}

async function playBoth(
  { files, direct, proxied, proxy, played }: Rig,
  scenario: Scenario,
): Promise<{ readonly expected: ScenarioResult; readonly got: ScenarioResult }> {
  played.add(scenario);
  const straight = { stage: direct, port: direct.partner.port, files };
  const expected = await runScenario(scenario, straight);
  const got = await runScenario(scenario, { stage: proxied, port: proxy.port, files });
  return { expected, got };
}

/** In the order in which they were opened, folder after folder. */
async function showAll(
  scope: Scope,
  runtime: StartableRuntime,
  folders: readonly string[],
): Promise<readonly Shown[]> {
  const shown: Shown[] = [];
  for (const folder of folders) {
    const captures = capturesIn(folder);
    if (captures.length > 0) shown.push(...(await show(scope, runtime, captures)));
  }
  return shown;
}

async function setUp(
  scope: Scope,
  { name, runtime }: { name: PartnerName; runtime: StartableRuntime },
): Promise<Rig> {
  const files = await makeDatasetFiles(scope);
  const options = { files, orthanc: orthanc ?? "" };
  const direct = await startStage(scope, name, options);
  let second: RunningProxy | undefined;
  const via = async (to: number) => {
    second = await startProxy(scope, { runtime, to });
    return second.port;
  };
  const proxied = await startStage(scope, name, { ...options, via });
  const wire = await startWire(scope, proxied.partner.port);
  const proxy = await startProxy(scope, { runtime, to: wire.port });
  return { files, direct, proxied, wire, proxy, second, played: new Set() };
}

function assertExit({ exit, said }: ScenarioResult, scenario: Scenario): void {
  if (scenario.exit === "not 0") assert.notEqual(exit, 0, said.join("\n"));
  else assert.equal(exit, scenario.exit, said.join("\n"));
}

/** In any part that survives the line ends of a view, as text and as hexadecimal octets. */
function hasPasscode(text: string): boolean {
  const octets = text.replaceAll(/[^0-9a-f]/gi, "").toLowerCase();
  for (let at = 0; at + 6 <= PASSCODE.length; at++) {
    const part = PASSCODE.slice(at, at + 6);
    if (text.includes(part) || octets.includes(Buffer.from(part).toString("hex"))) return true;
  }
  return false;
}
