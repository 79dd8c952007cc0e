import assert from "node:assert/strict";
import { afterAll, describe, test } from "vitest";
import { replayAsScp } from "../../../replay/scp/replay_as_scp.ts";
import { AssociationError } from "../../../src/io/association_error.ts";
import type { Performers } from "../../../src/service/performance.ts";
import type { ServiceUser } from "../../../src/service/service_user.ts";
import { freePort } from "../../support/ports.ts";
import { inScope, Scope } from "../../support/process.ts";
import { beforeFirst } from "../../support/shared.ts";
import { pause, until } from "../../support/tcp_peers.ts";
import {
  associated,
  CT,
  dataSet,
  EXPLICIT,
  find,
  hex,
  IMPLICIT,
  type Playing,
  PRINTER,
  PRINTER_INSTANCE,
  playing,
  recording,
  STUDY_FIND,
  VERIFICATION,
} from "./recording.ts";

/** Error Comment of a failure that no recording has. */
const NO_MATCH = "Replay: No recorded request matches";

test("replayAsScp listens before it has read: who comes meanwhile is answered then", async () => {
  await inScope(async (scope) => {
    const pacs = { supported: [VERIFICATION], perform: {} };
    const capture = await recording(scope, pacs, (to) =>
      associated(to, { contexts: [VERIFICATION] }, async (user) => {
        await user.invoke({ operation: "C-ECHO" }).final();
      }),
    );
    const port = await freePort();
    const progress: string[] = [];
    let meanwhile: Promise<number> | undefined;
    await using scp = await replayAsScp({
      captures: [capture],
      port,
      onProgress: (done, total) => {
        progress.push(`${done}/${total}`);
        const to = { host: "127.0.0.1", port };
        meanwhile ??= associated(to, { contexts: [VERIFICATION] }, async (user) => {
          return (await user.invoke({ operation: "C-ECHO" }).final()).status;
        });
      },
    });
    assert.equal(await meanwhile, 0x0000);
    assert.deepEqual(progress, ["1/1"]);
    assert.equal(scp.associations, 1);
  });
});

test("replayAsScp stops reading, and listening, at its signal", async () => {
  await inScope(async (scope) => {
    const pacs = { supported: [VERIFICATION], perform: {} };
    const capture = await recording(scope, pacs, async (to) => {
      for (const _ of [1, 2, 3]) await associated(to, { contexts: [VERIFICATION] }, async () => {});
    });
    const port = await freePort();
    const stop = new AbortController();
    const read: string[] = [];
    const starting = replayAsScp({
      captures: [capture],
      port,
      signal: stop.signal,
      onProgress: (done, total) => {
        read.push(`${done}/${total}`);
        if (done === 2) stop.abort("stopped");
      },
    });
    await assert.rejects(starting, (reason) => reason === "stopped");
    assert.deepEqual(read, ["1/3", "2/3"]);
    const to = { host: "127.0.0.1", port };
    const { kind } = await failure(() =>
      associated(to, { contexts: [VERIFICATION] }, async () => undefined),
    );
    assert.equal(kind, "not connected");
  });
});

