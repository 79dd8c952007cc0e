import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { RequestEvent, ServedAssociationEvent } from "../../replay/events.ts";
import { runCommand } from "../../src/cli/main.ts";
import { command } from "../../src/cli/replay_scp.ts";
import { openAssociation } from "../../src/service/open_association.ts";
import { stopProcess } from "../e2e/dicomtap.ts";
import { inProcess, type Ran } from "../support/in_process.ts";
import { inScope } from "../support/process.ts";
import { ownRuntime, ROOT } from "../support/runtimes.ts";

const CAPTURE = join(ROOT, "test/captures/services/study_1.dcap");
const runtime = ownRuntime();

describe("dicomtap replay scp", () => {
  test("is ready, tells each request, drains at SIGTERM and ends with 0", async () => {
    await inScope(async (scope) => {
      const args = ["replay", "scp", CAPTURE, "--listen", "0", "--speed", "max", "--json"];
      const running = scope.start([...runtime.dicomtap, ...args]);
      const ready = JSON.parse(await running.line(/"event":"ready"/));
      assert.deepEqual(Object.keys(ready), ["event", "listen", "associations", "record"]);
      assert.match(ready.listen, /^127\.0\.0\.1:\d+$/);
      assert.deepEqual([ready.associations, ready.record], [5, null]);

      const port = Number(ready.listen.split(":")[1]);
      const user = await openAssociation({ host: "127.0.0.1", port, contexts: ["Verification"] });
      await user.invoke({ operation: "C-ECHO" }).final();
      const told = await running.line(/"event":"request"/);
      const { event, association, request, matched, by, status }: RequestEvent = JSON.parse(told);
      assert.deepEqual(
        [event, association, request, matched, by, status],
        ["request", 1, "C-ECHO-RQ", false, null, 0],
      );
      // What is under way goes on to its end.
      running.signal("SIGTERM");
      assert.equal((await user.invoke({ operation: "C-ECHO" }).final()).status, 0);
      await user.release();
      const last = JSON.parse(await running.line(/"outcome":"released"/));
      const { outcome, called_ae_title: called }: ServedAssociationEvent = last;
      assert.deepEqual([outcome, called], ["released", "ANY-SCP"]);
      assert.equal((await running.exit()).code, 0, running.stderr);
    });
  });

  test("says in words what it answers and from where", async () => {
    await inScope(async (scope) => {
      const args = ["replay", "scp", CAPTURE, "--listen", "127.0.0.1:0", "--speed", "max"];
      const running = scope.start([...runtime.dicomtap, ...args]);
      const ready = await running.line(/^Answering on /);
      assert.match(ready, /^Answering on 127\.0\.0\.1:\d+ from 5 recorded associations$/);
      const port = Number(/:(\d+) /.exec(ready)?.[1]);
      const worklist = "1.2.840.10008.5.1.4.31";
      const user = await openAssociation({ host: "127.0.0.1", port, contexts: [worklist] });
      const { dataSetFromJson } = await import("../../src/dataset/json_input.ts");
      const dataSet = dataSetFromJson({ PatientID: { vr: "LO", Value: ["SECRET"] } });
      await user.invoke({ operation: "C-FIND", sopClass: worklist, dataSet }).final();
      await user.release();
      await running.line(/ released$/);
      await stopProcess(running);
      assert.match(running.stdout, /^#1 DICOMTAP > ANY-SCP accepted: In the recording /m);
      assert.match(
        running.stdout,
        /^#1 C-FIND-RQ C000H not matched, closest .*study_1\.dcap association 1 \[0\], 0% alike: No recorded/m,
      );
      assert.match(running.stdout, /^ {4}PatientID: no value recorded, \*\*\* now$/m);
      assert.doesNotMatch(running.stdout, /SECRET/);
      assert.match(running.stderr, /1 association, 1 request, 1 without a recorded answer/);
    });
  });

  test.each<[name: string, args: readonly string[], message: RegExp]>([
    ["no place to listen", [CAPTURE], /Option --listen is missing/],
    ["no capture", ["--listen", "0"], /CAPTURE/],
    ["a speed that is none", [CAPTURE, "--listen", "0", "--speed", "fast"], /--speed .*"fast"/],
    ["a policy that is none", [CAPTURE, "--listen", "0", "--unmatched", "maybe"], /--unmatched/],
    [
      "a status that is none",
      [CAPTURE, "--listen", "0", "--unmatched", "status:A7"],
      /--unmatched/,
    ],
    [
      "no address to forward to",
      [CAPTURE, "--listen", "0", "--unmatched", "forward:x"],
      /--unmatched/,
    ],
    [
      "two policies",
      [CAPTURE, "--listen", "0", "--unmatched", "abort", "--forward", "104"],
      /--forward and --unmatched/,
    ],
    [
      "a destination without a title",
      [CAPTURE, "--listen", "0", "--move-dest", "104"],
      /move-dest/,
    ],
    [
      "two destinations of a title",
      [CAPTURE, "--listen", "0", "--move-dest", "A=1104", "--move-dest", "A=1105"],
      /--move-dest is given 2 times for A\nGive it once/,
    ],
    [
      "a maximum length that holds no PDV",
      [CAPTURE, "--listen", "0", "--max-pdu", "7"],
      /--max-pdu cannot be "7"\nIt is 0 for no limit, or .* of at least 8/,
    ],
    ["a destination without a port", [CAPTURE, "--listen", "0", "--move-dest", "A=x"], /move-dest/],
    [
      "a place where nothing can be recorded",
      [CAPTURE, "--listen", "0", "--record", join(CAPTURE, "x")],
      /capture directory/,
    ],
    [
      "a place where nothing can be stored",
      [CAPTURE, "--listen", "0", "--store", join(CAPTURE, "x")],
      /study_1/,
    ],
    ...[
      "--forward 192.0.2.7:104",
      "--unmatched forward:pacs:104",
      "--move-dest A=192.0.2.7:104",
    ].map((words): [string, string[], RegExp] => [
      `P-14 a destination that is not this machine (${words})`,
      [CAPTURE, "--listen", "0", ...words.split(" ")],
      /without consent: that is not this machine/,
    ]),
    ["a file that is no capture", ["/dev/null", "--listen", "0"], /no association/],
  ])("refuses %s with 2", async (_name, args, message) => {
    const ran = await run(args);
    assert.equal(ran.code, 2, ran.err);
    assert.match(ran.err, message);
  });

  test("ends with 3 where something listens already", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" ? address?.port : 0;
    const ran = await run([CAPTURE, "--listen", `127.0.0.1:${port}`]);
    await new Promise((resolve) => other.close(resolve));
    assert.equal(ran.code, 3, ran.err);
    assert.match(ran.err, new RegExp(`:${port}`));
  });

  test("ends with 0 where it is stopped while it reads", async () => {
    const stop = new AbortController();
    const ran = await inProcess((context) => {
      const progress: typeof context.progress = (label, total) => {
        stop.abort("SIGINT");
        return context.progress(label, total);
      };
      const stoppable = { ...context, stopSignal: () => stop.signal, progress };
      return runCommand(command, { args: [CAPTURE, "--listen", "0"], context: stoppable });
    });
    assert.equal(ran.code, 0, ran.err);
    assert.doesNotMatch(ran.out, /Answering/);
  });

  test("names what of the captures cannot be played", async () => {
    await inScope(async (scope) => {
      const foreign = join(scope.tempDir(), "foreign.dcap");
      writeFileSync(foreign, "this is no capture");
      const ran = await run([foreign, "--listen", "0"]);
      assert.equal(ran.code, 2);
      assert.match(ran.err, /foreign\.dcap: /);
    });
  });
});

function run(args: readonly string[]): Promise<Ran> {
  return inProcess((context) => runCommand(command, { args, context }));
}
