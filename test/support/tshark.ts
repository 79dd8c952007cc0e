/**
 * What tshark, a decoder that shares nothing with ours, reads in a capture file: associations with
 * contexts, and command sets with their numbers. One line of its `-T fields` output is one PDU.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Scope } from "./process.ts";
import { PCAP_PORT, writePcap } from "./tshark_pcap.ts";
import type { WireConnection, WireSender } from "./tshark_wire.ts";

export interface TsharkAssociation {
  readonly pdus: Record<WireSender, number>;
  callingAeTitle?: string;
  calledAeTitle?: string;
  maximumLength: Partial<Record<WireSender, number>>;
  /** By Presentation-context-ID. */
  readonly proposed: Map<number, { abstractSyntax?: string; transferSyntaxes: string[] }>;
  readonly answered: Map<number, { result: number; transferSyntax?: string }>;
  reject?: { result: number; source: number; reason: number };
  abort?: { sender: WireSender; source: number; reason: number };
  released: boolean;
  readonly commands: TsharkCommand[];
}

export interface TsharkCommand {
  readonly sender: WireSender;
  readonly contextId: number;
  /**
   * By tag, as `00000100`; numbers of US and UL elements, text of others. Empty where tshark 4.0
   * does not decode the command set (answers on a context of compressed or deflated data sets), and
   * for all but the first command set of a PDU.
   */
  readonly elements: ReadonlyMap<string, number | string>;
}

const FIELDS = [
  "tcp.stream",
  "tcp.dstport",
  "dicom.pdu.type",
  "dicom.assoc.ae.calling",
  "dicom.assoc.ae.called",
  "dicom.assoc.item.type",
  "dicom.pctx.id",
  "dicom.pctx.result",
  "dicom.pctx.abss.syntax",
  "dicom.pctx.xfer.syntax",
  "dicom.max_pdu_len",
  "dicom.assoc.reject.result",
  "dicom.assoc.reject.source",
  "dicom.assoc.reject.reason",
  "dicom.assoc.abort.source",
  "dicom.assoc.abort.reason",
  "dicom.pdv.ctx",
  "dicom.pdv.flags",
  "dicom.tag",
  "dicom.tag.vr",
  "dicom.tag.value.16u",
  "dicom.tag.value.32u",
  "dicom.tag.value.str",
] as const;

type Field = (typeof FIELDS)[number];

/** Decodes the connections with tshark; one association for each connection that has a PDU. */
export async function tsharkDecode(
  scope: Scope,
  { program, connections }: { program: string; connections: readonly WireConnection[] },
): Promise<ReadonlyMap<number, TsharkAssociation>> {
  const path = join(scope.tempDir(), "wire.pcap");
  writeFileSync(path, writePcap(connections));
  const reassemble = ["-o", "tcp.reassemble_out_of_order:TRUE", "-o", "dicom.tag_tree:TRUE"];
  const fields = FIELDS.flatMap((field) => ["-e", field]);
  const shape = ["-T", "fields", "-E", "occurrence=a", "-E", "separator=|", "-E", "aggregator=~"];
  const done = await scope.run(
    [program, "-r", path, "-d", `tcp.port==${PCAP_PORT},dicom`, "-Y", "dicom"].concat(
      reassemble,
      shape,
      fields,
    ),
  );
  if (done.code !== 0) throw new Error(`tshark ended with ${done.code}: ${done.stderr}`);
  const associations = new Map<number, TsharkAssociation>();
  for (const line of done.stdout.split("\n")) if (line !== "") readLine(line, associations);
  return associations;
}

function readLine(line: string, associations: Map<number, TsharkAssociation>): void {
  const cells = line.split("|");
  const all = (field: Field): string[] => {
    const cell = cells[FIELDS.indexOf(field)] ?? "";
    return cell === "" ? [] : cell.split("~");
  };
  const number = (field: Field): number => Number(all(field)[0]);
  const stream = number("tcp.stream");
  const sender: WireSender = number("tcp.dstport") === PCAP_PORT ? "requestor" : "acceptor";
  const association = associations.get(stream) ?? emptyAssociation();
  associations.set(stream, association);
  association.pdus[sender] += all("dicom.pdu.type").length;
  switch (number("dicom.pdu.type")) {
    case 0x01:
    case 0x02:
      readNegotiation(association, sender, all);
      break;
    case 0x03:
      association.reject = {
        result: number("dicom.assoc.reject.result"),
        source: number("dicom.assoc.reject.source"),
        reason: number("dicom.assoc.reject.reason"),
      };
      break;
    case 0x04:
      readCommands(association, sender, all);
      break;
    case 0x06:
      association.released = true;
      break;
    case 0x07:
      association.abort = {
        sender,
        source: number("dicom.assoc.abort.source"),
        reason: number("dicom.assoc.abort.reason"),
      };
      break;
  }
}

