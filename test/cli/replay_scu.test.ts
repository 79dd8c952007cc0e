import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { ExchangeEvent, SummaryEvent } from "../../replay/events.ts";
import { isThisMachine } from "../../src/address.ts";
import { ignored } from "../../src/cli/ignore_option.ts";
import { run } from "../../src/cli/main.ts";
import { transferSyntax } from "../../src/dataset/transfer_syntax.ts";
import { dayCapturePath } from "../../src/demo/day_capture.ts";
import { EXPLICIT, recorded, STUDY_FIND, startScp, VERIFICATION } from "../replay/scu/sessions.ts";
import { captureOfScripts } from "../support/capture_of_scripts.ts";
import { inProcess } from "../support/in_process.ts";
import { partnerPython } from "../support/partner.ts";
import { inScope, type Scope } from "../support/process.ts";
import type { Script } from "../support/scripted_association.ts";
import { type Content, dataSetOf } from "../support/service_data.ts";

const python = partnerPython(["xml.etree.ElementTree"], "python3");

async function replayScu(...args: readonly string[]) {
  return await inProcess((context) => run(["replay", "scu", ...args], context));
}

/** A C-ECHO and a C-FIND with one match, whose name the test may change afterwards. */
async function stage(scope: Scope) {
  let echoes = 0;
  const live = {
    name: "DOE^JOHN",
    status: 0x0000,
    /** Told of each C-ECHO, how many there were. */
    asked: (_times: number): void => undefined,
  };
  const server = await startScp(scope, {
    perform: {
      "C-ECHO": () => {
        live.asked(++echoes);
        return { status: live.status };
      },
      "C-FIND": async function* () {
        yield { status: 0xff00, dataSet: data({ PatientName: live.name, StudyDate: "20260203" }) };
        yield { status: 0x0000 };
      },
    },
  });
  const capture = await recorded(scope, server.port, {
    contexts: [VERIFICATION, STUDY_FIND],
    act: async (user) => {
      await user.invoke({ operation: "C-ECHO" }).final();
      const dataSet = data({ QueryRetrieveLevel: "STUDY", PatientName: "" });
      await user.invoke({ operation: "C-FIND", sopClass: STUDY_FIND, dataSet }).final();
    },
  });
  return { live, server, capture, args: [capture, "--to", String(server.port), "--speed", "max"] };
}

