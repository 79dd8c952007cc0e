/** The hostile streams of the shared corpus, with those that are described instead of stored. */
import { createHash } from "node:crypto";
import { readCorpus, readCorpusJson } from "../support/corpus.ts";

export interface HostileEntry {
  readonly id: string;
  readonly stage: "first" | "after-ac" | "answer" | "transport";
  readonly sender: "requestor" | "acceptor";
  readonly bytes: Buffer;
  /** How the sender finishes; FIN where the entry does not say. */
  readonly then: "close" | "rst";
  /** What the corpus expects of a transparent proxy, in words. */
  readonly expected: string;
}

/** The association that precedes every `after-ac` entry. */
export interface HostileBase {
  readonly rq: Buffer;
  readonly ac: Buffer;
}

interface RawEntry {
  readonly id: string;
  readonly stage: HostileEntry["stage"] | "base";
  readonly sender: "requestor" | "acceptor";
  readonly hex?: string;
  readonly file?: string;
  readonly hexPrefix?: string;
  readonly sha256?: string;
  readonly rq?: string;
  readonly ac?: string;
  readonly then?: "close" | "rst";
  readonly expected_behaviour_of_a_transparent_proxy: string;
}

export function readHostileCorpus(): { base: HostileBase; entries: readonly HostileEntry[] } {
  const raw = readCorpusJson("malformed.json") as readonly RawEntry[];
  const byId = new Map(raw.map((entry) => [entry.id, entry]));
  const hex = (id: string) => Buffer.from(byId.get(id)?.hex ?? "", "hex");
  const base = byId.get("_base");
  const entries = raw.flatMap((entry): HostileEntry[] => {
    if (entry.stage === "base") return [];
    const { id, stage, sender, then = "close" } = entry;
    const bytes = bytesOf(entry, hex);
    const expected = entry.expected_behaviour_of_a_transparent_proxy;
    return [{ id, stage, sender, bytes, then, expected }];
  });
  return {
    base: { rq: Buffer.from(base?.rq ?? "", "hex"), ac: Buffer.from(base?.ac ?? "", "hex") },
    entries,
  };
}

function bytesOf(entry: RawEntry, hex: (id: string) => Buffer): Buffer {
  if (entry.hex !== undefined) return Buffer.from(entry.hex, "hex");
  if (entry.stage === "transport") return Buffer.alloc(0);
  const bytes =
    entry.file === undefined ? generate(entry.id, hex) : Buffer.from(readCorpus(entry.file));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== entry.sha256) throw new Error(`${entry.id} is not what the corpus describes`);
  return bytes;
}

/** Entries that would be large in a file. Each ends in a check of its SHA-256. */
function generate(id: string, hex: (id: string) => Buffer): Buffer {
  const nesting = hex("ds-nesting-65");
  const storeRq = nesting.subarray(0, 6 + nesting.readUInt32BE(2));
  switch (id) {
    case "pdv-command-never-ends":
      return repeat(pData(1, 0x01, Buffer.alloc(16_000, 0x41)), 2000);
    case "pdv-dataset-never-ends":
      return Buffer.concat([storeRq, repeat(pData(3, 0x00, Buffer.alloc(16_000)), 5000)]);
    case "ds-nesting-20000":
      return Buffer.concat([storeRq, ...fragments(nest(20_000))]);
    default:
      throw new Error(`Cannot generate ${id}`);
  }
}

/** One P-DATA-TF with one PDV (PS3.8 9.3.5). */
function pData(contextId: number, control: number, fragment: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head[0] = 0x04;
  head.writeUInt32BE(fragment.length + 6, 2);
  head.writeUInt32BE(fragment.length + 2, 6);
  head[10] = contextId;
  head[11] = control;
  return Buffer.concat([head, fragment]);
}

/** A data set on context 3 in fragments of 16,000 octets, the last one marked. */
function fragments(dataSet: Buffer): Buffer[] {
  const pdus: Buffer[] = [];
  for (let at = 0; at < dataSet.length; at += 16_000) {
    const last = at + 16_000 >= dataSet.length;
    pdus.push(pData(3, last ? 0x02 : 0x00, dataSet.subarray(at, at + 16_000)));
  }
  return pdus;
}

/** Sequences (0040,A730) of undefined length, each in an item of the one before it. */
function nest(depth: number): Buffer {
  const open = Buffer.from("400030a7fffffffffeff00e0ffffffff", "hex");
  const close = Buffer.from("feff0de000000000feffdde000000000", "hex");
  return Buffer.concat([repeat(open, depth), repeat(close, depth)]);
}

function repeat(bytes: Buffer, times: number): Buffer {
  return Buffer.concat(Array.from({ length: times }, () => bytes));
}
