import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, test } from "vitest";
import { type AcceptOptions, acceptAssociations } from "../../src/io/accept_associations.ts";
import type { AssociateAnswer } from "../../src/io/accepted_connection.ts";
import type { Association } from "../../src/io/association.ts";
import { AssociationError } from "../../src/io/association_error.ts";
import { type RequestOptions, requestAssociation } from "../../src/io/request_association.ts";
import type { TransportTap } from "../../src/io/transport_tap.ts";
import type { Role } from "../../src/role.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { associateAc } from "../../src/ul/negotiate.ts";
import type { AAssociateAc, AAssociateRq } from "../../src/ul/pdu.ts";
import { PduFramer } from "../../src/ul/pdu_framer.ts";
import type { PduSink } from "../../src/ul/pdu_sink.ts";
import { readPdu } from "../../src/ul/read_pdu.ts";
import { concat } from "../support/event_log.ts";
import { requestOf } from "../support/golden_exchanges.ts";

const VERIFICATION = "1.2.840.10008.1.1";
const IMPLICIT = "1.2.840.10008.1.2";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

describe("acceptAssociations() with an answer of the caller's", () => {
  test("sends a request as it is given, and the answer that the hook gives", async () => {
    const request = oddRequest();
    const answer = { ...acceptOf(request), reservedOctets9: Uint8Array.of(7, 7) };
    const asked: AAssociateRq[] = [];
    const addresses: string[] = [];
    const port = await serving({
      answer: async (pdu, peer) => {
        asked.push(pdu);
        addresses.push(peer.address);
        return answer;
      },
    });
    const association = await ask(port, { request });
    assert.deepEqual(encodePdu(asked[0] as AAssociateRq), encodePdu(request));
    assert.deepEqual(association.answer, answer);
    assert.deepEqual(
      association.contexts.map(({ id, result }) => [id, result]),
      [
        [255, 0],
        [3, 0],
      ],
    );
    assert.match(addresses[0] ?? "", /^127\.0\.0\.1:\d+$/);
    await association.release();
  });

  const refusals: readonly (readonly [AssociateAnswer, Partial<AssociationError>])[] = [
    [
      { type: "A-ASSOCIATE-RJ", result: 2, source: 1, reason: 10 },
      { kind: "rejected", rejection: { result: 2, source: 1, reason: 10 } },
    ],
    [
      { type: "A-ABORT", source: 2, reason: 5 },
      { kind: "aborted", abort: { source: 2, reason: 5 } },
    ],
    [
      { type: "A-ABORT", source: 0, reason: 99 },
      { kind: "aborted", abort: { source: 0, reason: 99 } },
    ],
    [{ type: "close" }, { kind: "closed", reset: false }],
    [{ type: "reset" }, { kind: "closed", reset: true }],
  ];
  for (const [answer, due] of refusals) {
    test(`tells the requestor of ${JSON.stringify(answer)} with its fields`, async () => {
      for (const hook of [() => answer, async () => answer]) {
        const error = await failure(ask(await serving({ answer: hook })));
        for (const [name, value] of Object.entries(due)) {
          assert.deepEqual(error[name as keyof AssociationError], value, error.message);
        }
      }
    });
  }

  test("a hook that throws aborts, and one that is too late harms nobody", async () => {
    const throwing = await serving({
      answer: () => {
        throw new Error("no recording");
      },
    });
    assert.equal((await failure(ask(throwing))).kind, "aborted");
    const rejecting = await serving({ answer: async () => Promise.reject(new Error("lost")) });
    assert.equal((await failure(ask(rejecting))).kind, "aborted");

    const gone = new AbortController();
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let closed = (): void => undefined;
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const late = await serving({
      answer: async (request) => {
        asked();
        await isClosed;
        return acceptOf(request);
      },
      tap: () => ({ onEnd: () => closed() }),
    });
    const waiting = failure(ask(late, { signal: gone.signal }));
    await isAsked;
    gone.abort();
    assert.equal((await waiting).kind, "aborted");
    await isClosed;
  });

  test("300 associations at once; one more than allowed is rejected as transient", async () => {
    const port = await serving({ maxAssociations: 300, answer: (request) => acceptOf(request) });
    const open = await Promise.all(Array.from({ length: 300 }, () => ask(port)));
    const { rejection } = await failure(ask(port));
    assert.deepEqual(rejection, { result: 2, source: 3, reason: 2 });
    await open[0]?.release();
    const again = await until(() => ask(port));
    await Promise.all([again, ...open.slice(1)].map((one) => one.release()));
    console.log(`acceptAssociations(): ${open.length} at once, the next rejected (2/3/2)`);
  });
});