describe("replayAsScp answers queries", () => {
  const scope = new Scope();
  let capture: string;

  /** What is asked for a second time has one study more, Jane has none. */
  beforeFirst(async () => {
    let asked = 0;
    const perform: Performers = {
      "C-FIND": async function* (request) {
        const keys = await request.read();
        const id = keys?.text("PatientID") ?? "";
        if (id !== "JANE") {
          for (let study = 0; study <= asked; study++) {
            yield {
              status: 0xff00,
              dataSet: dataSet({ PatientID: `${id}-${study}`, StudyDate: "20260203" }),
            };
          }
          asked++;
        }
        yield { status: 0x0000 };
      },
    };
    const pacs = { supported: [STUDY_FIND, VERIFICATION], perform };
    capture = await recording(scope, pacs, async (to) => {
      await associated(to, { contexts: [STUDY_FIND] }, async (user) => {
        await find(user, { PatientID: "JOHN", StudyDate: "" });
        await find(user, { PatientID: "JANE" });
        await find(user, { PatientID: "JOHN", StudyDate: "" });
      });
    });
  });
  afterAll(() => scope.close());

  const ONE = ["FF00 JOHN-0", "0000"];
  const TWO = ["FF00 JOHN-0", "FF00 JOHN-1", "0000"];

  test.each([
    ["last", [ONE, TWO, TWO, TWO]],
    ["cycle", [ONE, TWO, ONE, TWO]],
    ["none", [ONE, TWO, ["C000"], ["C000"]]],
  ] as const)("in the recorded order, then reuse %s", async (reuse, expected) => {
    await inScope(async (scope) => {
      const { to, requests } = await playing(scope, capture, { reuse });
      await associated(to, { contexts: [STUDY_FIND] }, async (user) => {
        for (const answers of expected) {
          assert.deepEqual(await find(user, { PatientID: "JOHN", StudyDate: "" }), answers);
        }
      });
      assert.deepEqual(
        requests.map(({ by }) => by),
        expected.map((answers) => (answers.length === 1 ? null : "exact")),
      );
    });
  });

  test("whose keys mean the same, whatever the padding, empty keys and transfer syntax", async () => {
    await inScope(async (scope) => {
      const { to, requests } = await playing(scope, capture, { reuse: "cycle" });
      for (const transferSyntax of [IMPLICIT, EXPLICIT]) {
        const contexts = [{ abstractSyntax: STUDY_FIND, transferSyntaxes: [transferSyntax] }];
        await associated(to, { contexts }, async (user) => {
          assert.deepEqual(await find(user, { PatientID: " JOHN ", PatientName: "*" }), ONE);
          assert.deepEqual(await find(user, { PatientID: "JANE", StudyID: "" }), ["0000"]);
        });
      }
      assert.deepEqual(
        requests.map(({ by, missed }) => [by, missed.map(({ path }) => path)]),
        [
          ["keys", ["StudyDate", "PatientName"]],
          ["keys", ["StudyID"]],
          ["keys", ["StudyDate", "PatientName"]],
          ["keys", ["StudyID"]],
        ],
      );
    });
  });

  test("with the attributes that are asked for now", async () => {
    await inScope(async (scope) => {
      const { to } = await playing(scope, capture);
      await associated(to, { contexts: [STUDY_FIND] }, async (user) => {
        const query = { QueryRetrieveLevel: "STUDY", PatientID: "JOHN", PatientBirthDate: "" };
        const invocation = user.invoke({
          operation: "C-FIND",
          sopClass: STUDY_FIND,
          dataSet: dataSet(query),
        });
        for await (const response of invocation) {
          const answer = await response.read();
          if (answer === undefined) continue;
          assert.equal(answer.text("PatientID"), "JOHN-0");
          assert.ok(answer.has("PatientBirthDate"));
          assert.ok(!answer.has("StudyDate"));
        }
      });
    });
  });

  test("and explains what it cannot answer by the closest recorded one, patients masked", async () => {
    await inScope(async (scope) => {
      const { to, requests } = await playing(scope, capture);
      await associated(to, { contexts: [STUDY_FIND] }, async (user) => {
        assert.deepEqual(await find(user, { PatientID: "NOBODY" }), ["C000"]);
      });
      const [request] = requests;
      assert.equal(request?.matched, false);
      assert.equal(request?.candidate?.message, 0);
      assert.equal(request?.score, 0.5, "of the same level");
      assert.deepEqual(request?.missed, [{ path: "PatientID", recorded: "***", got: "***" }]);
      assert.match(request?.reason ?? "", /^No recorded request matches: answered C000H$/);
    });
  });

  test.each([
    ["shape", ["FF00 JOHN-0", "0000"]],
    ["order", ["FF00 JOHN-0", "0000"]],
    ["keys", ["C000"]],
  ] as const)("that are less alike where %s is good enough", async (match, expected) => {
    await inScope(async (scope) => {
      const { to } = await playing(scope, capture, { match });
      await associated(to, { contexts: [STUDY_FIND] }, async (user) => {
        assert.deepEqual(await find(user, { PatientID: "NOBODY" }), expected);
      });
    });
  });

  test.each([
    ["status:A700", { do: "status", status: 0xa700 }, "A700", NO_MATCH],
    ["status:0000, as an empty answer", { do: "status", status: 0 }, "0000", undefined],
    ["status:B000, which is no failure", { do: "status", status: 0xb000 }, "B000", undefined],
    ["echo-only", { do: "echo-only" }, "0122", NO_MATCH],
    ["the default", { do: "default" }, "C000", NO_MATCH],
  ] as const)("without a recording by %s", async (_name, unmatched, found, comment) => {
    await inScope(async (scope) => {
      const { to } = await playing(scope, capture, { unmatched });
      await associated(to, { contexts: [STUDY_FIND, VERIFICATION] }, async (user) => {
        const query = dataSet({ QueryRetrieveLevel: "STUDY", PatientID: "NOBODY" });
        const asked = { operation: "C-FIND", sopClass: STUDY_FIND, dataSet: query } as const;
        const { status, values } = await user.invoke(asked).final();
        assert.deepEqual([hex(status), values["ErrorComment"]], [found, comment]);
        const echo = await user.invoke({ operation: "C-ECHO" }).final();
        assert.deepEqual([hex(echo.status), echo.values["ErrorComment"]], ["0000", undefined]);
      });
    });
  });

  test("without a recording by an A-ABORT", async () => {
    await inScope(async (scope) => {
      const { to, requests, associations } = await playing(scope, capture, {
        unmatched: { do: "abort" },
      });
      await associated(to, { contexts: [STUDY_FIND] }, async (user) => {
        const error = await failure(() => find(user, { PatientID: "NOBODY" }));
        assert.deepEqual([error.kind, error.abort?.source], ["aborted", 0]);
      });
      assert.equal(requests[0]?.status, null);
      assert.equal(associations.at(-1)?.outcome, "aborted");
    });
  });

  test("of many associations at once", async () => {
    await inScope(async (scope) => {
      const { to, requests } = await playing(scope, capture);
      const ask = async (index: number): Promise<number> =>
        await associated(
          to,
          { contexts: [STUDY_FIND], callingAeTitle: `SCU${index}` },
          async (user) => (await find(user, { PatientID: "JANE" })).length,
        );
      const counts = await Promise.all(Array.from({ length: 60 }, (_, index) => ask(index)));
      assert.deepEqual(new Set(counts), new Set([1]));
      assert.equal(requests.filter(({ matched }) => matched).length, 60);
    });
  });
});

