/**
 * Recordings of real programs, played as two scripted sockets through a real proxy: every octet
 * arrives, and `show` reads what an independent decoder read.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, test } from "vitest";
import { corpusPath, hasCorpus, readCorpus } from "../support/corpus.ts";
import { partner } from "../support/partner.ts";
import { readPcap, type TcpConnection } from "../support/pcap.ts";
import { inScope, type Scope } from "../support/process.ts";
import { tsharkDecode } from "../support/tshark.ts";
import type { WireConnection } from "../support/tshark_wire.ts";
import { compareWithTshark } from "./agreement.ts";
import {
  capturesIn,
  runtimesUnderTest,
  type Shown,
  show,
  startProxy,
  stopProcess,
} from "./dicomtap.ts";
import { type Acceptor, connectPeer, startAcceptor } from "./scripted_peer.ts";

/** As in `pcaps/decode/*.ref.json.gz`; c2s is the association-requestor's way. */
interface Reference {
  readonly connections: readonly ReferenceConnection[];
}

interface ReferenceConnection {
  readonly bytes: Record<Way, number>;
  readonly sha256: Record<Way, string>;
  readonly tls?: boolean;
  readonly pdus: readonly {
    readonly dir: Way;
    readonly n: number;
    readonly offset: number;
    readonly type: string;
    readonly decoded?: Decoded;
  }[];
  readonly messages: readonly ReferenceMessage[];
}
type Way = "c2s" | "s2c";

interface Decoded {
  readonly calledAET?: string;
  readonly callingAET?: string;
  readonly presentationContexts?: readonly {
    readonly presentationContextId: number;
    readonly abstractSyntax?: string;
    readonly transferSyntaxes: readonly string[];
    readonly result?: number;
  }[];
}

interface ReferenceMessage {
  readonly firstPdu: number;
  readonly lastPdu: number;
  readonly dir: Way;
  readonly contextId: number;
  readonly transferSyntax: string;
  readonly message: string;
  readonly command: Readonly<Record<string, unknown>>;
  readonly dataset?: {
    readonly bytes: number;
    readonly sha256: string;
    readonly complete: boolean;
  };
}

const tshark = partner("tshark", "tshark");
const SENDER = { c2s: "requestor", s2c: "acceptor" } as const;
const names = hasCorpus
  ? readdirSync(corpusPath("pcaps")).filter((name) => name.endsWith(".pcap"))
  : [];

interface Played {
  readonly name: string;
  readonly connection: ReferenceConnection;
  readonly wire: WireConnection;
}

for (const runtime of runtimesUnderTest()) {
  describe.skipIf(!hasCorpus)(`recordings through dicomtap on ${runtime.name}`, () => {
    // One test: each step looks at what the one before left, and a second try begins with nothing.
    test("F-01 D-08 arrive unaltered, and show reads what two independent decoders read", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const args = ["--on-full", "stall"]; // what is recorded is judged
        const proxy = await startProxy(scope, { runtime, to: acceptor.port, args });
        const played = await playAll({ port: proxy.port, acceptor });
        await stopProcess(proxy.process);
        const shown = await show(scope, runtime, capturesIn(proxy.folder));
        assert.equal(shown.length, played.length);
        compareWithReference(shown, played);
        if (tshark !== undefined)
          await compareWithSecond(scope, { program: tshark, shown, played });
      });
    });
  });
}

/** With their ends as recorded. */
async function playAll(stage: Stage): Promise<readonly Played[]> {
  const played: Played[] = [];
  for (const name of names) {
    const reference = readReference(name);
    const connections = readPcap(Buffer.from(readCorpus(`pcaps/${name}`)));
    for (const [index, connection] of connections.entries()) {
      const recorded = reference.connections[index]!;
      assert.deepEqual(await play(connection, stage), recorded.sha256, name);
      played.push({ name, connection: recorded, wire: wireOf(connection) });
    }
  }
  console.log(`F-01: ${names.length} recordings, ${played.length} connections, 0 altered`);
  return played;
}

function compareWithReference(shown: readonly Shown[], played: readonly Played[]): void {
  let messages = 0;
  for (const [index, { name, connection }] of played.entries()) {
    const ours = shown[index]!;
    if (connection.tls === true) {
      assert.equal(ours.association.outcome, "opaque", name);
      continue;
    }
    assert.deepEqual(ourSummary(ours, connection), referenceSummary(connection), name);
    messages += connection.messages.length;
  }
  console.log(`D-08: ${shown.length} connections, ${messages} messages, 0 differences`);
}

/** With tshark. */
async function compareWithSecond(
  scope: Scope,
  {
    program,
    shown,
    played,
  }: {
    readonly program: string;
    readonly shown: readonly Shown[];
    readonly played: readonly Played[];
  },
): Promise<void> {
  const dicom = played.flatMap(({ connection, wire }, index) =>
    connection.tls === true ? [] : [{ wire, ours: shown[index]! }],
  );
  const connections = dicom.map(({ wire }) => wire);
  const decoded = await tsharkDecode(scope, { program, connections });
  const { fields, placeOnly, mismatches } = compareWithTshark(
    dicom.map(({ ours }) => ours),
    decoded,
  );
  console.log(
    `D-08: ${fields} fields compared, ${mismatches.length} mismatches, ${placeOnly} command sets by their place only`,
  );
  assert.deepEqual(mismatches, []);
}

