import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { afterEach, describe, test } from "vitest";
import { type CommandName, commandField } from "../../src/dimse/command_field.ts";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { type AcceptOptions, acceptAssociations } from "../../src/io/accept_associations.ts";
import type { Association, DataSetSource } from "../../src/io/association.ts";
import type { AssociationFailure } from "../../src/io/association_error.ts";
import { type RequestOptions, requestAssociation } from "../../src/io/request_association.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import type { Pdu } from "../../src/ul/pdu.ts";
import { readPdu } from "../../src/ul/read_pdu.ts";
import { concat } from "../support/event_log.ts";
import { acceptOf } from "../support/golden_exchanges.ts";
import { type StoredInstance, startSimulatedPacs } from "../support/simulated_pacs.ts";
import { bytesOfHex } from "../support/vectors.ts";

const VERIFICATION = "1.2.840.10008.1.1";
const CT = "1.2.840.10008.5.1.4.1.1.2";
const STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
const IMPLICIT = "1.2.840.10008.1.2";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

describe("Association, requestor and acceptor over TCP", () => {
  test("C-ECHO, C-STORE and C-FIND with the simulated PACS", async () => {
    const stored: StoredInstance[] = [];
    const pacs = await pacsWith({ stored: (instance) => stored.push(instance) });
    const association = await ask(pacs.port, [VERIFICATION, CT, STUDY_ROOT_FIND]);
    assert.deepEqual(
      association.contexts.map(({ id, result, transferSyntax }) => [id, result, transferSyntax]),
      [1, 3, 5].map((id) => [id, 0, IMPLICIT]),
    );
    assert.equal(await statusOf(association, "C-ECHO-RQ", 1), 0);

    const image = Uint8Array.from({ length: 300_001 }, (_, at) => at & 0xff);
    await request(association, "C-STORE-RQ", {
      contextId: 3,
      values: { AffectedSOPClassUID: CT, AffectedSOPInstanceUID: "2.25.7", Priority: 0 },
      dataSet: image,
    });
    assert.equal((await association.receive())?.commandSet.values["Status"], 0);
    assert.deepEqual(stored, [
      {
        sopClassUid: CT,
        sopInstanceUid: "2.25.7",
        transferSyntax: IMPLICIT,
        length: image.length,
        sha256: createHash("sha256").update(image).digest("hex"),
      },
    ]);

    // Identifier: QueryRetrieveLevel STUDY, Patient's Name DEMO^*O, Study Instance UID empty.
    await request(association, "C-FIND-RQ", {
      contextId: 5,
      values: { AffectedSOPClassUID: STUDY_ROOT_FIND, Priority: 0 },
      dataSet: bytesOfHex(
        '08 00 52 00 06 00 00 00 "STUDY " 10 00 10 00 08 00 00 00 "DEMO^*O " 20 00 0D 00 00 00 00 00',
      ),
    });
    const pending = await association.receive();
    assert.equal(pending?.commandSet.values["Status"], 0xff00);
    const parts: Uint8Array[] = [];
    for await (const part of pending.dataSet ?? []) parts.push(part);
    assert.match(Buffer.concat(parts).toString("latin1"), /DEMO\^BRAVO.*2\.25\.10002/s);
    const last = await association.receive();
    assert.equal(last?.commandSet.values["Status"], 0);
    assert.equal(last?.dataSet, undefined);
    await association.release();
    assert.equal(await association.receive(), undefined);
  });

  test("sends fragments no longer than the peer is ready to receive (PS3.8 D.1)", async () => {
    for (const maximumLength of [16, 4_096, 0]) {
      const stored: StoredInstance[] = [];
      const pacs = await pacsWith({ maximumLength, stored: (one) => stored.push(one) });
      const association = await ask(pacs.port, [CT]);
      assert.equal(association.peer.maximumLength, maximumLength);
      await request(association, "C-STORE-RQ", {
        contextId: 1,
        values: { AffectedSOPClassUID: CT, AffectedSOPInstanceUID: "2.25.8", Priority: 0 },
        dataSet: pieces([0, 1, 10_000, 3, 5_000]),
      });
      await association.receive();
      assert.equal(stored[0]?.length, 15_004);
      await association.release();
    }
  });

  test("sends pieces that share their memory, each as it was when it was given", async () => {
    const stored: string[] = [];
    const server = await serverWith({
      async *handle(message) {
        const hash = createHash("sha256");
        for await (const part of message.dataSet ?? []) hash.update(part);
        stored.push(hash.digest("hex"));
        yield* [];
      },
    });
    const memory = new Uint8Array(50_000);
    const due = createHash("sha256");
    function* passing(): Generator<Uint8Array> {
      for (let n = 0; n < 200; n++) {
        const piece = memory.fill(n).subarray(0, 50_000 - n * 3);
        due.update(piece);
        yield piece;
      }
    }
    const association = await ask(server.port, [CT]);
    await request(association, "C-STORE-RQ", {
      contextId: 1,
      values: { AffectedSOPClassUID: CT, AffectedSOPInstanceUID: "2.25.11", Priority: 0 },
      dataSet: passing(),
    });
    await association.release();
    assert.deepEqual(stored, [due.digest("hex")]);
  });

  test("two messages that are sent at once do not interleave", async () => {
    const commands: string[] = [];
    const server = await serverWith({
      async *handle(message) {
        let length = 0;
        for await (const part of message.dataSet ?? []) length += part.length;
        commands.push(`${message.command} ${length}`);
        yield* [];
      },
    });
    const association = await ask(server.port, [VERIFICATION, CT]);
    const store = {
      contextId: 3,
      values: { AffectedSOPClassUID: CT, AffectedSOPInstanceUID: "2.25.9", Priority: 0 },
    };
    await Promise.all([
      request(association, "C-STORE-RQ", { ...store, dataSet: pieces([1_000, 100_000, 1_000]) }),
      request(association, "C-ECHO-RQ", {
        contextId: 1,
        values: { AffectedSOPClassUID: VERIFICATION },
      }),
      request(association, "C-STORE-RQ", { ...store, dataSet: new Uint8Array(50_000) }),
    ]);
    await association.release();
    assert.deepEqual(commands, ["C-STORE-RQ 102000", "C-ECHO-RQ 0", "C-STORE-RQ 50000"]);
  });

  test("a data set that nobody reads holds back the sender, not our memory", async () => {
    let seen = 0;
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const server = await serverWith({
      async *handle(message) {
        await held;
        for await (const part of message.dataSet ?? []) seen += part.length;
        yield* [];
      },
    });
    const association = await ask(server.port, [CT]);
    let offered = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 2_000; n++) {
        offered += 65_536;
        yield new Uint8Array(65_536);
      }
    }
    const sent = request(association, "C-STORE-RQ", {
      contextId: 1,
      values: { AffectedSOPClassUID: CT, AffectedSOPInstanceUID: "2.25.10", Priority: 0 },
      dataSet: endless(),
    });
    let before = -1;
    while (before !== offered) {
      before = offered;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const stalledAt = offered;
    console.log(`back-pressure: stalled after ${Math.round(stalledAt / 2 ** 20)} of 125 MiB`);
    assert.ok(stalledAt < 40 * 2 ** 20, `${stalledAt}`);
    go();
    await sent;
    await association.release();
    assert.equal(seen, 2_000 * 65_536);
  });

  test("the acceptor may release too, and a release collision ends well", async () => {
    const ended: unknown[] = [];
    const server = await serverWith({
      async *handle(_message, association) {
        void association.release().catch(() => undefined);
        yield* [];
      },
      ended: (_association, error) => ended.push(error),
    });
    const association = await ask(server.port, [VERIFICATION]);
    await request(association, "C-ECHO-RQ", {
      contextId: 1,
      values: { AffectedSOPClassUID: VERIFICATION },
    });
    assert.equal(await association.receive(), undefined);
    assert.equal(association.error, undefined);

    for (let round = 0; round < 20; round++) {
      const colliding = await ask(server.port, [VERIFICATION]);
      await request(colliding, "C-ECHO-RQ", {
        contextId: 1,
        values: { AffectedSOPClassUID: VERIFICATION },
      });
      await colliding.release();
      assert.equal(colliding.error, undefined, `round ${round}`);
    }
    await server.close();
    assert.deepEqual(
      ended.filter((error) => error !== undefined),
      [],
    );
  });
});