describe("replayAsScp answers other services", () => {
  test("C-STORE by class, in the recorded order of statuses", async () => {
    await inScope(async (scope) => {
      const statuses = [0x0000, 0xa700, 0xb000, 0x0000];
      let next = 0;
      const perform: Performers = { "C-STORE": () => ({ status: statuses[next++] ?? 0 }) };
      const capture = await recording(scope, { supported: [CT], perform }, async (to) => {
        await associated(to, { contexts: [CT] }, (user) => stored(user, ["1.1", "1.2", "1.3"]));
      });
      const store = scope.tempDir();
      const { to, requests } = await playing(scope, capture, { store });
      const received = await associated(to, { contexts: [CT] }, (user) =>
        stored(user, ["9.1", "9.2", "9.3", "1.1"]),
      );
      assert.deepEqual(received, ["0000", "A700", "B000", "0000"]);
      assert.deepEqual(
        requests.map(({ by }) => by),
        ["order", "order", "order", "exact"],
      );
      const { readdirSync } = await import("node:fs");
      assert.deepEqual(readdirSync(store).sort(), ["000001.dcm", "000002.dcm", "000003.dcm"]);
    });
  });

  test("N-GET and N-ACTION by class, instance and type, errors with what they say", async () => {
    await inScope(async (scope) => {
      const perform: Performers = {
        "N-GET": ({ values }) =>
          Array.isArray(values["AttributeIdentifierList"])
            ? { status: 0x0107, values: { AttributeIdentifierList: ["21100099"] } }
            : { status: 0x0000, dataSet: dataSet({ PrinterStatus: "WARNING" }) },
        "N-ACTION": ({ values }) => ({
          status: values["ActionTypeID"] === 2 ? 0x0123 : 0x0000,
          values: { ErrorComment: "as recorded" },
        }),
      };
      const get = {
        operation: "N-GET",
        sopClass: PRINTER,
        sopInstanceUid: PRINTER_INSTANCE,
      } as const;
      const act = { ...get, operation: "N-ACTION" } as const;
      const pacs = { supported: [PRINTER], perform };
      const contexts = [PRINTER];
      const capture = await recording(scope, pacs, async (to) => {
        await associated(to, { contexts }, async (user) => {
          await user.invoke(get).final();
          await user.invoke({ ...get, attributes: ["21100099"] }).final();
          await user.invoke({ ...act, actionTypeId: 1 }).final();
          await user.invoke({ ...act, actionTypeId: 2 }).final();
        });
      });
      const { to, requests } = await playing(scope, capture);
      await associated(to, { contexts }, async (user) => {
        const refused = await user.invoke({ ...act, actionTypeId: 2 }).final();
        assert.deepEqual(
          [hex(refused.status), refused.values["ErrorComment"]],
          ["0123", "as recorded"],
        );
        const warned = await user.invoke({ ...get, attributes: ["21100099"] }).final();
        assert.deepEqual(warned.values["AttributeIdentifierList"], ["21100099"]);
        const got = await user.invoke(get).final();
        assert.equal((await got.read())?.text("PrinterStatus"), "WARNING");
        assert.equal(hex((await user.invoke({ ...act, actionTypeId: 1 }).final()).status), "0000");
      });
      assert.deepEqual(
        requests.map(({ matched }) => matched),
        [true, true, true, true],
      );
    });
  });

  test("N-EVENT-REPORT of the PACS' own at its place", async () => {
    await inScope(async (scope) => {
      const perform: Performers = {
        "N-GET": () => ({ status: 0x0000, dataSet: dataSet({ PrinterStatus: "NORMAL" }) }),
      };
      let heard: (() => void) | undefined;
      const reported = () => new Promise<void>((resolve) => (heard = resolve));
      const said: string[] = [];
      const options = {
        contexts: [PRINTER],
        perform: {
          "N-EVENT-REPORT": async (request) => {
            said.push(
              `${request.values["EventTypeID"]} ${(await request.read())?.text("PrinterName")}`,
            );
            heard?.();
            return { status: 0x0000 };
          },
        } satisfies Performers,
      };
      const get = {
        operation: "N-GET",
        sopClass: PRINTER,
        sopInstanceUid: PRINTER_INSTANCE,
      } as const;
      const scu = async (user: ServiceUser): Promise<void> => {
        await user.invoke(get).final();
        const event = reported();
        await user.invoke(get).final();
        await event;
      };
      const users: ServiceUser[] = [];
      let gets = 0;
      const pacs = {
        supported: [PRINTER],
        accepted: (user: ServiceUser) => void users.push(user),
        perform: {
          "N-GET": (request, user) => {
            if (++gets === 2) {
              user.invoke({
                operation: "N-EVENT-REPORT",
                sopClass: PRINTER,
                sopInstanceUid: PRINTER_INSTANCE,
                eventTypeId: 3,
                dataSet: dataSet({ PrinterName: "FILM" }),
              });
            }
            return perform["N-GET"]?.(request, user) as { status: number };
          },
        } satisfies Performers,
      };
      const capture = await recording(scope, pacs, (to) => associated(to, options, scu));
      said.length = 0;
      const { to } = await playing(scope, capture);
      await associated(to, options, scu);
      assert.deepEqual(said, ["3 FILM"]);
    });
  });
});