describe("acceptAssociations() and requestors that do not close", () => {
  test("a connection that lingers after its release takes no place of an association", async () => {
    const port = await serving({ maxAssociations: 1, answer: (request) => acceptOf(request) });
    for (let n = 0; n < 5; n++) {
      const socket = connect(port, "127.0.0.1");
      cleanups.push(() => socket.destroy());
      const types: string[] = [];
      const framer = new PduFramer({ ...SILENT, pdu: (_, bytes) => types.push(typeOf(bytes)) });
      socket.on("data", (chunk: Buffer) => framer.receive(chunk));
      const answered = async (count: number): Promise<void> => {
        while (types.length < count) await once(socket, "data");
      };
      socket.write(encodePdu(oddRequest()));
      await answered(1);
      socket.write(encodePdu({ type: "A-RELEASE-RQ" }));
      await answered(2);
      assert.deepEqual(types, ["A-ASSOCIATE-AC", "A-RELEASE-RP"], `association ${n}`);
    }
  });
});

describe("How an association is ended", () => {
  const ends: readonly (readonly [
    how: string,
    act: (association: Association) => void,
    due: Partial<AssociationError>,
  ])[] = [
    ["abort", (one) => one.abort(), { kind: "aborted", abort: { source: 0, reason: 0 } }],
    [
      "abort with source and reason",
      (one) => one.abort({ source: 2, reason: 6 }),
      { kind: "aborted", abort: { source: 2, reason: 6 } },
    ],
    ["close", (one) => one.close(), { kind: "closed", reset: false }],
    ["reset", (one) => one.reset(), { kind: "closed", reset: true }],
  ];
  for (const [how, act, due] of ends) {
    for (const by of ["requestor", "acceptor"] as const) {
      test(`${how} by the ${by} reaches the other side as it is`, async () => {
        let tell: (error: AssociationError) => void = () => undefined;
        const told = new Promise<AssociationError>((resolve) => {
          tell = resolve;
        });
        const port = await serving({
          answer: (request) => acceptOf(request),
          serve: async (association) => {
            if (by === "acceptor") act(association);
            else tell(await failure(association.receive()));
          },
        });
        const association = await ask(port);
        if (by === "acceptor") tell(await failure(association.receive()));
        else act(association);
        const error = await told;
        for (const [name, value] of Object.entries(due)) {
          assert.deepEqual(error[name as keyof AssociationError], value, error.message);
        }
        if (by === "requestor")
          assert.equal((await failure(association.receive())).name, error.name);
        assert.notEqual(by === "requestor" ? association.error : error, undefined);
      });
    }
  }
});

describe("TransportTap", () => {
  test("sees the octets and the end of both AEs, the same on both sides", async () => {
    const seen = { requestor: new Seen(), acceptor: new Seen() };
    const port = await serving({
      answer: (request) => acceptOf(request),
      tap: () => seen.acceptor,
    });
    const association = await ask(port, { tap: seen.requestor });
    await association.release();
    await Promise.all([seen.requestor.closed, seen.acceptor.closed]);
    const [ours] = [seen.requestor];
    assert.deepEqual(ours.octets("requestor"), seen.acceptor.octets("requestor"));
    assert.deepEqual(ours.octets("acceptor"), seen.acceptor.octets("acceptor"));
    const types = (role: Role): string[] => pdusOf(ours.octets(role)).map(({ type }) => type);
    assert.deepEqual(types("requestor"), ["A-ASSOCIATE-RQ", "A-RELEASE-RQ"]);
    assert.deepEqual(types("acceptor"), ["A-ASSOCIATE-AC", "A-RELEASE-RP"]);
    assert.equal(ours.ends[0], "requestor fin");
    assert.equal(seen.acceptor.ends[0], "requestor fin");
    assert.match(ours.opened, /^127\.0\.0\.1:\d+ 127\.0\.0\.1:\d+$/);
  });

  test("sees a reset", async () => {
    const seen = new Seen();
    const port = await serving({ answer: () => ({ type: "reset" }) });
    await failure(ask(port, { tap: seen }));
    await seen.closed;
    assert.equal(seen.ends[0], "acceptor reset");
  });
});

