import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { transferSyntax } from "../../../src/dataset/transfer_syntax.ts";
import { IMPLEMENTATION_CLASS_UID } from "../../../src/io/implementation.ts";
import { openAssociation } from "../../../src/service/open_association.ts";
import type { Performer } from "../../../src/service/performance.ts";
import type { Answer } from "../../../src/service/service_message.ts";
import type { ServiceUser } from "../../../src/service/service_user.ts";
import { associateAc } from "../../../src/ul/negotiate.ts";
import type { AAssociateRq } from "../../../src/ul/pdu.ts";
import { freePort } from "../../support/ports.ts";
import { inScope } from "../../support/process.ts";
import { type Content, dataSetOf } from "../../support/service_data.ts";
import {
  both,
  COMMITMENT,
  COMMITMENT_INSTANCE,
  CT,
  EXPLICIT,
  eventOf,
  Recording,
  type Replayed,
  recorded,
  replayed,
  STUDY_FIND,
  STUDY_GET,
  STUDY_MOVE,
  startScp,
  VERIFICATION,
} from "./sessions.ts";

describe("replayAsScu()", () => {
  test("overlaps operations where the recording did and the live window allows", async () => {
    await inScope(async (scope) => {
      const heard: string[] = [];
      let both = (): void => undefined;
      let come = new Promise<void>((resolve) => {
        both = resolve;
      });
      const echo: Performer = async ({ messageId }) => {
        heard.push(`request ${messageId}`);
        if (messageId === 1) await come;
        else both();
        heard.push(`answer ${messageId}`);
        return { status: 0x0000 };
      };
      const windowed = await startScp(scope, {
        perform: { "C-ECHO": echo },
        answer: (request) => accepted(request, 2),
      });
      const capture = await recorded(scope, windowed.port, {
        contexts: [VERIFICATION],
        userInformation: [window(2)],
        act: async (user) => {
          const first = user.invoke({ operation: "C-ECHO", messageId: 1 }).final();
          await user.invoke({ operation: "C-ECHO", messageId: 2 }).final();
          await first;
        },
      });
      assert.deepEqual(heard.splice(0, 2), ["request 1", "request 2"]);
      heard.length = 0;
      come = new Promise<void>((resolve) => {
        both = resolve;
      });
      const run = await replayed([capture], windowed.port);
      assert.equal(run.summary.same, 4);
      assert.deepEqual(heard.splice(0, 2), ["request 1", "request 2"], "both before an answer");

      heard.length = 0;
      come = Promise.resolve();
      const single = await startScp(scope, {
        perform: { "C-ECHO": echo },
        answer: (request) => accepted(request, 1),
      });
      const serial = await replayed([capture], single.port);
      assert.equal(serial.summary.same, 4);
      assert.deepEqual(heard, ["request 1", "answer 1", "request 2", "answer 2"]);
    });
  });

  test("keeps the order of requests on associations that overlapped, without pauses too", async () => {
    await inScope(async (scope) => {
      const stored = new Set<string>();
      const order: string[] = [];
      const server = await startScp(scope, {
        perform: {
          "C-STORE": async (request) => {
            await request.read();
            order.push(`store ${request.sopInstanceUid}`);
            // Time enough for a query that does not wait to come in between.
            await new Promise((resolve) => setTimeout(resolve, 30));
            stored.add(request.sopInstanceUid ?? "");
            return { status: 0x0000 };
          },
          "C-FIND": async function* (): AsyncGenerator<Answer> {
            order.push(`find ${stored.size}`);
            for (const uid of stored) {
              yield { status: 0xff00, dataSet: data({ SOPInstanceUID: uid }) };
            }
            yield { status: 0x0000 };
          },
        },
      });
      const recording = new Recording(scope);
      const [bothOpen, found, storedOne, storedTwo] = [gate(), gate(), gate(), gate()];
      const sender = recording.session(server.port, {
        contexts: [CT],
        act: async (user) => {
          await bothOpen.passed;
          for (const [instance, done] of [
            ["2.25.1", storedOne] as const,
            ["2.25.2", storedTwo] as const,
          ]) {
            const dataSet = data({ SOPClassUID: CT, SOPInstanceUID: instance });
            const request = {
              operation: "C-STORE",
              sopClass: CT,
              sopInstanceUid: instance,
            } as const;
            await user.invoke({ ...request, dataSet }).final();
            done.open();
            await found.passed;
          }
        },
      });
      const viewer = recording.session(server.port, {
        contexts: [STUDY_FIND],
        act: async (user) => {
          bothOpen.open();
          for (const ready of [storedOne, storedTwo]) {
            await ready.passed;
            const dataSet = data({ QueryRetrieveLevel: "IMAGE", SOPInstanceUID: "" });
            await user.invoke({ operation: "C-FIND", sopClass: STUDY_FIND, dataSet }).final();
            found.open();
          }
        },
      });
      await Promise.all([sender, viewer]);
      const capture = await recording.close();
      const before = order.splice(0);
      assert.deepEqual(before, ["store 2.25.1", "find 1", "store 2.25.2", "find 2"]);
      for (let time = 0; time < 3; time++) {
        stored.clear();
        const run = await replayed([capture], server.port);
        assert.deepEqual(order.splice(0), before);
        assert.equal(run.summary.same, run.summary.exchanges);
      }
    });
  });

  test("does not wait for an association that the other side accepts only after another", async () => {
    await inScope(async (scope) => {
      // One at a time, as many a small SCP: the second is answered when the first has ended.
      let first = gate();
      let asked = 0;
      const server = await startScp(scope, {
        perform: { "C-ECHO": () => ({ status: 0x0000 }) },
        answer: async (request) => {
          if (++asked === 2) await first.passed;
          return accepted(request, 1);
        },
        ended: () => first.open(),
      });
      const recording = new Recording(scope);
      const go = gate();
      const session = (act: (user: ServiceUser) => Promise<void>) =>
        recording.session(server.port, { contexts: [VERIFICATION], act });
      const one = session(async (user) => {
        go.open();
        while (asked < 2) await new Promise((resolve) => setTimeout(resolve, 1));
        await user.invoke({ operation: "C-ECHO" }).final();
      });
      await go.passed;
      const other = session(async (user) => {
        await user.invoke({ operation: "C-ECHO" }).final();
      });
      await Promise.all([one, other]);
      const capture = await recording.close();
      asked = 0;
      first = gate();
      const run = await replayed([capture], server.port);
      assert.equal(run.summary.same, 6);
      assert.deepEqual(run.warnings, []);
      // An SCP that took two at once when it was recorded, and takes one now.
      const two = new Recording(scope);
      const many = await startScp(scope, { perform: { "C-ECHO": () => ({ status: 0x0000 }) } });
      const [begun, echoed] = [gate(), gate()];
      await Promise.all([
        two.session(many.port, {
          contexts: [VERIFICATION],
          act: async (user) => {
            await begun.passed;
            await user.invoke({ operation: "C-ECHO" }).final();
            echoed.open();
          },
        }),
        two.session(many.port, {
          contexts: [VERIFICATION],
          act: async (user) => {
            await user.invoke({ operation: "C-ECHO" }).final();
            begun.open();
            await echoed.passed;
          },
        }),
      ]);
      asked = 0;
      first = gate();
      const serial = await replayed([await two.close()], server.port);
      assert.equal(serial.summary.same, 6);
    });
  });

  test("cancels after as many pending responses as in the recording (PS3.7 9.3.2.3)", async () => {
    await inScope(async (scope) => {
      const told: number[] = [];
      const find: Performer = async function* ({ canceled }): AsyncGenerator<Answer> {
        let count = 0;
        for (; count < 1000 && !canceled.aborted; count++) {
          yield { status: 0xff00, dataSet: data({ StudyInstanceUID: `2.25.${count}` }) };
          if (count < 3) continue;
          if (!canceled.aborted) {
            await new Promise<void>((resolve) =>
              canceled.addEventListener("abort", () => resolve(), { once: true }),
            );
          }
        }
        told.push(count);
        yield { status: 0xfe00 };
      };
      const server = await startScp(scope, { perform: { "C-FIND": find } });
      const capture = await recorded(scope, server.port, {
        contexts: [STUDY_FIND],
        act: async (user) => {
          const invocation = user.invoke({
            operation: "C-FIND",
            sopClass: STUDY_FIND,
            dataSet: data({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: "" }),
          });
          let pending = 0;
          for await (const response of invocation) {
            if (!response.final && ++pending === 4) await invocation.cancel();
          }
        },
      });
      const run = await replayed([capture], server.port);
      assert.equal(eventOf(run, "C-FIND-RQ").status, 0xfe00);
      assert.deepEqual(run.outcomes, ["A-ASSOCIATE same", "C-FIND-RQ same", "end same"]);
      assert.deepEqual(told, [4, 4]);
    });
  });

  test("answers the C-STORE sub-operations of a C-GET as they were answered", async () => {
    await inScope(async (scope) => {
      const statuses: number[] = [];
      let instances = ["2.25.1", "2.25.2"];
      const get: Performer = async function* (_request, user): AsyncGenerator<Answer> {
        for (const instance of instances) {
          const { status } = await user
            .invoke({
              operation: "C-STORE",
              sopClass: CT,
              sopInstanceUid: instance,
              dataSet: data({ SOPClassUID: CT, SOPInstanceUID: instance }),
            })
            .final();
          statuses.push(status);
          yield { status: 0xff00, values: { NumberOfRemainingSuboperations: 1 } };
        }
        yield { status: 0x0000 };
      };
      const server = await startScp(scope, { perform: { "C-GET": get } });
      const capture = await recorded(scope, server.port, {
        contexts: [STUDY_GET, { ...both(CT), roles: { scu: false, scp: true } }],
        perform: {
          "C-STORE": async (request) => {
            await request.read();
            return { status: request.sopInstanceUid === "2.25.1" ? 0x0000 : 0xb000 };
          },
        },
        act: async (user) => {
          const dataSet = data({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: "2.25.3" });
          await user.invoke({ operation: "C-GET", sopClass: STUDY_GET, dataSet }).final();
        },
      });
      assert.deepEqual(statuses.splice(0), [0x0000, 0xb000]);
      // In another order: the instance decides, not the place.
      instances = ["2.25.2", "2.25.1"];
      const run = await replayed([capture], server.port);
      assert.deepEqual(statuses.splice(0), [0xb000, 0x0000]);
      assert.deepEqual(run.outcomes.toSorted(), [
        "A-ASSOCIATE same",
        "C-GET-RQ same",
        "C-STORE-RQ same",
        "C-STORE-RQ same",
        "end same",
      ]);
      // What does not come is told, what comes beside it, too.
      instances = ["2.25.1"];
      const fewer = await replayed([capture], server.port);
      assert.deepEqual(
        fewer.events
          .filter(({ request }) => request === "C-STORE-RQ")
          .map(({ outcome }) => outcome)
          .toSorted(),
        ["differs", "same"],
      );
      instances = ["2.25.1", "2.25.2", "2.25.4"];
      const more = await replayed([capture], server.port);
      assert.deepEqual(more.warnings, [
        "The other side sent a C-STORE-RQ that the recording does not have",
      ]);
      // What nobody asks for is not waited for.
      const other = await startScp(scope, { perform: {}, supported: [both(CT)] });
      const unasked = await replayed([capture], other.port);
      assert.deepEqual(reasonsOf(unasked, "C-STORE-RQ"), [
        "skipped: its C-GET-RQ was not sent",
        "skipped: its C-GET-RQ was not sent",
      ]);
    });
  });

  test("answers an N-EVENT-REPORT, on the same association or on a new one", async () => {
    await inScope(async (scope) => {
      const port = await freePort();
      const recording = new Recording(scope);
      let anew = false;
      let toldUs: Promise<void> = Promise.resolve();
      const answers: number[] = [];
      const report = {
        operation: "N-EVENT-REPORT" as const,
        sopClass: COMMITMENT,
        sopInstanceUid: COMMITMENT_INSTANCE,
        eventTypeId: 1,
        dataSet: data({ TransactionUID: "2.25.9" }),
      };
      const action: Performer = async (_request, user): Promise<Answer> => {
        toldUs = (async () => {
          if (!anew) {
            answers.push((await user.invoke(report).final()).status);
            return;
          }
          const roles = { scu: false, scp: true };
          const back = await openAssociation({
            host: "127.0.0.1",
            port,
            callingAeTitle: "PACS",
            calledAeTitle: "MODALITY",
            contexts: [{ ...both(COMMITMENT), roles }],
          });
          answers.push((await back.invoke(report).final()).status);
          await back.release();
        })();
        toldUs.catch(() => undefined); // It is awaited later.
        return { status: 0x0000 };
      };
      const server = await startScp(scope, { perform: { "N-ACTION": action } });
      await recording.session(server.port, {
        contexts: [{ ...both(COMMITMENT), roles: { scu: true, scp: true } }],
        callingAeTitle: "MODALITY",
        calledAeTitle: "PACS",
        perform: {
          "N-EVENT-REPORT": async (request) => {
            await request.read();
            return { status: 0x0110 };
          },
        },
        act: async (user) => {
          await user
            .invoke({
              operation: "N-ACTION",
              sopClass: COMMITMENT,
              sopInstanceUid: COMMITMENT_INSTANCE,
              actionTypeId: 1,
              dataSet: data({ TransactionUID: "2.25.9" }),
            })
            .final();
          await toldUs;
        },
      });
      const capture = await recording.close();
      const same = await replayed([capture], server.port);
      await toldUs;
      assert.equal(eventOf(same, "N-EVENT-REPORT-RQ").outcome, "same");
      anew = true;
      const other = await replayed([capture], server.port, {
        moveListen: { host: "127.0.0.1", port },
      });
      await toldUs;
      assert.equal(eventOf(other, "N-EVENT-REPORT-RQ").outcome, "same");
      assert.deepEqual(answers, [0x0110, 0x0110, 0x0110], "the recorded answer, each time");
      // Without a listener it cannot come; the wait has an end.
      const none = await replayed([capture], server.port, { eventTimeout: 20 });
      await toldUs.catch(() => undefined);
      assert.equal(eventOf(none, "N-EVENT-REPORT-RQ").outcome, "timeout");
      assert.equal(eventOf(none, "N-EVENT-REPORT-RQ").reason, "did not come within 20 ms");
    });
  });

  test("goes on with the UIDs that the live side gives: of an N-CREATE, and of a C-FIND's match", async () => {
    await inScope(async (scope) => {
      let made = "2.25.100";
      const asked: string[] = [];
      const server = await startScp(scope, {
        supported: [both(FILM_SESSION), both(STUDY_FIND)],
        perform: {
          "N-CREATE": async (request) => {
            await request.read();
            return { status: 0x0000, values: { AffectedSOPInstanceUID: made } };
          },
          "N-DELETE": ({ sopInstanceUid }) => {
            asked.push(`delete ${sopInstanceUid}`);
            return { status: sopInstanceUid === made ? 0x0000 : 0x0112 };
          },
          "C-FIND": async function* (request): AsyncGenerator<Answer> {
            const identifier = await request.read();
            const [study = ""] = identifier?.strings(0x0020000d) ?? [];
            asked.push(`find ${study}`);
            const content = { QueryRetrieveLevel: "STUDY", StudyInstanceUID: study || `${made}.1` };
            yield { status: 0xff00, dataSet: data(content) };
            yield { status: 0x0000 };
          },
        },
      });
      const capture = await recorded(scope, server.port, {
        contexts: [both(FILM_SESSION), both(STUDY_FIND)],
        act: async (user) => {
          const session = { sopClass: FILM_SESSION } as const;
          await user.invoke({ ...session, operation: "N-CREATE" }).final();
          await user.invoke({ ...session, operation: "N-DELETE", sopInstanceUid: made }).final();
          for (const study of ["", `${made}.1`]) {
            const dataSet = data({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: study });
            await user.invoke({ operation: "C-FIND", sopClass: STUDY_FIND, dataSet }).final();
          }
        },
      });
      asked.length = 0;
      made = "2.25.200";
      const run = await replayed([capture], server.port);
      assert.deepEqual(asked, ["delete 2.25.200", "find ", "find 2.25.200.1"]);
      assert.deepEqual(new Set(run.events.map(({ outcome }) => outcome)), new Set(["same"]));
    });
  });

  test("is the destination of its own C-MOVE, where it was", async () => {
    await inScope(async (scope) => {
      const port = await freePort();
      const recording = new Recording(scope);
      const statuses: number[] = [];
      const move: Performer = async function* (request): AsyncGenerator<Answer> {
        const back = await openAssociation({
          host: "127.0.0.1",
          port,
          callingAeTitle: "PACS",
          calledAeTitle: "VIEWER",
          contexts: [CT],
        });
        for (const instance of ["2.25.1", "2.25.2"]) {
          const { status } = await back
            .invoke({
              operation: "C-STORE",
              sopClass: CT,
              sopInstanceUid: instance,
              dataSet: data({ SOPClassUID: CT, SOPInstanceUID: instance }),
              values: {
                MoveOriginatorApplicationEntityTitle: "VIEWER",
                MoveOriginatorMessageID: request.messageId,
              },
            })
            .final();
          statuses.push(status);
        }
        await back.release();
        yield { status: 0x0000, values: { NumberOfCompletedSuboperations: 2 } };
      };
      const server = await startScp(scope, { perform: { "C-MOVE": move } });
      const destination = await startScp(scope, {
        port,
        perform: {
          "C-STORE": async (request) => {
            await request.read();
            return { status: request.sopInstanceUid === "2.25.1" ? 0x0000 : 0xb007 };
          },
        },
        tap: () => recording.tap("acceptor"),
      });
      await recording.session(server.port, {
        contexts: [STUDY_MOVE],
        callingAeTitle: "VIEWER",
        calledAeTitle: "PACS",
        act: async (user) => {
          await user
            .invoke({
              operation: "C-MOVE",
              sopClass: STUDY_MOVE,
              moveDestination: "VIEWER",
              dataSet: data({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: "2.25.3" }),
            })
            .final();
        },
      });
      await destination.close();
      const capture = await recording.close();
      assert.deepEqual(statuses.splice(0), [0x0000, 0xb007]);

      const run = await replayed([capture], server.port, {
        moveListen: { host: "127.0.0.1", port },
      });
      assert.deepEqual(statuses.splice(0), [0x0000, 0xb007]);
      assert.equal(run.summary.associations, 1, "the other one is the PACS's to ask for");
      assert.deepEqual(run.outcomes.toSorted(), [
        "A-ASSOCIATE same",
        "C-MOVE-RQ same",
        "C-STORE-RQ same",
        "C-STORE-RQ same",
        "end same",
      ]);
      const server2 = await startScp(scope, { perform: { "C-MOVE": () => ({ status: 0xa801 }) } });
      const without = await replayed([capture], server2.port);
      assert.equal(eventOf(without, "C-STORE-RQ").outcome, "skipped");
      assert.match(
        eventOf(without, "C-STORE-RQ").reason ?? "",
        /^PACS sent it on an association of its own because of association 1, and nothing listens/,
      );
      const server3 = await startScp(scope, { perform: {}, supported: [VERIFICATION] });
      const unasked = await replayed([capture], server3.port, {
        moveListen: { host: "127.0.0.1", port },
      });
      assert.deepEqual(reasonsOf(unasked, "C-STORE-RQ"), [
        "skipped: nothing of association 1 was sent",
        "skipped: nothing of association 1 was sent",
      ]);
    });
  });
});

function reasonsOf({ events }: Replayed, command: string): readonly string[] {
  return events
    .filter(({ request }) => request === command)
    .map(({ outcome, reason }) => `${outcome}: ${reason}`);
}

/** Something that one side waits for until another lets it go on. */
function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

const FILM_SESSION = "1.2.840.10008.5.1.1.1";

function data(content: Content): Uint8Array {
  return dataSetOf(content, transferSyntax(EXPLICIT));
}

function window(operations: number) {
  return {
    item: "asynchronous operations window",
    maximumNumberOperationsInvoked: operations,
    maximumNumberOperationsPerformed: 1,
  } as const;
}

function accepted(request: AAssociateRq, operations: number) {
  return associateAc(request, {
    supported: [both(VERIFICATION)],
    introduction: {
      maximumLength: 16_384,
      implementationClassUid: IMPLEMENTATION_CLASS_UID,
      implementationVersionName: "TEST",
      userInformation: [window(operations)],
    },
  });
}