describe("replayAsScp ends as recorded", () => {
  test.each([
    ["rejects", { type: "A-ASSOCIATE-RJ", result: 2, source: 3, reason: 1 }, "rejected"],
    [
      "aborts the association that is asked for",
      { type: "A-ABORT", source: 2, reason: 0 },
      "aborted",
    ],
    ["closes the connection", { type: "close" }, "closed"],
  ] as const)("%s", async (_name, answer, kind) => {
    await inScope(async (scope) => {
      const ask = async (to: { host: string; port: number }): Promise<AssociationError> =>
        await failure(() => associated(to, { contexts: [VERIFICATION] }, async () => undefined));
      const capture = await recording(scope, { answer: () => answer, perform: {} }, async (to) => {
        await ask(to);
      });
      const { to, associations } = await playing(scope, capture);
      const error = await ask(to);
      assert.equal(error.kind, kind);
      if (answer.type === "A-ASSOCIATE-RJ") {
        const { result, source, reason } = answer;
        assert.deepEqual(error.rejection, { result, source, reason });
      }
      assert.equal(associations[0]?.outcome, kind);
    });
  });

  test("aborts where the recorded PACS did, with its source and reason", async () => {
    await inScope(async (scope) => {
      const perform: Performers = {
        "C-STORE": async function* (request, user) {
          if (request.sopInstanceUid === "1.2") {
            user.association.abort({ source: 2, reason: 6 });
            return;
          }
          yield { status: 0x0000 };
        },
      };
      const scu = (user: ServiceUser): Promise<string[]> => stored(user, ["1.1", "1.2"]);
      const capture = await recording(scope, { supported: [CT], perform }, async (to) => {
        await associated(to, { contexts: [CT] }, (user) => failure(() => scu(user)));
      });
      const { to, requests } = await playing(scope, capture);
      const error = await associated(to, { contexts: [CT] }, (user) => failure(() => scu(user)));
      assert.deepEqual([error.kind, error.abort?.source, error.abort?.reason], ["aborted", 2, 6]);
      assert.deepEqual(
        requests.map(({ status }) => status),
        [0, null],
      );
    });
  });
});