class Seen implements TransportTap {
  readonly ends: string[] = [];
  opened = "";
  readonly closed: Promise<void>;
  readonly #octets: Record<Role, Uint8Array[]> = { requestor: [], acceptor: [] };
  #close: () => void = () => undefined;

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
  }

  readonly onOpen: NonNullable<TransportTap["onOpen"]> = ({ local, remote }) => {
    this.opened = `${local} ${remote}`;
  };
  readonly onOctets: NonNullable<TransportTap["onOctets"]> = (sender, bytes) => {
    this.#octets[sender].push(new Uint8Array(bytes));
  };
  readonly onEnd: NonNullable<TransportTap["onEnd"]> = (sender, how) => {
    this.ends.push(`${sender} ${how}`);
  };
  readonly onClose = (): void => this.#close();

  octets(sender: Role): Uint8Array {
    return concat(this.#octets[sender]);
  }
}

function typeOf(bytes: Uint8Array): string {
  return readPdu(bytes).pdu.type;
}

const nothing = (): void => undefined;
const SILENT: PduSink = {
  pdu: nothing,
  pDataStart: nothing,
  pdvStart: nothing,
  fragment: nothing,
  skipped: nothing,
  pdvEnd: nothing,
  pDataEnd: nothing,
  problem: nothing,
  lost: nothing,
};

function pdusOf(bytes: Uint8Array): { readonly type: string }[] {
  const pdus: { readonly type: string }[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at < bytes.length; ) {
    const end = at + 6 + view.getUint32(at + 2);
    pdus.push(readPdu(bytes.subarray(at, end)).pdu);
    at = end;
  }
  return pdus;
}

/** Context IDs out of order, an item that nobody knows, and reserved octets. */
function oddRequest(): AAssociateRq {
  const request = requestOf([]);
  const context = (id: number) =>
    ({
      item: "presentation context RQ",
      id,
      items: [
        { item: "abstract syntax", uid: VERIFICATION },
        { item: "transfer syntax", uid: IMPLICIT },
      ],
    }) as const;
  const others = request.items.filter(({ item }) => item !== "presentation context RQ");
  return {
    ...request,
    reservedOctets9: Uint8Array.of(1, 2),
    items: [
      ...others,
      context(255),
      { item: "other", itemType: 0x77, bytes: Uint8Array.of(1, 2, 3) },
      context(3),
    ],
  };
}

function acceptOf(request: AAssociateRq): AAssociateAc {
  return associateAc(request, {
    supported: [{ abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }],
    introduction: {
      maximumLength: 16_384,
      implementationClassUid: "2.25.1",
      implementationVersionName: "TEST",
    },
  });
}

async function serving(options: Partial<AcceptOptions>): Promise<number> {
  const server = await acceptAssociations({ host: "127.0.0.1", port: 0, ...options });
  cleanups.push(() => server.close());
  return server.port;
}

function ask(port: number, options: Partial<RequestOptions> = {}): Promise<Association> {
  const contexts = [{ abstractSyntax: VERIFICATION, transferSyntaxes: [IMPLICIT] }];
  return requestAssociation({
    host: "127.0.0.1",
    port,
    contexts,
    connectTimeout: 60_000,
    acseTimeout: 60_000,
    dimseTimeout: 60_000,
    ...options,
  });
}

async function failure(work: Promise<unknown>): Promise<AssociationError> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  assert.ok(error instanceof AssociationError, String(error));
  return error;
}

/** The server learns of a release a moment after its requestor. */
async function until<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      assert.deepEqual((error as AssociationError).rejection, { result: 2, source: 3, reason: 2 });
    }
  }
}
