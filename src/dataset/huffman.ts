/** Canonical Huffman codes of at most 15 bits, least significant bit first (RFC 1951 3.2.2). */

/** By the next bits of the stream: symbol * 16 + length of its code, or -1. */
export interface HuffmanTable {
  readonly bits: number;
  readonly codes: Int16Array;
}

/** The table of code lengths by symbol; undefined where they promise more codes than there are. */
export function decodeTable(lengths: Uint8Array): HuffmanTable | undefined {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  counts[0] = 0;
  let bits = 15;
  while (bits > 1 && counts[bits] === 0) bits--;
  const next = new Uint16Array(16);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    code = (code + (counts[length - 1] as number)) << 1;
    if (code + (counts[length] as number) > 1 << length) return undefined;
    next[length] = code;
  }
  const codes = new Int16Array(1 << bits).fill(-1);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const reversed = reverse(next[length] as number, length);
    next[length] = (next[length] as number) + 1;
    for (let at = reversed; at < codes.length; at += 1 << length) codes[at] = symbol * 16 + length;
  }
  return { bits, codes };
}

/** symbol * 16 + length of the code at the low end of `bits`, or -1. */
export function codeOf(table: HuffmanTable, bits: number): number {
  return table.codes[bits & (table.codes.length - 1)] as number;
}

function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let at = 0; at < length; at++) reversed |= ((code >>> at) & 1) << (length - 1 - at);
  return reversed;
}
