/** Recordings of real programs against what an independent decoder made of them. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, test } from "vitest";
import type { ObservedMessage } from "../../src/observe/association_sink.ts";
import type { Role } from "../../src/role.ts";
import { corpusPath, hasCorpus, readCorpus } from "../support/corpus.ts";
import { type Observed, observeConnection, sha256 } from "../support/observed.ts";
import { readPcap, type TcpConnection } from "../support/pcap.ts";

interface Reference {
  readonly connections: readonly ReferenceConnection[];
}

interface ReferenceConnection {
  readonly bytes: { readonly c2s: number; readonly s2c: number };
  readonly tls?: boolean;
  readonly messages: readonly ReferenceMessage[];
  readonly pdus: readonly {
    readonly dir: "c2s" | "s2c";
    readonly offset: number;
    readonly type: string;
    /** Position in the list of both directions, from 1. */
    readonly n: number;
    readonly length: number;
    readonly pdvs?: readonly {
      readonly ctx: number;
      readonly mch: number;
      readonly length: number;
    }[];
  }[];
}

interface ReferenceMessage {
  readonly dir: "c2s" | "s2c";
  readonly contextId: number;
  readonly abstractSyntax: string;
  readonly transferSyntax: string;
  readonly message: string;
  readonly command: Readonly<Record<string, unknown>>;
  readonly commandBytes: number;
  readonly firstPdu: number;
  readonly lastPdu: number;
  readonly dataset?: {
    readonly bytes: number;
    readonly sha256: string;
    readonly complete: boolean;
  };
}

const SENDER = { c2s: "requestor", s2c: "acceptor" } as const;

const names = hasCorpus
  ? readdirSync(corpusPath("pcaps"))
      .filter((name) => name.endsWith(".pcap"))
      .map((name) => name.slice(0, -5))
  : [];

describe.skipIf(!hasCorpus)("AssociationObserver on recordings", () => {
  const recordings = names.map((name) => ({
    name,
    observed: readPcap(readCorpus(`pcaps/${name}.pcap`)).map((connection) => ({
      ...observeConnection(connection),
      streams: streamsOf(connection),
    })),
    reference: JSON.parse(
      gunzipSync(readCorpus(`pcaps/decode/${name}.ref.json.gz`)).toString(),
    ) as Reference,
  }));

  test("gives every PDU, message, command element and data set of the reference", () => {
    let compared = 0;
    const mismatches: string[] = [];
    const compare = (what: string, got: unknown, due: unknown) => {
      compared++;
      try {
        assert.deepEqual(got, due);
      } catch {
        mismatches.push(`${what}: ${JSON.stringify(got)} instead of ${JSON.stringify(due)}`);
      }
    };
    for (const { name, observed, reference } of recordings) {
      compare(`${name} connections`, observed.length, reference.connections.length);
      for (const [index, connection] of reference.connections.entries()) {
        const found = observed[index];
        if (found === undefined) continue;
        const at = `${name} connection ${index}`;
        const { bytes, messages } = found.observer.summary();
        compare(`${at} bytes`, bytes, {
          requestor: connection.bytes.c2s,
          acceptor: connection.bytes.s2c,
        });
        compare(`${at} messages`, messages, connection.messages.length);
        comparePdus(at, { found, connection, compare });
        compareMessages(at, { found, connection, compare });
      }
    }
    console.log(
      `recordings: ${recordings.length} files, ${compared} facts compared, ${mismatches.length} mismatches`,
    );
    assert.deepEqual(mismatches, []);
    assert.equal(recordings.length, 25);
  });

  // The scripted recordings send two requests at once, without an asynchronous operations window
  const conformant = recordings.filter(({ name }) => !name.startsWith("scripted-"));
  const scripted = recordings.filter(({ name }) => name.startsWith("scripted-"));

  test("S-13 finds no error in conformant traffic", () => {
    const errors = conformant.flatMap(errorsOf);
    const associations = conformant.flatMap(({ observed }) => observed).length;
    console.log(`S-13: ${associations} associations, ${errors.length} false errors`);
    assert.deepEqual(errors, []);
  });

  test("finds in scripted traffic what is wrong with it and nothing else", () => {
    const ids = new Set(scripted.flatMap(errorsOf).map((error) => error.split(": ")[1]));
    assert.deepEqual([...ids].sort(), ["async-window-exceeded", "pdv-two-messages"]);
  });
});

function errorsOf(recording: { name: string; observed: readonly Observed[] }): string[] {
  return recording.observed.flatMap(({ findings }) =>
    findings
      .filter(({ severity }) => severity === "error")
      .map(({ id, text }) => `${recording.name}: ${id}: ${text}`),
  );
}

type Compare = (what: string, got: unknown, due: unknown) => void;

interface Comparison {
  readonly found: Observed & { readonly streams: Readonly<Record<Role, Uint8Array>> };
  readonly connection: ReferenceConnection;
  readonly compare: Compare;
}