function wireOf(connection: TcpConnection): WireConnection {
  return connection.events.map((event) =>
    event.kind === "bytes"
      ? { sender: event.sender, bytes: Buffer.from(event.bytes) }
      : { sender: event.sender },
  );
}

interface Stage {
  readonly port: number;
  readonly acceptor: Acceptor;
}

/** Each event happens when everything before it has arrived, so the order of the recording holds. */
async function play(
  connection: TcpConnection,
  { port, acceptor }: Stage,
): Promise<Record<Way, string>> {
  const requestor = await connectPeer(port);
  const answering = await acceptor.take();
  const sent = { requestor: 0, acceptor: 0 };
  for (const event of connection.events) {
    const [from, to] =
      event.sender === "requestor" ? [requestor, answering] : [answering, requestor];
    switch (event.kind) {
      case "bytes":
        await from.send(event.bytes);
        sent[event.sender] += event.bytes.length;
        await to.has(sent[event.sender]);
        break;
      case "fin":
        from.end();
        assert.equal(await to.ended(), "fin");
        break;
      case "reset":
        from.reset();
        assert.equal(await to.ended(), "reset");
        break;
      default:
        event satisfies never;
    }
  }
  // A recording may stop before both ends have closed.
  for (const peer of [requestor, answering]) peer.end();
  await Promise.all([requestor.ended(), answering.ended()]);
  return { c2s: answering.digests().received, s2c: requestor.digests().received };
}

function readReference(name: string): Reference {
  const path = `pcaps/decode/${name.replace(".pcap", ".ref.json.gz")}`;
  return JSON.parse(gunzipSync(readCorpus(path)).toString());
}

function ourSummary({ association, messages }: Shown, connection: ReferenceConnection): object {
  return {
    bytes: { c2s: association.bytes.requestor, s2c: association.bytes.acceptor },
    pdus: { c2s: association.pdus.requestor, s2c: association.pdus.acceptor },
    titles: [association.calling_ae_title, association.called_ae_title],
    contexts: association.contexts.map((context) => ({
      id: context.id,
      abstractSyntax: context.abstract_syntax,
      transferSyntaxes: context.transfer_syntaxes,
      result: context.result,
      accepted: context.accepted_transfer_syntax,
    })),
    messages: messages.map((message, index) => ({
      sender: message.sender,
      contextId: message.context_id,
      message: message.command,
      command: message.command_set,
      dataSet:
        message.data_set === null
          ? null
          : {
              transferSyntax: message.data_set.transfer_syntax,
              bytes: message.data_set.length,
              sha256: hashHolds(connection, index) ? message.data_set.sha256 : null,
              complete: message.data_set.complete,
            },
    })),
  };
}

function referenceSummary(connection: ReferenceConnection): object {
  const count = (way: Way) => connection.pdus.filter((pdu) => pdu.dir === way).length;
  const rq = connection.pdus.find((pdu) => pdu.type === "A-ASSOCIATE-RQ")?.decoded;
  const ac = connection.pdus.find((pdu) => pdu.type === "A-ASSOCIATE-AC")?.decoded;
  const answers = new Map(
    ac?.presentationContexts?.map((context) => [context.presentationContextId, context]),
  );
  return {
    bytes: connection.bytes,
    pdus: { c2s: count("c2s"), s2c: count("s2c") },
    titles: [rq?.callingAET?.trim(), rq?.calledAET?.trim()],
    contexts: rq?.presentationContexts?.map((context) => {
      const answer = answers.get(context.presentationContextId);
      return {
        id: context.presentationContextId,
        abstractSyntax: context.abstractSyntax,
        transferSyntaxes: context.transferSyntaxes,
        result: answer?.result ?? null,
        accepted: answer?.result === 0 ? (answer.transferSyntaxes[0] ?? null) : null,
      };
    }),
    messages: connection.messages.map((message, index) => ({
      sender: SENDER[message.dir],
      contextId: message.contextId,
      message: message.message,
      command: message.command,
      dataSet:
        message.dataset === undefined
          ? null
          : {
              transferSyntax: message.transferSyntax,
              bytes: message.dataset.bytes,
              sha256: hashHolds(connection, index) ? message.dataset.sha256 : null,
              complete: message.dataset.complete,
            },
    })),
  };
}

/**
 * The reference takes PDUs in the order of the frames that completed them. Where a segment overtook
 * another, its hash of the data set is of the fragments in the wrong order; and it has no hash to
 * compare where the data set breaks off.
 */
function hashHolds(connection: ReferenceConnection, index: number): boolean {
  const message = connection.messages[index]!;
  const offsets = connection.pdus
    .filter(({ dir, n }) => dir === message.dir && n >= message.firstPdu && n <= message.lastPdu)
    .map(({ offset }) => offset);
  const ordered = offsets.every((offset, at) => at === 0 || offset > offsets[at - 1]!);
  return ordered && message.dataset?.complete === true;
}
