import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { describe, test } from "vitest";
import type { ReplayScuOptions } from "../../../replay/scu/options.ts";
import { dataSetFromJson } from "../../../src/dataset/json_input.ts";
import { commandField } from "../../../src/dimse/command_field.ts";
import { acceptAssociations } from "../../../src/io/accept_associations.ts";
import type { AssociateAnswer } from "../../../src/io/accepted_connection.ts";
import type { Association } from "../../../src/io/association.ts";
import type { TransportTap } from "../../../src/io/transport_tap.ts";
import type { Performer } from "../../../src/service/performance.ts";
import type { ServiceUser } from "../../../src/service/service_user.ts";
import { encodePdu } from "../../../src/ul/encode_pdu.ts";
import { associateAc } from "../../../src/ul/negotiate.ts";
import { readPdu } from "../../../src/ul/read_pdu.ts";
import { canceledFinds } from "../../support/canceled_finds.ts";
import { inScope, type Scope } from "../../support/process.ts";
import {
  both,
  CT,
  eventOf,
  recorded,
  replayed,
  STUDY_FIND,
  startScp,
  VERIFICATION,
} from "./sessions.ts";

const ECHO = { "C-ECHO": () => ({ status: 0x0000 }) };

describe("replayAsScu() ends associations as they ended", () => {
  const ends: [string, (association: Association) => unknown, string][] = [
    ["released", (association) => association.release(), "05"],
    ["aborted", (association) => association.abort({ source: 2, reason: 5 }), "07 2/5"],
    ["closed", (association) => association.close(), "fin"],
    ["reset", (association) => association.reset(), "reset"],
  ];
  for (const [how, end, wire] of ends) {
    test(`${how} by the requestor`, async () => {
      await inScope(async (scope) => {
        const heard: string[] = [];
        const server = await startScp(scope, { perform: ECHO, tap: () => endOf(heard) });
        const capture = await recorded(scope, server.port, {
          contexts: [VERIFICATION],
          act: async (user) => {
            await user.invoke({ operation: "C-ECHO" }).final();
            await end(user.association);
            await user.ended().catch(() => undefined);
          },
        });
        await server.drained();
        assert.equal(heard.splice(0)[0], wire);
        const run = await replayed([capture], server.port);
        await server.drained();
        assert.equal(heard.splice(0)[0], wire);
        assert.deepEqual(run.outcomes, ["A-ASSOCIATE same", "C-ECHO-RQ same", "end same"]);
        const graceful = await replayed([capture], server.port, { graceful: true });
        await server.drained();
        assert.equal(heard[0], "05");
        assert.equal(eventOf(graceful, "end").outcome, "same");
      });
    });
  }

  test("what was being sent goes out whole before the abort", async () => {
    await inScope(async (scope) => {
      let octets = 0;
      let stored = (): void => undefined;
      const store: Performer = async ({ dataSet, canceled }) => {
        for await (const _ of dataSet ?? []);
        stored();
        // No answer while the association lives: the requestor does not wait for one.
        await new Promise<void>((resolve) => canceled.addEventListener("abort", () => resolve()));
        return { status: 0x0000 };
      };
      const tap: TransportTap = {
        onOctets: (sender, bytes) => {
          if (sender === "requestor") octets += bytes.length;
        },
      };
      const server = await startScp(scope, { perform: { "C-STORE": store }, tap: () => tap });
      const dataSet = new Uint8Array(3_000_000);
      const capture = await recorded(scope, server.port, {
        contexts: [CT],
        act: async (user) => {
          const whole = new Promise<void>((resolve) => {
            stored = resolve;
          });
          const request = { operation: "C-STORE", sopClass: CT, sopInstanceUid: "2.25.1" } as const;
          const invocation = user.invoke({ ...request, dataSet });
          await whole;
          user.association.abort({ source: 0, reason: 0 });
          await invocation.final().catch(() => undefined);
        },
      });
      await server.drained();
      const before = octets;
      const run = await replayed([capture], server.port);
      await server.drained();
      assert.ok(before > dataSet.length);
      assert.equal(octets, 2 * before, "as many octets as in the recording");
      assert.deepEqual(run.outcomes.toSorted(), [
        "A-ASSOCIATE same",
        "C-STORE-RQ same",
        "end same",
      ]);
    });
  });

  test("by the acceptor: the same end is the same, another one differs", async () => {
    await inScope(async (scope) => {
      let end = (user: ServiceUser): void => user.association.abort({ source: 0, reason: 0 });
      const server = await startScp(scope, {
        perform: {
          "C-ECHO": (_request, user) => {
            end(user);
            return { status: 0x0000 };
          },
        },
      });
      const capture = await recorded(scope, server.port, {
        contexts: [VERIFICATION],
        act: async (user) => {
          await user
            .invoke({ operation: "C-ECHO" })
            .final()
            .catch(() => undefined);
        },
      });
      const same = await replayed([capture], server.port);
      assert.deepEqual(same.outcomes, ["A-ASSOCIATE same", "C-ECHO-RQ same", "end same"]);
      end = (user) => user.association.abort({ source: 2, reason: 1 });
      const other = await replayed([capture], server.port);
      assert.deepEqual(eventOf(other, "end").differences, [
        {
          path: "end",
          recorded: "aborted by the acceptor, 0/0",
          got: "aborted by the acceptor, 2/1",
        },
      ]);
      end = () => undefined;
      const none = await replayed([capture], server.port, { eventTimeout: 20 });
      assert.equal(eventOf(none, "C-ECHO-RQ").outcome, "same", "there is nothing to compare with");
      assert.equal(
        eventOf(none, "end").differences[0]?.got,
        "still open when it was waited for no more",
      );
    });
  });

  test("recorded rejections and aborts are played, too", async () => {
    await inScope(async (scope) => {
      let answer: AssociateAnswer = REJECTED;
      const server = await startScp(scope, { perform: ECHO, answer: () => answer });
      const ask = { contexts: [VERIFICATION], act: async () => undefined };
      const refused = recorded(scope, server.port, ask);
      await assert.rejects(refused, /rejected/);
      const captures: string[] = [];
      for (const kind of [REJECTED, ABORTED, { type: "close" } as const]) {
        answer = kind;
        captures.push(await recordedAttempt(scope, server.port));
      }
      for (const [at, kind] of [REJECTED, ABORTED, { type: "close" } as const].entries()) {
        answer = kind;
        const run = await replayed([captures[at] ?? ""], server.port);
        assert.deepEqual(run.outcomes, ["A-ASSOCIATE same"]);
      }
      answer = { ...REJECTED, reason: 3 };
      const other = await replayed([captures[0] ?? ""], server.port);
      assert.equal(eventOf(other, "A-ASSOCIATE").outcome, "differs");
      assert.match(String(eventOf(other, "A-ASSOCIATE").differences[0]?.got), /calling AE title/);
      const open = await startScp(scope, { perform: ECHO });
      const accepted = await replayed([captures[0] ?? ""], open.port);
      assert.equal(eventOf(accepted, "A-ASSOCIATE").differences[0]?.got, "accepted");
    });
  });
});

