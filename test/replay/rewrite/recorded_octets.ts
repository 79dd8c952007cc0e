/** Data sets as a capture would give them, out of octets at hand. */
import type { RecordedDataSet } from "../../../replay/recorded.ts";
import { DataSet } from "../../../src/dataset/data_set.ts";
import { readDataSet } from "../../../src/dataset/read_data_set.ts";
import { transferSyntax } from "../../../src/dataset/transfer_syntax.ts";

export function recordedOctets(
  bytes: Uint8Array,
  { syntax, size = 1000 }: { readonly syntax: string; readonly size?: number },
): RecordedDataSet {
  return {
    transferSyntax: syntax,
    length: bytes.length,
    complete: true,
    octets: () => cut(bytes, size),
    read: () => {
      const known = transferSyntax(syntax);
      return known === undefined ? new DataSet([]) : readDataSet(bytes, { syntax: known }).dataSet;
    },
  };
}

export async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

export async function gathered(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece.slice()); // may be valid until the next one only
  return new Uint8Array(Buffer.concat(parts));
}