describe("dicomtap replay scu", () => {
  test("says that all is as recorded: 0", async () => {
    await inScope(async (scope) => {
      const { args } = await stage(scope);
      const { code, out } = await replayScu(...args);
      assert.equal(code, 0);
      assert.match(out, /^request +exchanges +not same +p50/);
      assert.match(out, /C-FIND-RQ +1 +0 /);
      assert.match(out, /1 association to 127\.0\.0\.1:\d+, 4 exchanges in .*: 4 same\n$/);
    });
  });

  test("says what differs, without patient data unless asked for: 1", async () => {
    await inScope(async (scope) => {
      const { args, live } = await stage(scope);
      live.name = "ROE^JANE";
      live.status = 0x0122;
      const { code, out } = await replayScu(...args);
      assert.equal(code, 1);
      assert.match(out, / C-ECHO-RQ \[0\] 0122H differs\n {4}Status: 0000H recorded, 0122H now\n/);
      assert.match(out, / C-FIND-RQ \[2\] 0000H differs/);
      assert.doesNotMatch(out, /DOE|ROE/);
      const shown = await replayScu(...args, "--show-phi");
      assert.match(shown.out, /DOE/);
      assert.match(shown.out, /ROE/);
      live.status = 0x0000;
      assert.equal((await replayScu(...args, "--ignore", "PatientName")).code, 0);
    });
  });

  test("prints the contract with --json, and writes the same into --report", async () => {
    await inScope(async (scope) => {
      const { args, live } = await stage(scope);
      live.status = 0x0122;
      const report = join(scope.tempDir(), "report.json");
      writeFileSync(report, "what was there before");
      const { code, out } = await replayScu(...args, "--json", "--report", report);
      assert.equal(code, 1);
      const lines = out.trim().split("\n");
      const events = lines.map((line) => JSON.parse(line) as ExchangeEvent | SummaryEvent);
      const summary = events.pop();
      assert.deepEqual(
        events.map((event) => event.event === "exchange" && [event.request, event.outcome]),
        [
          ["A-ASSOCIATE", "same"],
          ["C-ECHO-RQ", "differs"],
          ["C-FIND-RQ", "same"],
          ["end", "same"],
        ],
      );
      assert.ok(summary?.event === "summary" && summary.exchanges === 4 && summary.differs === 1);
      assert.ok((summary.latency_ms?.max ?? 0) >= (summary.latency_ms?.p50 ?? 1));
      const written = JSON.parse(readFileSync(report, "utf8"));
      assert.deepEqual(written.exchanges, events);
      assert.deepEqual(written.summary, summary);
      assert.deepEqual(written.captures, [args[0]]);
    });
  });

  test.skipIf(python === undefined)("writes JUnit that a parser of XML reads", async () => {
    await inScope(async (scope) => {
      const { live, server, capture } = await stage(scope);
      live.status = 0x0122;
      const folder = join(scope.tempDir(), `a<b>&"c'\u001b]`);
      const odd = await copied(capture, folder);
      const report = join(scope.tempDir(), "junit.xml");
      await replayScu(odd, "--to", String(server.port), "--speed", "max", "--junit", report);
      const script =
        "import sys, xml.etree.ElementTree as e\nr = e.parse(sys.argv[1]).getroot()\n" +
        "print([r.get(k) for k in ('tests', 'failures', 'errors', 'skipped')], len(r.findall('.//testcase')), [f.text for f in r.findall('.//failure')])";
      const { stdout, code } = await scope.run([python ?? "", "-c", script, report]);
      assert.equal(code, 0);
      assert.equal(stdout.trim(), `['4', '1', '0', '0'] 4 ['Status: 0 recorded, 290 now']`);
      assert.equal(statSync(report).mode & 0o077, 0, "only its owner may read it");
    });
  });

  test("records the replay itself, and says where", async () => {
    await inScope(async (scope) => {
      const { args } = await stage(scope);
      const { code, err } = await replayScu(...args, "--record", join(scope.tempDir(), "made"));
      assert.equal(code, 0);
      const [, path = ""] = /Recorded in (.*\.dcap)\n/.exec(err) ?? [];
      const again = await inProcess((context) => run(["diff", args[0] ?? "", path], context));
      assert.equal(again.code, 0, again.out);
    });
  });

  test("says of what is no DICOM that it is none, and why nothing was played: 1", async () => {
    await inScope(async (scope) => {
      const { server } = await stage(scope);
      const http = new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n");
      const path = join(scope.tempDir(), "http.dcap");
      const script: Script = { rq: null, ac: null, steps: [["requestor", http]], end: [] };
      writeFileSync(path, captureOfScripts([script]));
      const { code, out, err } = await replayScu(path, "--to", String(server.port));
      assert.equal(code, 1);
      const why = "what was recorded is HTTP, which is no DICOM in the clear";
      assert.match(out, new RegExp(`association 1 A-ASSOCIATE skipped: ${why}\n`));
      assert.match(err, new RegExp(why, "i"));
      assert.doesNotMatch(err, /A-ASSOCIATE-RQ/);
    });
  });

  test("plays only what a filter takes", async () => {
    await inScope(async (scope) => {
      const { args } = await stage(scope);
      const [capture = "", ...rest] = args;
      const all = await replayScu(capture, "~called ANY-SCP", ...rest);
      assert.match(all.out, /1 association .*: 4 same\n$/);
      const none = await replayScu(capture, "~called OTHER", ...rest);
      assert.equal(none.code, 2);
      assert.match(none.err, /There is no association to play: the filter takes none/);
      const bad = await replayScu(capture, "~called (", ...rest);
      assert.equal(bad.code, 2);
    });
  });

  test("leaves the reports of the last run alone where there is nothing to report: 3", async () => {
    await inScope(async (scope) => {
      const { args, server } = await stage(scope);
      const folder = scope.tempDir();
      const paths = ["report.json", "junit.xml"].map((name) => join(folder, name));
      for (const path of paths) writeFileSync(path, "the last one");
      const [json = "", junit = ""] = paths;
      const reports = ["--report", json, "--junit", junit];
      const taken = ["--move-listen", String(server.port)];
      const { code, err } = await replayScu(...args, ...reports, ...taken);
      assert.equal(code, 3, err);
      assert.match(err, /Cannot listen on .*: the port is in use/);
      for (const path of paths) assert.equal(readFileSync(path, "utf8"), "the last one");
      assert.deepEqual(readdirSync(folder).length, paths.length);
    });
  });

  test("cannot connect: 3", async () => {
    await inScope(async (scope) => {
      const { args, server } = await stage(scope);
      await server.close();
      const { code, out, err } = await replayScu(...args);
      assert.equal(code, 3);
      assert.match(
        out,
        /A-ASSOCIATE failed: Cannot connect to 127.0.0.1:\d+: nothing listens there/,
      );
      assert.doesNotMatch(out, /skipped: there is no association/, "one line an association");
      assert.match(out, /and 2 more exchanges for the reasons above/);
      assert.match(out, /3 exchanges in .*: 0 same, 2 skipped, 1 failed\n$/);
      assert.match(err, /Check the address and the port/);
    });
  });

  test("stopped, it says how many associations were never begun: 0", async () => {
    await inScope(async (scope) => {
      const { args, live } = await stage(scope);
      const stop = new AbortController();
      live.asked = (times) => {
        if (times === 3) stop.abort();
      };
      const { code, out } = await inProcess((context) =>
        run(["replay", "scu", ...args, "--repeat", "1000"], {
          ...context,
          stopSignal: () => stop.signal,
        }),
      );
      assert.equal(code, 0, out);
      assert.doesNotMatch(out, /the replay was stopped/, "not exchange by exchange");
      assert.match(out, /stopped with 998 associations not begun\n$/);
    });
  });

  test("stopped while it still reads captures, it plays nothing: 0", async () => {
    await inScope(async (scope) => {
      const { args, live } = await stage(scope);
      let echoes = 0;
      live.asked = () => {
        echoes++;
      };
      const stopped = await inProcess((context) =>
        run(["replay", "scu", ...args], {
          ...context,
          stopSignal: () => AbortSignal.abort("SIGINT"),
        }),
      );
      assert.deepEqual(stopped, { ...stopped, code: 0, out: "", err: "" });
      assert.equal(echoes, 0);
    });
  });

  test("stopped before the captures are read once more to play them: 0, and no report", async () => {
    await inScope(async (scope) => {
      const report = join(scope.tempDir(), "report.json");
      writeFileSync(report, "the last one");
      const stop = new AbortController();
      const dim = (text: string) => {
        stop.abort("SIGINT"); // when it says how long it would take
        return text;
      };
      const words = [dayCapturePath(), "--to", "104", "--speed", "0.001x", "--report", report];
      const { code, out, err } = await inProcess((context) =>
        run(["replay", "scu", ...words], {
          ...context,
          errPaint: { ...context.errPaint, dim },
          stopSignal: () => stop.signal,
        }),
      );
      assert.deepEqual([code, out], [0, ""]);
      assert.match(err, /^This takes about .*\n$/);
      assert.equal(readFileSync(report, "utf8"), "the last one");
    });
  });

  test("P-14 asks for consent where the target is not this machine: 2", async () => {
    await inScope(async (scope) => {
      const { capture } = await stage(scope);
      const targets = ["192.0.2.7:104", "pacs:104", "[2001:db8::1]:104", "127.0.0.1.example:104"];
      for (const to of targets) {
        const { code, err } = await replayScu(capture, "--to", to);
        assert.equal(code, 2);
        assert.match(err, /Cannot play to .* without consent: that is not this machine\nSay --yes/);
      }
      const own = ["127.0.0.1", "127.1.2.3", "localhost", "::1", "0:0:0:0:0:0:0:1"];
      for (const host of [...own, "::ffff:127.0.0.1", "a.localhost", "LOCALHOST"]) {
        assert.equal(isThisMachine(host), true, host);
      }
      for (const host of ["0.0.0.0", "128.0.0.1", "127.0.0.1.nip.io", "127.0.0.256", "::2", ""]) {
        assert.equal(isThisMachine(host), false, host);
      }
      console.log(`P-14: ${targets.length} attempts, ${targets.length} refused`);
    });
  });

  test("says what is wrong with how it was called: 2", async () => {
    await inScope(async (scope) => {
      const { capture, args } = await stage(scope);
      const missing = await replayScu(capture);
      assert.match(missing.err, /^dicomtap replay scu: Option --to is missing\n/);
      const nothing = await replayScu(join(scope.tempDir(), "no.dcap"), "--to", "104");
      assert.equal(nothing.code, 2);
      assert.match(nothing.err, /Cannot find .*no\.dcap\nCheck the path/);
      const wrong = [
        ["--speed", "fast"],
        ["--concurrency", "0"],
        ["--rate", "5"],
        ["--fragment", "-1"],
        ["--fragment", "7"],
        ["--to", "127.0.0.1:0"],
        ["--ae", "called"],
        ["--uids", "/no/such/file"],
        ["--dates", "tomorrow"],
        ["--set", "nonsense"],
        ["--set", "PatientBirthDate=foo"],
        ["--ignore", "nonsense"],
        ["--fuzz-cases", "5"],
      ];
      for (const option of wrong) {
        const { code, err } = await replayScu(...args, ...option);
        assert.equal(code, 2, `${option}: ${err}`);
        assert.match(err, /[Oo]ption --?\w|port 0|has a negative value/, err);
        assert.doesNotMatch(err, /fault of dicomtap/, err);
      }
      const file = await replayScu(...args, "--uids", "/no/such/file");
      assert.match(file.err, /Option --uids: Cannot find .*\nIt is keep, new, or a file\.\n/);
      const misspelt = await replayScu(...args, "--set", "~m C-STORE/PatintID=1");
      assert.match(misspelt.err, /Option --set: .*\nDid you mean PatientID\?\n/);
      const unwritable = await replayScu(...args, "--report", join(scope.tempDir(), "x", "y"));
      assert.equal(unwritable.code, 2, unwritable.err);
    });
  });

  test("--ignore takes keywords and tags, whose comma separates nothing", () => {
    assert.deepEqual(ignored(["PatientName,0008,0012,Study*"]), [
      "PatientName",
      "0008,0012",
      "Study*",
    ]);
    assert.deepEqual(ignored(["0008,0012"]), ["0008,0012"]);
  });
});

async function copied(capture: string, folder: string): Promise<string> {
  const { copyFileSync, mkdirSync } = await import("node:fs");
  mkdirSync(folder);
  const path = join(folder, "x.dcap");
  copyFileSync(capture, path);
  return path;
}

function data(content: Content): Uint8Array {
  return dataSetOf(content, transferSyntax(EXPLICIT));
}