describe("replayAsScu() that is stopped", () => {
  test("releases what is open and says of the rest that it was not played", async () => {
    await inScope(async (scope) => {
      const stop = new AbortController();
      let isReplayed = false;
      const server = await startScp(scope, {
        perform: {
          "C-ECHO": ({ messageId }) => {
            if (isReplayed && messageId === 2) stop.abort();
            return { status: 0x0000 };
          },
        },
      });
      const capture = await recorded(scope, server.port, {
        contexts: [VERIFICATION],
        act: async (user) => {
          for (let at = 0; at < 4; at++) await user.invoke({ operation: "C-ECHO" }).final();
        },
      });
      isReplayed = true;
      const run = await replayed([capture, capture], server.port, {
        signal: stop.signal,
        concurrency: 1,
      });
      assert.deepEqual(run.outcomes, [
        "A-ASSOCIATE same",
        "C-ECHO-RQ same",
        "C-ECHO-RQ same",
        "C-ECHO-RQ skipped",
        "C-ECHO-RQ skipped",
        "end same",
        "A-ASSOCIATE skipped",
        ...Array.from({ length: 4 }, () => "C-ECHO-RQ skipped"),
      ]);
      assert.equal(run.events.at(-1)?.reason, "the replay was stopped");
      await server.drained();
    });
  });

  test("cancels what is under way, and gives up a peer that answers on without an end", async () => {
    await inScope(async (scope) => {
      const live = { isReplayed: false, ends: true, stop: new AbortController() };
      const server = await startScp(scope, {
        perform: {
          "C-FIND": async function* ({ canceled }) {
            if (!live.isReplayed) yield { status: 0x0000 };
            else if (live.ends) {
              live.stop.abort();
              if (!canceled.aborted) {
                await new Promise((resolve) => canceled.addEventListener("abort", resolve));
              }
              yield { status: 0xfe00 };
            } else {
              for (;;) {
                yield { status: 0xff00 };
                live.stop.abort();
                await new Promise((resolve) => setTimeout(resolve, 1));
              }
            }
          },
        },
      });
      const capture = await recorded(scope, server.port, {
        contexts: [STUDY_FIND],
        act: async (user) => {
          const dataSet = dataSetFromJson({ QueryRetrieveLevel: "STUDY" });
          await user.invoke({ operation: "C-FIND", sopClass: STUDY_FIND, dataSet }).final();
        },
      });
      live.isReplayed = true;
      const stopped = () =>
        replayed([capture], server.port, { signal: live.stop.signal, dimseTimeout: 1000 });
      const canceled = await stopped();
      const { outcome, reason, status } = eventOf(canceled, "C-FIND-RQ");
      assert.deepEqual([outcome, status], ["skipped", 0xfe00]);
      assert.equal(reason, "the replay was stopped");
      assert.equal(eventOf(canceled, "end").outcome, "same");
      assert.equal(canceled.summary.not_begun, 0);
      live.ends = false;
      live.stop = new AbortController();
      assert.equal(eventOf(await stopped(), "C-FIND-RQ").outcome, "skipped");
    });
  });

  test("cancels an operation once, whose pending responses are on their way", async () => {
    await inScope(async (scope) => {
      const stop = new AbortController();
      const { handle, canceled } = canceledFinds({ begun: () => stop.abort() });
      const live = await acceptAssociations({
        host: "127.0.0.1",
        port: 0,
        supported: [both(STUDY_FIND)],
        handle,
      });
      scope.defer(() => live.close());
      const server = await startScp(scope, { perform: { "C-FIND": () => ({ status: 0x0000 }) } });
      const capture = await recorded(scope, server.port, {
        contexts: [STUDY_FIND],
        act: async (user) => {
          const dataSet = dataSetFromJson({ QueryRetrieveLevel: "STUDY" });
          await user.invoke({ operation: "C-FIND", sopClass: STUDY_FIND, dataSet }).final();
        },
      });
      const run = await replayed([capture], live.port, { signal: stop.signal });
      assert.equal(eventOf(run, "C-FIND-RQ").outcome, "skipped");
      await live.drained();
      assert.equal(canceled.length, 1);
    });
  });
});