function comparePdus(at: string, { found, connection, compare }: Comparison): void {
  for (const dir of ["c2s", "s2c"] as const) {
    const due = inStreamOrder(connection, dir);
    const got = found.pdus.filter((pdu) => pdu.sender === SENDER[dir]);
    compare(
      `${at} ${dir} PDUs`,
      got.map(({ type, offset, length }) => ({ type, offset, length: length - 6 })),
      due.map(({ type, offset, length }) => ({ type, offset, length })),
    );
    compare(
      `${at} ${dir} PDVs`,
      got.flatMap(({ pdvs = [] }) =>
        pdvs.map((pdv) => [pdv.contextId, pdv.messageControlHeader, pdv.length + 2]),
      ),
      due.flatMap(({ pdvs = [] }) => pdvs.map((pdv) => [pdv.ctx, pdv.mch, pdv.length])),
    );
  }
}

function compareMessages(at: string, { found, connection, compare }: Comparison): void {
  for (const sender of ["requestor", "acceptor"] as const) {
    const due = connection.messages.filter((message) => SENDER[message.dir] === sender);
    const got = found.messages.filter(({ message }) => message.sender === sender);
    for (const [index, listed] of due.entries()) {
      const observed = got[index];
      const reference = { ...listed, ...rightHash(listed, { found, connection }) };
      const name = `${at} ${sender} message ${index}`;
      compare(`${name} is there`, observed !== undefined, true);
      if (observed !== undefined) compareMessage(name, { observed, reference, compare });
    }
  }
}

function streamsOf(connection: TcpConnection): Readonly<Record<Role, Uint8Array>> {
  const of = (sender: Role) =>
    connection.events.flatMap((event) =>
      event.kind === "bytes" && event.sender === sender ? [event.bytes] : [],
    );
  return { requestor: Buffer.concat(of("requestor")), acceptor: Buffer.concat(of("acceptor")) };
}

function inStreamOrder(connection: ReferenceConnection, dir: "c2s" | "s2c") {
  const pdus = connection.pdus.filter((pdu) => pdu.dir === dir);
  return pdus.toSorted((a, b) => a.offset - b.offset);
}

/**
 * The reference lists PDUs by the frame that completed them. Where a segment overtook another, the
 * order of its fragments and so its hash of the data set are wrong (one message of dcmtk-print): its
 * own PDU list, put in the order of the stream, gives the right one.
 */
function rightHash(
  message: ReferenceMessage,
  { found, connection }: Pick<Comparison, "found" | "connection">,
): Pick<ReferenceMessage, "dataset"> {
  const listed = connection.pdus.filter(
    ({ dir, n }) => dir === message.dir && n >= message.firstPdu && n <= message.lastPdu,
  );
  const ordered = listed.toSorted((a, b) => a.offset - b.offset);
  if (message.dataset === undefined || listed.every((pdu, at) => pdu === ordered[at])) return {};
  const stream = found.streams[SENDER[message.dir]];
  assert.equal(hashOfData(listed, stream), message.dataset.sha256);
  return { dataset: { ...message.dataset, sha256: hashOfData(ordered, stream) } };
}

function hashOfData(pdus: ReferenceConnection["pdus"], stream: Uint8Array): string {
  const hash = sha256();
  for (const { offset, pdvs = [] } of pdus) {
    let at = offset + 6;
    for (const { mch, length } of pdvs) {
      if ((mch & 1) === 0) hash.update(stream.subarray(at + 6, at + 4 + length));
      at += 4 + length;
    }
  }
  return hash.digest();
}

function compareMessage(
  name: string,
  options: { observed: ObservedMessage; reference: ReferenceMessage; compare: Compare },
): void {
  const { observed, reference, compare } = options;
  const { message, context } = observed;
  compare(`${name} command`, message.command, reference.message);
  compare(`${name} context`, message.contextId, reference.contextId);
  compare(`${name} abstract syntax`, context?.abstractSyntax, reference.abstractSyntax);
  compare(`${name} transfer syntax`, context?.acceptedTransferSyntax, reference.transferSyntax);
  compare(`${name} command bytes`, message.commandBytes.length, reference.commandBytes);
  for (const [keyword, value] of Object.entries(reference.command)) {
    compare(`${name} ${keyword}`, message.commandSet.values[keyword], value);
  }
  compare(
    `${name} elements`,
    Object.keys(message.commandSet.values).sort(),
    Object.keys(reference.command).sort(),
  );
  compare(`${name} data set`, message.dataSet === undefined, reference.dataset === undefined);
  if (reference.dataset === undefined || message.dataSet === undefined) return;
  compare(`${name} data set length`, message.dataSet.length, reference.dataset.bytes);
  compare(`${name} data set complete`, message.dataSet.complete, reference.dataset.complete);
  if (reference.dataset.complete) {
    compare(`${name} data set SHA-256`, message.dataSet.sha256, reference.dataset.sha256);
  }
}