type All = (field: Field) => string[];

/** Items are flattened: their types tell which value belongs to which (PS3.8 9.3.2, 9.3.3). */
function readNegotiation(association: TsharkAssociation, sender: WireSender, all: All): void {
  const ids = all("dicom.pctx.id").map(Number);
  const results = all("dicom.pctx.result").map(Number);
  const abstractSyntaxes = all("dicom.pctx.abss.syntax").map(uidOf);
  const transferSyntaxes = all("dicom.pctx.xfer.syntax").map(uidOf);
  const [maximum] = all("dicom.max_pdu_len");
  if (maximum !== undefined) association.maximumLength[sender] = Number(maximum);
  let id = 0;
  for (const type of all("dicom.assoc.item.type").map(Number)) {
    if (type === 0x20) {
      id = ids.shift() ?? 0;
      association.proposed.set(id, { transferSyntaxes: [] });
    } else if (type === 0x21) {
      id = ids.shift() ?? 0;
      association.answered.set(id, { result: results.shift() ?? -1 });
    } else if (type === 0x30) {
      const context = association.proposed.get(id);
      const abstractSyntax = abstractSyntaxes.shift();
      if (context !== undefined && abstractSyntax !== undefined) {
        context.abstractSyntax = abstractSyntax;
      }
    } else if (type === 0x40) {
      const transferSyntax = transferSyntaxes.shift() ?? "";
      const answer = association.answered.get(id);
      if (sender === "requestor")
        association.proposed.get(id)?.transferSyntaxes.push(transferSyntax);
      else if (answer !== undefined) association.answered.set(id, { ...answer, transferSyntax });
    }
  }
  if (sender === "acceptor") return; // the titles of an AC are only echoed (PS3.8 9.3.3)
  association.callingAeTitle = (all("dicom.assoc.ae.calling")[0] ?? "").trim();
  association.calledAeTitle = (all("dicom.assoc.ae.called")[0] ?? "").trim();
}

/** Command sets end in a PDV with both bits of its message control header set (PS3.8 E.2). */
function readCommands(association: TsharkAssociation, sender: WireSender, all: All): void {
  const flags = all("dicom.pdv.flags").map(Number);
  const ends = flags.flatMap((flag, index) => ((flag & 3) === 3 ? [index] : []));
  const contexts = all("dicom.pdv.ctx").map(Number);
  for (const [nth, index] of ends.entries()) {
    const elements = nth === 0 ? readElements(all) : new Map<string, number | string>();
    association.commands.push({ sender, contextId: contexts[index] ?? 0, elements });
  }
}

/** Of the first command set of a PDU; where the values of a second one begin cannot be told. */
function readElements(all: All): Map<string, number | string> {
  const vrs = all("dicom.tag.vr");
  const values = {
    US: all("dicom.tag.value.16u").map(Number),
    UL: all("dicom.tag.value.32u").map(Number),
  };
  const texts = all("dicom.tag.value.str");
  const elements = new Map<string, number | string>();
  for (const [index, tag] of all("dicom.tag").entries()) {
    const name = tag.slice(2);
    if (!name.startsWith("0000") || elements.has(name)) break; // a data set or another command set
    const vr = vrs[index] ?? "";
    const value = vr === "US" || vr === "UL" ? values[vr].shift() : texts.shift();
    if (value !== undefined) elements.set(name, value);
  }
  return elements;
}

function emptyAssociation(): TsharkAssociation {
  return {
    pdus: { requestor: 0, acceptor: 0 },
    maximumLength: {},
    proposed: new Map(),
    answered: new Map(),
    released: false,
    commands: [],
  };
}

/** `Verification SOP Class (1.2.840.10008.1.1)` */
function uidOf(text: string): string {
  return /\(([0-9.]+)\)$/.exec(text)?.[1] ?? text;
}
