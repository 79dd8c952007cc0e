import assert from "node:assert/strict";
import { afterEach, describe, test } from "vitest";
import { commandField } from "../../src/dimse/command_field.ts";
import type { AcceptOptions } from "../../src/io/accept_associations.ts";
import { acceptAssociations } from "../../src/io/accept_associations.ts";
import {
  type Answer,
  AssociationError,
  dataSetFromJson,
  type OpenOptions,
  type OperationRequest,
  openAssociation,
  type Performers,
  type ServiceUser,
  serveAssociations,
} from "../../src/mod.ts";

const VERIFICATION = "1.2.840.10008.1.1";
const CT = "1.2.840.10008.5.1.4.1.1.2";
const FIND = "1.2.840.10008.5.1.4.1.2.2.1";
const GET = "1.2.840.10008.5.1.4.1.2.2.3";
const IMPLICIT = "1.2.840.10008.1.2";
const PENDING = 0xff00;
const QUERY: OperationRequest = {
  operation: "C-FIND",
  sopClass: FIND,
  dataSet: dataSetFromJson({ QueryRetrieveLevel: "STUDY", PatientName: "" }),
};

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

describe("ServiceUser, both sides over TCP", () => {
  test("echo in five lines", async () => {
    const { port } = await serve({});
    const pacs = await openAssociation({ host: "127.0.0.1", port, contexts: ["Verification"] });
    const { status, meaning } = await pacs.invoke({ operation: "C-ECHO" }).final();
    assert.deepEqual([status, meaning], [0, "Success"]);
    await pacs.release();
  });

  test("gives every response of a C-FIND with its data set, the last one final", async () => {
    const { port } = await serve({
      async *"C-FIND"(request) {
        const keys = await request.read();
        assert.equal(keys?.text("QueryRetrieveLevel"), "STUDY");
        for (let number = 1; number <= 3; number++) {
          yield { status: PENDING, dataSet: dataSetFromJson({ PatientName: `Müller^${number}` }) };
        }
        yield { status: 0 };
      },
    });
    const user = await open(port, [FIND]);
    const seen: (string | undefined)[] = [];
    for await (const response of user.invoke(QUERY)) {
      assert.equal(response.final, seen.length === 3);
      assert.equal(response.values["MessageIDBeingRespondedTo"], 1);
      seen.push((await response.read())?.text("PatientName"));
    }
    assert.deepEqual(seen, ["Müller^1", "Müller^2", "Müller^3", undefined]);
    const again = await user.invoke(QUERY).final();
    assert.equal(again.messageId, 2, "a Message ID of its own");
    const ninetyNine = await user.invoke({ ...QUERY, messageId: 99 }).final();
    assert.equal(ninetyNine.values["MessageIDBeingRespondedTo"], 99);
    assert.equal((await user.invoke({ ...QUERY, messageId: 65_535 }).final()).messageId, 65_535);
    assert.equal((await user.invoke(QUERY).final()).messageId, 1, "from the start again");
    await user.release();
  });

  test("leaving the loop cancels, and reads on to the final response", async () => {
    let canceled = 0;
    const { port } = await serve({
      async *"C-FIND"(request) {
        await request.read();
        for (let number = 0; number < 10_000 && !request.canceled.aborted; number++) {
          yield { status: PENDING, dataSet: dataSetFromJson({ PatientID: String(number) }) };
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        canceled++;
        yield { status: 0xfe00 };
      },
    });
    const user = await open(port, [FIND, VERIFICATION]);
    for await (const response of user.invoke(QUERY)) {
      assert.equal(response.status, PENDING);
      break;
    }
    assert.equal(canceled, 1);
    const invocation = user.invoke(QUERY);
    const statuses: number[] = [];
    for await (const { status } of invocation) {
      statuses.push(status);
      if (statuses.length === 3) await invocation.cancel();
    }
    assert.equal(statuses.at(-1), 0xfe00);
    assert.ok(statuses.length < 5_000);
    assert.equal((await user.invoke({ operation: "C-ECHO" }).final()).status, 0);
    await user.release();
  });

  test("leaving the loop gives up a peer that never ends its responses", async () => {
    const { port } = await serve({
      async *"C-FIND"(request) {
        await request.read();
        for (;;) {
          yield { status: PENDING };
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      },
    });
    const user = await open(port, [FIND], { dimseTimeout: 200 });
    await assert.rejects(
      async () => {
        for await (const response of user.invoke(QUERY)) {
          assert.equal(response.status, PENDING);
          break;
        }
      },
      { kind: "timeout" },
    );
    await assert.rejects(user.ended(), { kind: "timeout" });
  });

  test("a requestor of C-GET performs the C-STOREs that come back, in the SCP role", async () => {
    const roles = { scu: true, scp: true };
    const storage = { abstractSyntax: CT, transferSyntaxes: [IMPLICIT], roles };
    const { port } = await serve(
      {
        async *"C-GET"(request, user): AsyncGenerator<Answer> {
          await request.read();
          for (let number = 1; number <= 3; number++) {
            const stored = await user
              .invoke({
                operation: "C-STORE",
                sopClass: CT,
                sopInstanceUid: `2.25.${number}`,
                dataSet: new Uint8Array(100_000 * number),
              })
              .final();
            assert.equal(stored.status, 0xb000);
            yield { status: PENDING, values: { NumberOfCompletedSuboperations: number } };
          }
          yield { status: 0 };
        },
      },
      [GET, storage],
    );
    const stored: string[] = [];
    const user = await open(port, [GET, { ...storage, roles: { scu: false, scp: true } }], {
      perform: {
        "C-STORE": async ({ sopInstanceUid, dataSet }) => {
          let length = 0;
          for await (const part of dataSet ?? []) length += part.length;
          stored.push(`${sopInstanceUid} ${length}`);
          return { status: 0xb000 };
        },
      },
    });
    assert.deepEqual(user.contextFor("CT Image Storage")?.roles, { scu: false, scp: true });
    const completed: unknown[] = [];
    for await (const { values } of user.invoke({ ...QUERY, operation: "C-GET", sopClass: GET })) {
      completed.push(values["NumberOfCompletedSuboperations"]);
    }
    assert.deepEqual(completed, [1, 2, 3, undefined]);
    assert.deepEqual(stored, ["2.25.1 100000", "2.25.2 200000", "2.25.3 300000"]);
    await user.release();
  });

  test("N-CREATE: the context of the Meta SOP class, and the instance that the SCP assigns", async () => {
    const { port } = await serve(
      {
        "N-CREATE": async (request) => {
          assert.equal(request.sopClassUid, "1.2.840.10008.5.1.1.1");
          assert.equal(request.sopInstanceUid, undefined);
          const dataSet = await request.read();
          assert.equal(dataSet?.text("NumberOfCopies"), "2");
          return { status: 0xb600, dataSet, values: { AffectedSOPInstanceUID: "2.25.77" } };
        },
      },
      ["BasicGrayscalePrintManagementMeta"],
    );
    const user = await open(port, ["BasicFilmSession"]);
    const response = await user
      .invoke({
        operation: "N-CREATE",
        sopClass: "Basic Film Session",
        dataSet: dataSetFromJson({ NumberOfCopies: 2 }),
      })
      .final();
    assert.equal(response.context.abstractSyntax, "1.2.840.10008.5.1.1.9");
    assert.match(response.meaning, /[Mm]emory allocation not supported/);
    assert.equal(response.values["AffectedSOPInstanceUID"], "2.25.77");
    assert.equal((await response.read())?.text("NumberOfCopies"), "2");
    await user.release();
  });

  test("an operation that has no handler is answered 0211H", async () => {
    const { port } = await serve({}, [CT]);
    const user = await open(port, [CT]);
    const { status, meaning } = await user
      .invoke({
        operation: "C-STORE",
        sopClass: CT,
        sopInstanceUid: "2.25.1",
        dataSet: new Uint8Array(200_000),
      })
      .final();
    assert.deepEqual([status, meaning], [0x0211, "Unrecognized operation"]);
    await user.release();
  });

  test("a handler that throws, or gives no final answer, ends the association", async () => {
    const errors: (Error | undefined)[] = [];
    const server = await serve(
      {
        "C-ECHO": () => {
          throw new Error("disk full");
        },
        async *"C-FIND"() {
          yield { status: PENDING };
        },
      },
      [VERIFICATION, FIND],
      { ended: (_association, error) => errors.push(error) },
    );
    for (const request of [{ operation: "C-ECHO" } as const, QUERY]) {
      const user = await open(server.port, [VERIFICATION, FIND]);
      await assert.rejects(
        user.invoke(request).final(),
        (error: unknown) => error instanceof AssociationError && error.kind === "aborted",
      );
    }
    await server.drained();
    assert.match(errors[0]?.message ?? "", /disk full/);
    assert.match(errors[1]?.message ?? "", /without a final answer/);
  });

  test("release and abort end in order although nobody reads the responses", async () => {
    const { port } = await serve({
      async *"C-FIND"(request) {
        await request.read();
        for (let number = 0; number < 50 && !request.canceled.aborted; number++) {
          yield { status: PENDING, dataSet: dataSetFromJson({ PatientID: String(number) }) };
        }
        yield { status: 0 };
      },
    });
    for (const end of ["release", "abort", "dispose"] as const) {
      const user = await open(port, [FIND]);
      const invocation = user.invoke(QUERY);
      await new Promise((resolve) => setTimeout(resolve, 30));
      if (end === "release") await user.release();
      else if (end === "abort") user.abort();
      else await user[Symbol.asyncDispose]();
      if (end === "abort") await assert.rejects(user.ended(), /aborted by this side/);
      else await user.ended();
      await assert.rejects(invocation.final(), AssociationError);
    }
  });

  test("mistakes of the caller are told before anything is sent", async () => {
    const { port } = await serve({}, [FIND, VERIFICATION, CT]);
    const user = await open(port, [FIND, VERIFICATION, CT]);
    const wrong = (request: OperationRequest, what: RegExp) =>
      assert.throws(() => user.invoke(request), what);
    wrong({ operation: "C-FIND", sopClass: FIND }, /without Identifier \(Table 9\.3-3, PS3\.7/);
    wrong({ operation: "C-STORE", sopClass: CT }, /without Affected SOP Instance UID/);
    wrong({ operation: "N-GET" }, /no SOP class is named/);
    wrong({ operation: "N-GET", sopClass: "Printer" }, /no context for Printer SOP Class was acc/);
    wrong({ operation: "C-ECHO", contextId: 9 }, /context 9: it was not accepted/);
    const first = user.invoke({ operation: "C-ECHO" });
    wrong({ operation: "C-ECHO" }, /Message ID 1 has no final response yet \(PS3\.7 D\.3\.3\.3\)/);
    assert.equal((await first.final()).status, 0);
    await assert.rejects(open(port, ["Verifcation"]), /no such SOP class/);
    await user.release();
    await assert.rejects(user.invoke({ operation: "C-ECHO" }).final(), /released/);
  });
});

describe("ServiceUser against peers that break PS3.7", () => {
  const cases: readonly (readonly [name: string, answer: object | undefined, what: RegExp])[] = [
    ["another Message ID", { MessageIDBeingRespondedTo: 7 }, /for Message ID 7: no such request/],
    ["no Message ID", { MessageIDBeingRespondedTo: null }, /for no Message ID/],
    ["another operation", { CommandField: 0x8020 }, /C-FIND-RSP as the response to C-ECHO-RQ/],
    ["no Status", { Status: null }, /C-ECHO-RSP without a Status/],
    ["silence", undefined, /No answer in 300 ms while awaiting the response to C-ECHO-RQ/],
  ];
  for (const [name, answer, what] of cases) {
    test(`tells ${name} in words and ends the association`, async () => {
      const { port } = await raw({
        async *handle() {
          if (answer === undefined) return;
          const CommandField = commandField("C-ECHO-RSP");
          yield { values: { CommandField, MessageIDBeingRespondedTo: 1, Status: 0, ...answer } };
        },
      });
      const silence = answer === undefined ? { dimseTimeout: 300 } : {};
      const user = await open(port, [VERIFICATION], silence);
      await assert.rejects(user.invoke({ operation: "C-ECHO" }).final(), what);
      await assert.rejects(user.ended(), what);
      await assert.rejects(user.invoke({ operation: "C-ECHO" }).final(), AssociationError);
    });
  }

  test("a response after the final one is a fault, too", async () => {
    const { port } = await raw({
      async *handle() {
        const CommandField = commandField("C-ECHO-RSP");
        const values = { CommandField, MessageIDBeingRespondedTo: 1, Status: 0 };
        yield { values };
        yield { values };
      },
    });
    const user = await open(port, [VERIFICATION]);
    await user.invoke({ operation: "C-ECHO" }).final();
    await assert.rejects(user.ended(), /no such request waits for a response/);
  });

  test("a peer that goes away, aborts or releases is told to who waits", async () => {
    for (const act of ["abort", "release"] as const) {
      const { port } = await raw({
        async *handle(_message, association) {
          if (act === "abort") association.abort();
          else association.release().catch(() => undefined);
          yield* [];
        },
      });
      const user = await open(port, [VERIFICATION]);
      const what = act === "abort" ? /aborted by the peer/ : /released by the peer/;
      await assert.rejects(user.invoke({ operation: "C-ECHO" }).final(), what);
    }
  });

  test("a flood of requests is answered one by one", async () => {
    let running = 0;
    let most = 0;
    let answered = 0;
    const users: ServiceUser[] = [];
    const { port } = await serve(
      {
        "C-ECHO": async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 1));
          running--;
          answered++;
          return { status: 0 };
        },
      },
      [VERIFICATION],
      { accepted: (user) => users.push(user) },
    );
    const user = await open(port, [VERIFICATION]);
    const CommandField = commandField("C-ECHO-RQ");
    for (let MessageID = 1; MessageID <= 50; MessageID++) {
      const values = { CommandField, MessageID, AffectedSOPClassUID: VERIFICATION };
      await user.association.send(1, values).catch(() => undefined); // ends at the first response
    }
    await assert.rejects(user.ended(), /no such request waits/);
    await assert.rejects(users[0]?.ended() ?? Promise.resolve());
    assert.equal(most, 1);
    assert.ok(answered >= 1);
  });
});

async function serve(
  perform: Performers,
  supported: Parameters<typeof serveAssociations>[0]["supported"] = [VERIFICATION, FIND],
  more: Partial<Parameters<typeof serveAssociations>[0]> = {},
) {
  const options = { host: "127.0.0.1", port: 0, supported, perform, ...more };
  const server = await serveAssociations(options);
  cleanups.push(() => server.close());
  return server;
}

/** An acceptor whose every word is the test's. */
async function raw(handling: Pick<AcceptOptions, "handle">) {
  const supported = [{ abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }];
  const server = await acceptAssociations({ host: "127.0.0.1", port: 0, supported, ...handling });
  cleanups.push(() => server.close());
  return server;
}

function open(
  port: number,
  contexts: OpenOptions["contexts"],
  more: Partial<OpenOptions> = {},
): Promise<ServiceUser> {
  return openAssociation({ host: "127.0.0.1", port, contexts, ...more });
}
