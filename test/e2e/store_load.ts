/**
 * An association that stores without end, made of the product's own PDUs. Each data set is computed
 * from its number, so that what a capture holds of it can be checked one by one.
 */
import { createHash } from "node:crypto";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { commandPdus, dataSetPdus } from "../../src/dimse/fragment.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import type { AssociateItem } from "../../src/ul/pdu.ts";
import { type Acceptor, connectPeer, type Peer } from "./scripted_peer.ts";

const SOP_CLASS = "1.2.840.10008.5.1.4.1.1.7";
const EXPLICIT_LE = "1.2.840.10008.1.2.1";
const DATA_SET_SIZE = 32_768;
const CONTEXT = 1;

export interface Association {
  readonly requestor: Peer;
  readonly acceptor: Peer;
}

export interface AssociateOptions {
  readonly port: number;
  readonly host?: string;
  readonly acceptor: Acceptor;
  readonly callingAeTitle?: string;
}

/** Opens an association through a proxy: A-ASSOCIATE-RQ and -AC have arrived. */
export async function associate({
  port,
  host = "127.0.0.1",
  acceptor,
  callingAeTitle = "LOAD",
}: AssociateOptions): Promise<Association> {
  const requestor = await connectPeer(port, host);
  const answering = await acceptor.take();
  const rq = associateRq(callingAeTitle);
  const ac = associateAc(callingAeTitle);
  await requestor.send(rq);
  await answering.has(rq.length);
  await answering.send(ac);
  await requestor.has(ac.length);
  return { requestor, acceptor: answering };
}

/** A-RELEASE-RQ and -RP, then FIN by the requestor and by the acceptor (PS3.8 9.2.3). */
export async function release({ requestor, acceptor }: Association): Promise<void> {
  const [came, got] = [acceptor.received, requestor.received];
  const rq = encodePdu({ type: "A-RELEASE-RQ" });
  const rp = encodePdu({ type: "A-RELEASE-RP" });
  await requestor.send(rq);
  await acceptor.has(came + rq.length);
  await acceptor.send(rp);
  await requestor.has(got + rp.length);
  requestor.end();
  await acceptor.ended();
  acceptor.end();
  await requestor.ended();
}

/** C-STORE-RQ number `index` with its data set, as the PDUs that carry it. */
export function storePdus(index: number, size = DATA_SET_SIZE): Uint8Array {
  const options = { contextId: CONTEXT, maximumLength: 16_384 };
  const command = encodeCommandSet({
    AffectedSOPClassUID: SOP_CLASS,
    CommandField: 0x0001,
    MessageID: (index % 0xffff) + 1,
    Priority: 0,
    CommandDataSetType: 1,
    AffectedSOPInstanceUID: `2.25.${index + 1}`,
  });
  return Buffer.concat([
    ...commandPdus(command, options),
    ...dataSetPdus(dataSet(index, size), options),
  ]);
}

export function dataSetSha256(index: number, size = DATA_SET_SIZE): string {
  return createHash("sha256").update(dataSet(index, size)).digest("hex");
}

function dataSet(index: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 4) {
    bytes.writeUInt32LE(Math.imul(index * size + at + 1, 2_654_435_761) >>> 0, at);
  }
  return bytes;
}

export function associateRq(callingAeTitle: string): Uint8Array {
  return encodePdu({
    type: "A-ASSOCIATE-RQ",
    protocolVersion: 1,
    calledAeTitle: "SINK",
    callingAeTitle,
    items: items({
      item: "presentation context RQ",
      id: CONTEXT,
      items: [
        { item: "abstract syntax", uid: SOP_CLASS },
        { item: "transfer syntax", uid: EXPLICIT_LE },
      ],
    }),
  });
}

function associateAc(callingAeTitle: string): Uint8Array {
  return encodePdu({
    type: "A-ASSOCIATE-AC",
    protocolVersion: 1,
    calledAeTitle: "SINK",
    callingAeTitle,
    items: items({
      item: "presentation context AC",
      id: CONTEXT,
      result: 0,
      items: [{ item: "transfer syntax", uid: EXPLICIT_LE }],
    }),
  });
}

function items(context: AssociateItem): readonly AssociateItem[] {
  return [
    { item: "application context", name: "1.2.840.10008.3.1.1.1" },
    context,
    {
      item: "user information",
      items: [
        { item: "maximum length", maximumLength: 16_384 },
        { item: "implementation class UID", uid: "2.25.1" },
      ],
    },
  ];
}