describe("replayAsScu() and a peer that", () => {
  const cases: [string, Peer, Partial<ReplayScuOptions>, Record<string, RegExp>][] = [
    [
      "rejects",
      { answer: () => REJECTED },
      {},
      {
        "A-ASSOCIATE": /^differs: .*PS3.8 9.3.4/,
        "C-ECHO-RQ": /^skipped: there is no association/,
      },
    ],
    [
      "aborts instead of an answer",
      { answer: () => ABORTED },
      {},
      { "A-ASSOCIATE": /^differs: .*PS3.8 9.3.8/ },
    ],
    [
      "resets instead of an answer",
      { answer: () => ({ type: "reset" }) },
      {},
      { "A-ASSOCIATE": /^differs: Connection lost .* before it answered A-ASSOCIATE-RQ/ },
    ],
    [
      "aborts in the middle",
      { serve: async (association) => association.abort() },
      {},
      { "C-ECHO-RQ": /^(failed|skipped): .*PS3.8 9.3.8/, end: /^differs: / },
    ],
    [
      "answers with a Message ID that was never sent",
      { serve: (association) => answerEcho(association, { MessageIDBeingRespondedTo: 999 }) },
      {},
      { "C-ECHO-RQ": /^failed: .*Message ID 999.*PS3.7/, end: /^differs: / },
    ],
    [
      "answers another operation",
      { serve: (association) => answerEcho(association, { CommandField: 0x8001 }) },
      {},
      { "C-ECHO-RQ": /^failed: .*C-STORE-RSP.*PS3.7/ },
    ],
    [
      "answers without a Status",
      { serve: (association) => answerEcho(association, { Status: null }) },
      {},
      { "C-ECHO-RQ": /^failed: .*without a Status/ },
    ],
    [
      "never answers an association request",
      { raw: () => undefined },
      { acseTimeout: 50 },
      { "A-ASSOCIATE": /^timeout: No answer in 50 ms .*ACSE/ },
    ],
    [
      "never answers a request",
      { serve: (association) => association.receive().then(() => association.receive()) },
      { dimseTimeout: 50 },
      { "C-ECHO-RQ": /^timeout: No answer in 50 ms/ },
    ],
    [
      "never answers a release",
      { raw: (socket) => accept(socket, { echo: true }) },
      // Long enough for the answer that does come, to the association request.
      { acseTimeout: 3_000 },
      { "C-ECHO-RQ": /^same/, end: /^timeout: No answer in 3000 ms .*A-RELEASE-RP/ },
    ],
    [
      "sends a PDU of 4 GiB",
      { raw: (socket) => accept(socket, { octets: [0x04, 0, 0xff, 0xff, 0xff, 0xff] }) },
      { dimseTimeout: 200 },
      { "C-ECHO-RQ": /^(failed|skipped|timeout): / },
    ],
    [
      "sends a longer PDU than it was told we take",
      { raw: (socket) => accept(socket, { echo: true, release: true }) },
      {},
      { "C-ECHO-RQ": /^same/, end: /^differs: .* 84 octets, .* length of 60 \(PS3.8 D.1\)$/ },
    ],
    [
      "speaks HTTP",
      { raw: (socket) => void socket.write("HTTP/1.1 400 Bad Request\r\n\r\n") },
      {},
      { "A-ASSOCIATE": /^failed: .*PS3.8/ },
    ],
    [
      "answers an association request with nonsense",
      { raw: (socket) => void socket.write(Uint8Array.of(0x02, 0, 0, 0, 0, 4, 1, 2, 3, 4)) },
      {},
      { "A-ASSOCIATE": /^failed: .*PS3.8/ },
    ],
  ];
  for (const [what, peer, options, expected] of cases) {
    test(`${what}: said in words, and no hang`, async () => {
      await inScope(async (scope) => {
        const good = await startScp(scope, { perform: ECHO });
        const capture = await recorded(scope, good.port, {
          contexts: [VERIFICATION],
          maximumLength: 60,
          act: async (user) => {
            await user.invoke({ operation: "C-ECHO" }).final();
          },
        });
        const port = await startPeer(scope, peer);
        const run = await replayed([capture], port, { eventTimeout: 50, ...options });
        for (const [request, pattern] of Object.entries(expected)) {
          const { outcome, reason } = eventOf(run, request);
          assert.match(`${outcome}: ${reason}`, pattern);
        }
      });
    });
  }

  test("stalls inside the data set of a response, or reads no more: said, and no hang", async () => {
    await inScope(async (scope) => {
      const good = await startScp(scope, {
        perform: {
          "C-FIND": async function* () {
            yield { status: 0xff00, dataSet: new Uint8Array(8) };
            yield { status: 0x0000 };
          },
          "C-STORE": async ({ dataSet }) => {
            for await (const _ of dataSet ?? []);
            return { status: 0x0000 };
          },
        },
      });
      const find = await recorded(scope, good.port, {
        contexts: [STUDY_FIND],
        act: async (user) => {
          const dataSet = new Uint8Array(8);
          await user.invoke({ operation: "C-FIND", sopClass: STUDY_FIND, dataSet }).final();
        },
      });
      const store = await recorded(scope, good.port, {
        contexts: [CT],
        act: async (user) => {
          // More than the systems on both sides hold for a peer that does not read.
          const dataSet = new Uint8Array(24_000_000);
          const request = { operation: "C-STORE", sopClass: CT, sopInstanceUid: "2.25.1" } as const;
          await user.invoke({ ...request, dataSet }).final();
        },
      });
      const inside = await startStalling(scope, async (association, over) => {
        const message = await association.receive();
        const values = {
          AffectedSOPClassUID: STUDY_FIND,
          CommandField: commandField("C-FIND-RSP"),
          MessageIDBeingRespondedTo: message?.commandSet.values["MessageID"] ?? 0,
          Status: 0xff00,
        };
        const part = async function* () {
          yield new Uint8Array(40_000);
          await over;
        };
        await association.send(message?.contextId ?? 1, values, { dataSet: part() });
      });
      const deaf = await startStalling(scope, (_association, over) => over);
      const stalled = await replayed([find], inside, { dimseTimeout: 200 });
      assert.match(
        eventOf(stalled, "C-FIND-RQ").reason ?? "",
        /No answer in 200 ms .*DIMSE timeout/,
      );
      assert.equal(eventOf(stalled, "C-FIND-RQ").outcome, "timeout");
      const unread = await replayed([store], deaf, { dimseTimeout: 200 });
      assert.match(eventOf(unread, "C-STORE-RQ").reason ?? "", /No answer in 200 ms .*to read on/);
      assert.equal(eventOf(unread, "C-STORE-RQ").outcome, "timeout");
    });
  });

  test("is not there: one association after another fails, and none is established", async () => {
    await inScope(async (scope) => {
      const good = await startScp(scope, { perform: ECHO });
      const session = { contexts: [VERIFICATION], act: async () => undefined };
      const capture = await recorded(scope, good.port, session);
      await good.close();
      const run = await replayed([capture], good.port);
      assert.match(eventOf(run, "A-ASSOCIATE").reason ?? "", /nothing listens there/);
      assert.equal(run.wanted, 1);
      assert.equal(run.established, 0);
    });
  });
});

