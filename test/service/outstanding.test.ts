import assert from "node:assert/strict";
import { afterEach, describe, test } from "vitest";
import { commandField } from "../../src/dimse/command_field.ts";
import { acceptAssociations, type Reply } from "../../src/io/accept_associations.ts";
import type { Association } from "../../src/io/association.ts";
import type { ReceivedMessage } from "../../src/io/message_receiver.ts";
import {
  type Answer,
  AssociationError,
  dataSetFromJson,
  type OpenOptions,
  type OperationRequest,
  openAssociation,
  type ServeOptions,
  type ServiceUser,
  serveAssociations,
} from "../../src/mod.ts";
import { associateAc } from "../../src/ul/negotiate.ts";
import type { AAssociateAc, AAssociateRq, UserInformationSubItem } from "../../src/ul/pdu.ts";
import { canceledFinds } from "../support/canceled_finds.ts";

const VERIFICATION = "1.2.840.10008.1.1";
const CT = "1.2.840.10008.5.1.4.1.1.2";
const FIND = "1.2.840.10008.5.1.4.1.2.2.1";
const GET = "1.2.840.10008.5.1.4.1.2.2.3";
const PRINTER = "1.2.840.10008.5.1.1.16";
const SYNTAX = "1.2.840.10008.1.2.1";
const PENDING = 0xff00;
const QUERY = {
  operation: "C-FIND",
  sopClass: FIND,
  dataSet: dataSetFromJson({ QueryRetrieveLevel: "STUDY" }),
} as const satisfies OperationRequest;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

