/**
 * Real SCUs and SCPs, straight and through the proxy: nothing may differ. Then the recording is
 * held against what tshark reads in the octets that left the proxy.
 */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type DatasetFiles, makeDatasetFiles } from "../support/dataset_files.ts";
import { partner } from "../support/partner.ts";
import { Scope } from "../support/process.ts";
import { tsharkDecode } from "../support/tshark.ts";
import { startWire, type Wire } from "../support/tshark_wire.ts";
import { compareWithTshark } from "./agreement.ts";
import {
  capturesIn,
  dicomtap,
  type RunningProxy,
  runtimesUnderTest,
  show,
  startProxy,
} from "./dicomtap.ts";
import { filesOf, runScenario, type Stage, startStage } from "./scenario_run.ts";
import { PASSCODE, SCENARIOS } from "./scenarios.ts";

const dcmtk = ["dump2dcm", "storescu", "storescp", "dcmqrscp", "wlmscpfs"].map((program) =>
  partner(program, "dcmtk"),
);
const orthanc = partner("Orthanc", "orthanc");
const tshark = partner("tshark", "tshark");
const PARTNERS = new Set(SCENARIOS.map((scenario) => scenario.partner));

for (const runtime of runtimesUnderTest()) {
  for (const name of PARTNERS) {
    const absent = dcmtk.includes(undefined) || (name === "Orthanc" && orthanc === undefined);
    describe.skipIf(absent)(`${name} behind dicomtap on ${runtime.name}`, () => {
      const scope = new Scope();
      let files: DatasetFiles;
      let direct: Stage;
      let proxied: Stage;
      let wire: Wire;
      let proxy: RunningProxy;
      let second: RunningProxy | undefined;

      beforeAll(async () => {
        files = await makeDatasetFiles(scope);
        const options = { files, orthanc: orthanc ?? "" };
        direct = await startStage(scope, name, options);
        const via = async (destination: number) => {
          second = await startProxy(scope, { runtime, to: destination });
          return second.port;
        };
        proxied = await startStage(scope, name, { ...options, via });
        wire = await startWire(scope, proxied.partner.port);
        proxy = await startProxy(scope, { runtime, to: wire.port });
      });
      afterAll(() => scope.close());

      for (const scenario of SCENARIOS.filter((one) => one.partner === name)) {
        test(`F-01 ${scenario.name}: the same as without the proxy`, async () => {
          const straight = { stage: direct, port: direct.partner.port, files };
          const through = { stage: proxied, port: proxy.port, files };
          const expected = await runScenario(scenario, straight);
          const got = await runScenario(scenario, through);
          assert.equal(expected.exit, scenario.exit, expected.said.join("\n"));
          assert.equal(filesOf(expected), scenario.files, expected.said.join("\n"));
          const said = scenario.wordsVary === true ? expected.said : got.said;
          assert.deepEqual({ ...got, said }, expected);
        });
      }

      test("O-01 SIGTERM ends the proxy with 0 and verify accepts the capture", async () => {
        for (const one of second === undefined ? [proxy] : [proxy, second]) {
          one.process.signal("SIGTERM");
          const { code } = await one.process.exit(20_000);
          assert.equal(code, 0, one.process.stderr);
          const verified = await dicomtap(scope, runtime, ["verify", ...capturesIn(one.folder)]);
          assert.equal(verified.code, 0, verified.stdout + verified.stderr);
        }
      });

      test("R-10 everything that passed is in the capture", async () => {
        const shown = await show(scope, runtime, capturesIn(proxy.folder));
        const passed = wire.connections.map((connection) => {
          const count = { requestor: 0, acceptor: 0 };
          for (const { sender, bytes } of connection) count[sender] += bytes?.length ?? 0;
          return count;
        });
        const recorded = shown.map(({ association }) => association.bytes);
        assert.deepEqual(recorded, passed);
        for (const { association } of shown) assert.equal(association.gaps, 0);
        const octets = passed.reduce((sum, one) => sum + one.requestor + one.acceptor, 0);
        console.log(`R-10: ${shown.length} associations, ${octets} octets, 0 missing (${name})`);
      });

      test.skipIf(tshark === undefined)("D-08 show agrees with tshark", async () => {
        const shown = await show(scope, runtime, capturesIn(proxy.folder));
        const program = tshark ?? "";
        const decoded = await tsharkDecode(scope, { program, connections: wire.connections });
        const { fields, notDecodedByTshark, mismatches } = compareWithTshark(shown, decoded);
        console.log(
          `D-08: ${fields} fields compared, ${mismatches.length} mismatches, ${notDecodedByTshark} command sets not decoded by tshark (${name})`,
        );
        assert.deepEqual(mismatches, []);
        assert.ok(shown.length > 0 && fields > 10);
      });

      test("S-13 the protocol checks have nothing to say about conformant traffic", async () => {
        const shown = await show(scope, runtime, capturesIn(proxy.folder));
        const errors = shown.flatMap(({ association }) =>
          association.findings
            .filter((finding) => finding.severity === "error")
            .map((finding) => `association ${association.id}: ${finding.id} ${finding.text}`),
        );
        console.log(`S-13: ${shown.length} associations, ${errors.length} false errors (${name})`);
        assert.deepEqual(errors, []);
      });

      test.runIf(name === "dcmqrscp" || name === "Orthanc")(
        "the second route recorded the sub-operations of C-MOVE",
        async () => {
          const shown = await show(scope, runtime, capturesIn(second?.folder ?? ""));
          const stores = shown.flatMap(({ messages }) =>
            messages.filter((message) => message.command === "C-STORE-RQ"),
          );
          assert.equal(stores.length, 3);
        },
      );

      test("P-05 no patient is in what the proxy prints", () => {
        const printed = `${proxy.process.stdout}${proxy.process.stderr}`;
        assert.doesNotMatch(printed, /Synthetic|SYN-|Worklist\^|WLP-|Referring/);
      });

      test.runIf(name === "storescp")("P-06 the passcode is in no output", async () => {
        const captures = capturesIn(proxy.folder);
        const outputs = [proxy.process.stdout, proxy.process.stderr];
        for (const args of [["-v"], ["-vv"], ["-vv", "--hex"], ["-vv", "--json"]]) {
          const { code, stdout, stderr } = await dicomtap(scope, runtime, [
            "show",
            ...args,
            ...captures,
          ]);
          assert.equal(code, 0, stderr);
          outputs.push(stdout, stderr);
        }
        const characters = outputs.reduce((sum, text) => sum + text.length, 0);
        const leaks = outputs.filter((text) => hasPasscode(text)).length;
        console.log(`P-06: ${outputs.length} outputs, ${characters} characters, ${leaks} leaks`);
        assert.equal(leaks, 0);
      });
    });
  }
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