/** One of them: a whole acceptor, what it does with an association, or octets. */
interface Peer {
  readonly answer?: () => AssociateAnswer;
  readonly serve?: (association: Association) => Promise<unknown>;
  readonly raw?: (socket: Socket) => unknown;
}

const REJECTED = { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 7 } as const;
const ABORTED = { type: "A-ABORT", source: 2, reason: 2 } as const;

async function startPeer(scope: Scope, { raw, answer, serve }: Peer): Promise<number> {
  if (raw === undefined) {
    const server = await acceptAssociations({
      host: "127.0.0.1",
      port: 0,
      supported: [both(VERIFICATION)],
      ...(answer !== undefined && { answer }),
      serve: async (association) => {
        await serve?.(association);
      },
    });
    scope.defer(() => server.close());
    return server.port;
  }
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    raw(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  scope.defer(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** An acceptor that does something until the connection is gone; its port. */
async function startStalling(
  scope: Scope,
  serve: (association: Association, over: Promise<void>) => Promise<void>,
): Promise<number> {
  let gone = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    gone = resolve;
  });
  const server = await acceptAssociations({
    host: "127.0.0.1",
    port: 0,
    supported: [both(CT), both(STUDY_FIND)],
    tap: () => ({ onClose: gone }),
    serve: (association) => serve(association, over).catch(() => undefined),
  });
  scope.defer(() => server.close());
  return server.port;
}

/** What a raw peer answers: to the first request, and to an A-RELEASE-RQ. */
interface RawAnswers {
  readonly octets?: readonly number[];
  readonly echo?: boolean;
  readonly release?: boolean;
}

/** Octets that accept an A-ASSOCIATE-RQ, and what comes after the first request. */
function accept(socket: Socket, { octets, echo, release }: RawAnswers): void {
  let pdus = 0;
  let held = Buffer.alloc(0);
  socket.on("data", (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    while (held.length >= 6 && held.length >= 6 + held.readUInt32BE(2)) {
      const bytesOfPdu = held.subarray(0, 6 + held.readUInt32BE(2));
      held = held.subarray(bytesOfPdu.length);
      const { pdu } = readPdu(bytesOfPdu);
      if (pdu.type === "A-ASSOCIATE-RQ") {
        const introduction = {
          maximumLength: 16_384,
          implementationClassUid: "2.25.1",
          implementationVersionName: "RAW",
        };
        const answer = associateAc(pdu, { supported: [both(VERIFICATION)], introduction });
        socket.write(encodePdu(answer));
      } else if (pdu.type === "A-RELEASE-RQ") {
        if (release === true) socket.write(encodePdu({ type: "A-RELEASE-RP" }));
      } else if (pdus++ === 0) {
        if (octets !== undefined) socket.write(Uint8Array.from(octets));
        if (echo === true) socket.write(echoResponse());
      }
    }
  });
}

/** A C-ECHO-RSP for Message ID 1 on context 1, as octets. */
function echoResponse(): Uint8Array {
  const command = Buffer.from(
    "0000000004000000380000000000020012000000312e322e3834302e31303030382e312e310000000001020000003080000020010200000001000000000802000000010100000009020000000000",
    "hex",
  );
  const pdu = Buffer.alloc(12 + command.length);
  pdu[0] = 0x04;
  pdu.writeUInt32BE(6 + command.length, 2);
  pdu.writeUInt32BE(2 + command.length, 6);
  pdu[10] = 1;
  pdu[11] = 0x03;
  command.copy(pdu, 12);
  return pdu;
}

async function answerEcho(
  association: Association,
  changes: Readonly<Record<string, number | null>>,
): Promise<void> {
  const message = await association.receive();
  if (message === undefined) return;
  const values = {
    AffectedSOPClassUID: VERIFICATION,
    CommandField: commandField("C-ECHO-RSP"),
    MessageIDBeingRespondedTo: message.commandSet.values["MessageID"] ?? 0,
    Status: 0,
    ...changes,
  };
  await association.send(message.contextId, values);
  await association.receive().catch(() => undefined);
}

/** An attempt that fails, recorded. */
async function recordedAttempt(scope: Scope, port: number): Promise<string> {
  return await recorded(scope, port, {
    contexts: [VERIFICATION],
    mayFail: true,
    act: async () => undefined,
  });
}

/** What the requestor does at the end, as it is seen on the wire. */
function endOf(heard: string[]): TransportTap {
  return {
    onOctets: (sender, bytes) => {
      if (sender !== "requestor") return;
      if (bytes[0] === 0x05) heard.push("05");
      if (bytes[0] === 0x07) heard.push(`07 ${bytes[8]}/${bytes[9]}`);
    },
    onEnd: (sender, how) => {
      if (sender === "requestor") heard.push(how);
    },
  };
}