describe("AssociationError", () => {
  test("says in words that and why there is no association", async () => {
    const closed = await listening((socket) => socket.destroy());
    const silent = await listening(() => undefined);
    const web = await listening((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const rejecting = await pacsWith({ aeTitles: ["OTHER"] });
    const aborting = await answering([{ type: "A-ABORT", source: 2, reason: 1 }]);
    const confused = await answering([{ type: "A-RELEASE-RP" }]);
    const cases: readonly (readonly [Partial<RequestOptions>, AssociationFailure, RegExp])[] = [
      [{ port: 1 }, "not connected", /^Cannot connect to 127\.0\.0\.1:1: nothing listens there$/],
      [
        // A label over 63 octets: told by the system itself, whatever name server there is or is not.
        { host: `${"x".repeat(64)}.invalid` },
        "not connected",
        /^Cannot connect to x{64}\.invalid:\d+: .*(no such host|name server)/,
      ],
      [{ port: closed }, "closed", /before it answered A-ASSOCIATE-RQ/],
      [
        { port: silent, acseTimeout: 100 },
        "timeout",
        /No answer in 100 ms while awaiting A-ASSOCIATE-AC/,
      ],
      [{ port: web }, "protocol", /the first octets are HTTP, not DICOM/],
      [
        { port: rejecting.port },
        "rejected",
        /rejected permanent by UL service-user: called AE title not recognized/,
      ],
      [{ port: aborting }, "aborted", /UL service-provider: unrecognized PDU/],
      [{ port: confused }, "protocol", /not one to A-ASSOCIATE-RQ/],
    ];
    for (const [options, kind, message] of cases) {
      const [error] = await Promise.all([
        rejection(() => ask(rejecting.port, [VERIFICATION], options)),
      ]);
      assert.match(error.message, message);
      assert.equal(error.kind, kind, error.message);
    }
    const rejected = await rejection(() => ask(rejecting.port, [VERIFICATION]));
    assert.deepEqual(rejected.rejection, { result: 1, source: 1, reason: 7 });
  });

  test("reaches everyone who waits when an association breaks", async () => {
    const accept = encodePdu(acceptOf([]));
    const broken: readonly (readonly [Uint8Array | "close", AssociationFailure, RegExp])[] = [
      ["close", "closed", /closed by the peer, without a release/],
      [encodePdu({ type: "A-ABORT", source: 0, reason: 0 }), "aborted", /UL service-user/],
      [bytesOfHex("09 00 00 00 00 00"), "protocol", /not expected/],
      [bytesOfHex("04 00 00 00 00 06 00 00 00 01 01 03"), "protocol", /item length 1/],
      [
        bytesOfHex("04 00 00 00 00 08 00 00 00 04 63 03 00 00"),
        "protocol",
        /context 99, which was not accepted/,
      ],
      [
        bytesOfHex("04 00 00 00 00 08 00 00 00 04 01 02 00 00"),
        "protocol",
        /where a command set is due/,
      ],
      [
        bytesOfHex("04 00 00 00 00 08 00 00 00 04 01 03 00 00"),
        "protocol",
        /without a Command Field/,
      ],
      [bytesOfHex("01 00 7F FF FF FF"), "protocol", /exceeds 1048570/],
    ];
    for (const [bytes, kind, message] of broken) {
      const port = await listening((socket) => {
        socket.once("data", () => {
          socket.write(accept);
          setTimeout(() => (bytes === "close" ? socket.end() : socket.write(bytes)), 20);
        });
      });
      const association = await ask(port, [CT]);
      const error = await rejection(() => association.receive());
      assert.match(error.message, message);
      assert.equal(error.kind, kind, error.message);
      assert.equal((await rejection(() => association.release())).kind, kind);
      assert.equal((await rejection(() => association.send(1, {}))).kind, kind);
      await association[Symbol.asyncDispose]();
    }
  });

  test("tells a DIMSE timeout, and aborts", async () => {
    let ended: (error: Error | undefined) => void = () => undefined;
    const heard = new Promise<Error | undefined>((resolve) => {
      ended = resolve;
    });
    const server = await serverWith({
      async *handle() {
        yield* [];
      },
      ended: (_association, error) => ended(error),
    });
    const association = await ask(server.port, [VERIFICATION], { dimseTimeout: 100 });
    const error = await rejection(() => statusOf(association, "C-ECHO-RQ", 1));
    assert.equal(error.kind, "timeout");
    assert.match(error.message, /No answer in 100 ms while awaiting a message/);
    assert.match(String((await heard)?.message), /aborted by the peer's UL service-user/);
  });

  test("tells a timeout inside a data set, and aborts", async () => {
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const server = await serverWith({
      async *handle(message, association) {
        const { AffectedSOPClassUID = null } = message.commandSet.values;
        async function* stuck(): AsyncGenerator<Uint8Array> {
          yield new Uint8Array(40_000);
          await held;
        }
        const values = { AffectedSOPClassUID, CommandField: 0x8020, Status: 0xff00 };
        await association
          .send(message.contextId, values, { dataSet: stuck() })
          .catch(() => undefined);
        yield* [];
      },
    });
    const association = await ask(server.port, [VERIFICATION], { dimseTimeout: 2_000 });
    await request(association, "C-ECHO-RQ", {
      contextId: 1,
      values: { AffectedSOPClassUID: VERIFICATION },
    });
    const message = await association.receive();
    let length = 0;
    const error = await rejection(async () => {
      for await (const part of message?.dataSet ?? []) length += part.length;
    });
    assert.equal(error.kind, "timeout");
    assert.match(error.message, /2000 ms while awaiting the rest of a data set/);
    assert.ok(length > 0);
    assert.equal(association.error, error);
    goOn();
  });

  test("a data set read through a sink is whole, without a copy, and its faults are told", async () => {
    const digests: string[] = [];
    const thrown: unknown[] = [];
    const server = await serverWith({
      async *handle(message) {
        const hash = createHash("sha256");
        let views = 0;
        const sink = (octets: Uint8Array): void => {
          views++;
          if (octets[0] === 0xff) throw new Error("not this one");
          hash.update(octets);
        };
        await message.dataSet?.through(sink).catch((error: unknown) => thrown.push(error));
        digests.push(`${views > 1} ${hash.digest("hex")}`);
        yield* [];
      },
    });
    const association = await ask(server.port, [CT]);
    const dataSet = Uint8Array.from({ length: 1_000_001 }, (_, at) => (at * 7) & 0x7f);
    const values = { AffectedSOPClassUID: CT, AffectedSOPInstanceUID: "2.25.9", Priority: 0 };
    const store = { contextId: 1, values };
    await request(association, "C-STORE-RQ", { ...store, dataSet });
    await request(association, "C-STORE-RQ", { ...store, dataSet: dataSet.slice().fill(0xff) });
    await request(association, "C-STORE-RQ", { ...store, dataSet });
    await association.release();
    const due = `true ${createHash("sha256").update(dataSet).digest("hex")}`;
    assert.deepEqual([digests[0], digests[2]], [due, due]);
    assert.match(String(thrown), /^Error: not this one$/);

    // Silence inside the data set is told, too.
    const silent = await listening((socket) => {
      socket.once("data", (bytes) => {
        const asked = readPdu(bytes).pdu;
        if (asked.type !== "A-ASSOCIATE-RQ") return;
        const command = encodeCommandSet({ CommandField: 0x8020, CommandDataSetType: 1 });
        const pdv = { contextId: 1, messageControlHeader: 3, fragment: command };
        const part = { contextId: 1, messageControlHeader: 0, fragment: new Uint8Array(100) };
        socket.write(encodePdu(acceptOf([])));
        socket.write(encodePdu({ type: "P-DATA-TF", pdvs: [pdv, part] }));
      });
    });
    const waiting = await ask(silent, [CT], { dimseTimeout: 500 });
    const message = await waiting.receive({ timeout: 60_000 });
    const error = await rejection(async () => message?.dataSet?.through(() => undefined));
    assert.match(error.message, /500 ms while awaiting the rest of a data set/);
  });

  test("a handler that throws aborts its association and no other", async () => {
    const server = await serverWith({
      async *handle({ command }) {
        if (command === "C-ECHO-RQ") throw new Error("handler's fault");
        yield* [];
      },
    });
    const other = await ask(server.port, [VERIFICATION]);
    const association = await ask(server.port, [VERIFICATION]);
    assert.equal((await rejection(() => statusOf(association, "C-ECHO-RQ", 1))).kind, "aborted");
    await other.release();
  });

  test("asking can be given up", async () => {
    const silent = await listening(() => undefined);
    const giveUp = new AbortController();
    setTimeout(() => giveUp.abort(), 50);
    const error = await rejection(() => ask(silent, [VERIFICATION], { signal: giveUp.signal }));
    assert.equal(error.kind, "aborted");
  });
});

async function pacsWith(
  options: Parameters<typeof startSimulatedPacs>[0],
): ReturnType<typeof startSimulatedPacs> {
  const pacs = await startSimulatedPacs(options);
  cleanups.push(() => pacs.close());
  return pacs;
}

async function serverWith(
  options: Pick<AcceptOptions, "handle" | "ended">,
): ReturnType<typeof acceptAssociations> {
  const server = await acceptAssociations({
    host: "127.0.0.1",
    port: 0,
    supported: [VERIFICATION, CT].map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: [IMPLICIT],
    })),
    ...options,
  });
  cleanups.push(() => server.close());
  return server;
}