describe("Operations at once (PS3.7 D.3.3.3)", () => {
  test("as many as were negotiated, answered in any order, each to its own", async () => {
    const waiting: { readonly id: string; readonly answer: () => void }[] = [];
    const port = await serve({
      answer: windowOf(5, 5),
      perform: {
        async *"C-FIND"(request) {
          const id = (await request.read())?.text("PatientID") ?? "";
          yield { status: PENDING, dataSet: dataSetFromJson({ PatientID: `${id} first` }) };
          await new Promise<void>((answer) => {
            waiting.push({ id, answer });
            if (waiting.length === 5) for (const one of waiting.reverse()) one.answer();
          });
          const big = "x".repeat(id === "2" ? 60_000 : 10);
          yield {
            status: PENDING,
            dataSet: dataSetFromJson({ PatientID: id, ImageComments: big }),
          };
          yield { status: 0 };
        },
      },
    });
    const user = await open(port, { userInformation: [asked(9, 9)] });
    assert.equal(user.window, 5);
    const order: string[] = [];
    const invocations = [0, 1, 2, 3, 4].map((number) => {
      return user.invoke({ ...QUERY, dataSet: dataSetFromJson({ PatientID: String(number) }) });
    });
    assert.throws(() => user.invoke(QUERY), /5 operations have no final response yet/);
    const seen = await Promise.all(
      invocations.map(async (invocation) => {
        const ids: (string | undefined)[] = [];
        for await (const response of invocation) {
          ids.push((await response.read())?.text("PatientID"));
          if (response.final) order.push(ids[0] ?? "");
        }
        return ids;
      }),
    );
    assert.deepEqual(
      seen,
      [0, 1, 2, 3, 4].map((number) => [`${number} first`, String(number), undefined]),
    );
    assert.notDeepEqual(order, ["0 first", "1 first", "2 first", "3 first", "4 first"]);
    assert.equal(user.outstanding, 0);
    await user.release();
    console.log(`operations at once: ${seen.length} answered in the order ${order.join(", ")}`);
  });

  test("one that is read late does not hold up the ones behind it", async () => {
    const port = await serve({ answer: windowOf(0, 0), perform: { "C-FIND": threeMatches } });
    const user = await open(port, { userInformation: [asked(0, 0)] });
    assert.equal(user.window, Number.POSITIVE_INFINITY);
    const invocations = Array.from({ length: 20 }, () => user.invoke(QUERY));
    for (const invocation of invocations.reverse()) {
      const ids: (string | undefined)[] = [];
      for await (const response of invocation) ids.push((await response.read())?.text("PatientID"));
      assert.deepEqual(ids, ["0", "1", "2", undefined]);
    }
    await user.release();
  });

  test("without negotiation one, for either side; a Message ID in use is not used again", async () => {
    const users: ServiceUser[] = [];
    const port = await serve({
      answer: windowOf(3, 2),
      perform: { "C-FIND": threeMatches },
      accepted: (user) => users.push(user),
    });
    const none = await open(port);
    assert.deepEqual([none.window, users[0]?.window], [1, 1], "the item was not proposed");
    await none.release();
    const some = await open(port, { userInformation: [asked(3, 2)] });
    assert.deepEqual([some.window, users[1]?.window], [3, 2]);
    const first = some.invoke({ ...QUERY, messageId: 7 });
    assert.throws(() => some.invoke({ ...QUERY, messageId: 7 }), /Message ID 7 has no final/);
    const second = some.invoke({ ...QUERY, messageId: 6 });
    const third = some.invoke(QUERY);
    assert.deepEqual([second.messageId, third.messageId], [6, 8], "7 is taken");
    await Promise.all([first, second, third].map((one) => one.final()));
    await some.release();
  });

  test("a C-CANCEL-RQ ends the one that it names", async () => {
    const port = await serve({
      answer: windowOf(4, 4),
      perform: {
        async *"C-FIND"(request) {
          for (let n = 0; !request.canceled.aborted; n++) {
            yield { status: PENDING, dataSet: dataSetFromJson({ PatientID: String(n) }) };
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
          yield { status: 0xfe00 };
        },
      },
    });
    const user = await open(port, { userInformation: [asked(4, 4)] });
    const all = [1, 2, 3].map(() => user.invoke(QUERY));
    const ended: number[] = [];
    const running = all.map(async (invocation, at) => {
      for await (const { final } of invocation) if (final) ended.push(at);
    });
    for (const at of [1, 0, 2]) {
      await all[at]?.cancel();
      await running[at];
    }
    assert.deepEqual(ended, [1, 0, 2]);
    await user.release();
  });
});

describe("Invocation", () => {
  test("asks the peer once to end the operation, though it is canceled twice and then left", async () => {
    const { handle, canceled } = canceledFinds();
    const server = await acceptAssociations({
      host: "127.0.0.1",
      port: 0,
      answer: windowOf(1, 1),
      handle,
    });
    cleanups.push(() => server.close());
    const user = await open(server.port);
    const invocation = user.invoke(QUERY);
    for await (const { status } of invocation) {
      assert.equal(status, PENDING);
      await Promise.all([invocation.cancel(), invocation.cancel()]);
      break;
    }
    const { messageId } = invocation;
    assert.equal(invocation.outstanding, false);
    await invocation.cancel(); // nothing is left to cancel
    for await (const _ of user.invoke(QUERY)) break;
    await user.release();
    await server.drained();
    assert.deepEqual(canceled, [messageId, messageId + 1], "one each");
  });
});

describe("Operations of both sides on one association", () => {
  test("several C-GETs: their C-STOREs and pending responses interleave, the data sets whole", async () => {
    const roles = { scu: true, scp: true };
    const storage = { abstractSyntax: CT, transferSyntaxes: [SYNTAX], roles };
    const port = await serve({
      answer: windowOf(2, 2, [storage]),
      perform: {
        async *"C-GET"(request, user) {
          const id = (await request.read())?.text("PatientID") ?? "";
          for (let number = 1; number <= 3; number++) {
            const sopInstanceUid = `2.25.${id}${number}`;
            const dataSet = new Uint8Array(200_000 * number).fill(number);
            const store = { operation: "C-STORE", sopClass: CT, sopInstanceUid, dataSet } as const;
            const { status } = await user.invoke(store).final();
            assert.equal(status, 0);
            yield { status: PENDING, values: { NumberOfCompletedSuboperations: number } };
          }
          yield { status: 0, values: { NumberOfCompletedSuboperations: 3 } };
        },
      },
    });
    const stored: string[] = [];
    const user = await open(port, {
      userInformation: [asked(2, 2)],
      contexts: [GET, { ...storage, roles: { scu: false, scp: true } }],
      perform: {
        "C-STORE": async ({ sopInstanceUid, dataSet }) => {
          let length = 0;
          for await (const part of dataSet ?? []) length += part.length;
          stored.push(`${sopInstanceUid} ${length}`);
          return { status: 0 };
        },
      },
    });
    const counts = await Promise.all(
      ["7", "8"].map(async (PatientID) => {
        const dataSet = dataSetFromJson({ PatientID });
        const got: unknown[] = [];
        for await (const { values } of user.invoke({
          operation: "C-GET",
          sopClass: GET,
          dataSet,
        })) {
          got.push(values["NumberOfCompletedSuboperations"]);
        }
        return got;
      }),
    );
    const due = [1, 2, 3, 3];
    assert.deepEqual(counts, [due, due]);
    assert.deepEqual(
      stored.sort(),
      [71, 72, 73, 81, 82, 83].map((uid) => `2.25.${uid} ${200_000 * (uid % 10)}`),
    );
    await user.release();
  });

  test("a performer that invokes before it has read its Identifier does not wait for ever", async () => {
    const port = await serve({
      supported: [FIND, PRINTER],
      perform: {
        async *"C-FIND"(request, user) {
          const report = {
            operation: "N-EVENT-REPORT",
            sopClass: PRINTER,
            sopInstanceUid: "1.2.840.10008.5.1.1.17",
            eventTypeId: 2,
          } as const;
          const { status } = await user.invoke(report).final();
          const keys = await request.read();
          yield { status: PENDING, dataSet: dataSetFromJson({ PatientID: `${status}` }) };
          assert.equal(keys?.text("QueryRetrieveLevel"), "STUDY");
          yield { status: 0 };
        },
      },
    });
    const user = await open(port, {
      contexts: [FIND, PRINTER],
      perform: { "N-EVENT-REPORT": () => ({ status: 0x0110 }) },
    });
    const found: (string | undefined)[] = [];
    for await (const response of user.invoke(QUERY)) {
      found.push((await response.read())?.text("PatientID"));
    }
    assert.deepEqual(found, [String(0x0110), undefined]);
    await user.release();
  });
});

describe("Responses that belong to nothing", () => {
  test("one on another context, or to an operation that is over, ends the association in words", async () => {
    const response = (values: object): Reply["values"] => ({
      CommandField: commandField("C-ECHO-RSP"),
      MessageIDBeingRespondedTo: 1,
      Status: 0,
      ...values,
    });
    const cases: readonly (readonly [
      what: RegExp,
      answer: (message: ReceivedMessage, association: Association) => Promise<void>,
    ])[] = [
      [
        /C-ECHO-RSP for Message ID 1 on context 3: the request went out on 1 \(PS3\.7/,
        async (_message, association) => association.send(3, response({})),
      ],
      [
        /C-ECHO-RSP for Message ID 9: no such request waits for a response \(PS3\.7/,
        async (message, association) => {
          const values = response({ MessageIDBeingRespondedTo: 9 });
          await association.send(message.contextId, values);
        },
      ],
    ];
    for (const [what, act] of cases) {
      const server = await acceptAssociations({
        host: "127.0.0.1",
        port: 0,
        answer: windowOf(3, 3),
        async *handle(message, association) {
          await act(message, association);
          yield* [];
        },
      });
      cleanups.push(() => server.close());
      const user = await open(server.port, {
        contexts: [VERIFICATION, { abstractSyntax: CT, transferSyntaxes: [SYNTAX] }],
        userInformation: [asked(3, 3)],
      });
      const both = [1, 2].map(() => user.invoke({ operation: "C-ECHO" }).final());
      for (const one of both) {
        await assert.rejects(one, (error: unknown) => {
          return error instanceof AssociationError && what.test(error.message);
        });
      }
    }
  });
});

async function* threeMatches(): AsyncGenerator<Answer> {
  for (let n = 0; n < 3; n++) {
    yield { status: PENDING, dataSet: dataSetFromJson({ PatientID: String(n) }) };
  }
  yield { status: 0 };
}

function asked(invoked: number, performed: number): UserInformationSubItem {
  return {
    item: "asynchronous operations window",
    maximumNumberOperationsInvoked: invoked,
    maximumNumberOperationsPerformed: performed,
  };
}

/** Accepts all, with a window where one was proposed. */
function windowOf(
  invoked: number,
  performed: number,
  more: readonly Parameters<typeof associateAc>[1]["supported"][number][] = [],
): (request: AAssociateRq) => AAssociateAc {
  return (request) => {
    const isAsked = JSON.stringify(request).includes("asynchronous operations window");
    return associateAc(request, {
      supported: [
        ...more,
        ...[VERIFICATION, FIND, GET, CT].map((abstractSyntax) => {
          return { abstractSyntax, transferSyntaxes: [SYNTAX] };
        }),
      ],
      introduction: {
        maximumLength: 16_384,
        implementationClassUid: "2.25.1",
        implementationVersionName: "TEST",
        userInformation: isAsked ? [asked(invoked, performed)] : [],
      },
    });
  };
}

async function serve(options: Omit<ServeOptions, "port">): Promise<number> {
  const server = await serveAssociations({ host: "127.0.0.1", port: 0, ...options });
  cleanups.push(() => server.close());
  return server.port;
}

function open(port: number, options: Partial<OpenOptions> = {}): Promise<ServiceUser> {
  return openAssociation({ host: "127.0.0.1", port, contexts: [FIND], ...options });
}