describe("replayAsScp, when an operation is not waited for,", () => {
  const scope = new Scope();
  let running: Playing;
  const contexts = [STUDY_FIND];
  const query = {
    operation: "C-FIND",
    sopClass: STUDY_FIND,
    dataSet: dataSet({ QueryRetrieveLevel: "STUDY", PatientID: "" }),
  } as const;

  /** Its first answer would take some days. */
  beforeFirst(async () => {
    const perform: Performers = {
      "C-FIND": async function* () {
        for (let study = 0; study < 50; study++) {
          yield { status: 0xff00, dataSet: dataSet({ PatientID: `P${study}` }) };
        }
        yield { status: 0x0000 };
      },
    };
    const capture = await recording(scope, { supported: contexts, perform }, async (to) => {
      await associated(to, { contexts }, (user) => find(user, {}));
    });
    running = await playing(scope, capture, { speed: 0.000_000_1, maxGap: 600_000 });
  });
  afterAll(() => scope.close());

  test("stops at a C-CANCEL-RQ with FE00, although the recording goes on", async () => {
    const { to, requests } = running;
    await associated(to, { contexts }, async (user) => {
      const invocation = user.invoke(query);
      await invocation.cancel();
      assert.equal(hex((await invocation.final()).status), "FE00");
    });
    assert.equal(requests.at(-1)?.status, 0xfe00);
  });

  test("tells no status where the requestor is gone", async () => {
    const { to, requests, associations } = running;
    const before = requests.length;
    const ended = () => associations.filter(({ outcome }) => outcome === "aborted").length;
    // What comes together with the A-ABORT is not performed any more, so it must not come too early.
    for (let ms = 20; requests.length === before; ms *= 2) {
      const endedBefore = ended();
      await associated(to, { contexts }, async (user) => {
        user.invoke(query);
        await user.association.send(1, { CommandField: 0x0030, MessageID: 9 });
        await pause(ms);
        user.abort();
      });
      await until(() => ended() > endedBefore, "the association told how it ended");
    }
    const { matched, status, reason } = requests.at(before) ?? {};
    assert.deepEqual([matched, status], [true, null]);
    assert.equal(reason, "The association ended before the final answer");
  });
});

test("replayAsScp asks the real PACS what is not recorded, and its recording knows it then", async () => {
  await inScope(async (scope) => {
    const perform: Performers = {
      "C-FIND": async function* (request) {
        const id = (await request.read())?.text("PatientID") ?? "";
        yield { status: 0xff01, dataSet: dataSet({ PatientID: `${id}-1` }) };
        yield { status: 0x0000 };
      },
    };
    const contexts = [STUDY_FIND];
    let asked = 0;
    const { serveAssociations } = await import("../../../src/service/serve_associations.ts");
    const real = await serveAssociations({
      host: "127.0.0.1",
      port: 0,
      supported: contexts,
      perform,
      accepted: () => void asked++,
    });
    scope.defer(() => real.close());
    const capture = await recording(scope, { supported: contexts, perform }, async (to) => {
      await associated(to, { contexts }, (user) => find(user, { PatientID: "OLD" }));
    });
    const ask = (to: { host: string; port: number }, PatientID: string) =>
      associated(to, { contexts }, (user) => find(user, { PatientID }));

    const record = scope.tempDir();
    const first = await playing(scope, capture, {
      unmatched: { do: "forward", to: { host: real.host, port: real.port } },
      record,
    });
    assert.deepEqual(await ask(first.to, "OLD"), ["FF01 OLD-1", "0000"]);
    assert.equal(asked, 0);
    assert.deepEqual(await ask(first.to, "NEW"), ["FF01 NEW-1", "0000"]);
    assert.equal(asked, 1);
    assert.deepEqual(
      first.requests.map(({ by }) => by),
      ["exact", "forward"],
    );
    await first.scp.close();
    await real.close();

    const second = await playing(scope, [capture, record]);
    assert.deepEqual(await ask(second.to, "NEW"), ["FF01 NEW-1", "0000"]);
    assert.deepEqual(second.requests[0]?.by, "exact");
  });
});

async function stored(user: ServiceUser, instances: readonly string[]): Promise<string[]> {
  const statuses: string[] = [];
  for (const sopInstanceUid of instances) {
    const invocation = user.invoke({
      operation: "C-STORE",
      sopClass: CT,
      sopInstanceUid,
      dataSet: dataSet({ SOPClassUID: CT, SOPInstanceUID: sopInstanceUid, PatientID: "1" }),
    });
    statuses.push(hex((await invocation.final()).status));
  }
  return statuses;
}

async function failure(work: () => Promise<unknown>): Promise<AssociationError> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof AssociationError, String(error));
    return error;
  }
  throw new Error("It did not fail");
}