function ask(
  port: number,
  abstractSyntaxes: readonly string[],
  options: Partial<RequestOptions> = {},
): Promise<Association> {
  return requestAssociation({
    host: "127.0.0.1",
    port,
    callingAeTitle: "TEST",
    calledAeTitle: "PACS",
    contexts: abstractSyntaxes.map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: [IMPLICIT],
    })),
    dimseTimeout: 20_000,
    ...options,
  });
}

function request(
  association: Association,
  command: CommandName,
  message: {
    readonly contextId: number;
    readonly values: Parameters<Association["send"]>[1];
    readonly dataSet?: DataSetSource;
  },
): Promise<void> {
  const values = { ...message.values, CommandField: commandField(command), MessageID: 1 };
  return association.send(message.contextId, values, { dataSet: message.dataSet });
}

async function statusOf(
  association: Association,
  command: CommandName,
  contextId: number,
): Promise<unknown> {
  await request(association, command, { contextId, values: { AffectedSOPClassUID: VERIFICATION } });
  return (await association.receive())?.commandSet.values["Status"];
}

async function* pieces(lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const length of lengths) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield new Uint8Array(length);
  }
}

/** A port where each connection is given to `peer`, a partner that is none. */
async function listening(peer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    peer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function answering(pdus: readonly Pdu[]): Promise<number> {
  const bytes = concat(pdus.map(encodePdu));
  return listening((socket) => socket.once("data", () => socket.write(bytes)));
}

interface Failure extends Error {
  readonly kind: AssociationFailure;
  readonly rejection: unknown;
}

async function rejection(work: () => Promise<unknown>): Promise<Failure> {
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    assert.equal((error as Error).name, "AssociationError", String((error as Error).stack));
    return error as Failure;
  }
  throw new Error(`Expected a failure, got ${JSON.stringify(result)}`);
}
