/**
 * Changes of an octet stream by place: what is between them passes as it is.
 *
 * Rule: memory is that of the changes; a stream of any length passes.
 */

import { joined } from "../../src/dataset/octets.ts";

/** Octets from `start` to `end`, not included, are replaced by `bytes`; with both equal, put in. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** In the order in which they are applied: by place, and at one place as they were made. */
export function inOrder(edits: readonly Edit[]): readonly Edit[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** `edits` must be in order and must not overlap. */
export async function* applyEdits(
  chunks: AsyncIterable<Uint8Array>,
  edits: readonly Edit[],
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  let next = 0;
  /** Octets up to here are replaced. */
  let skipTo = 0;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      const edit = edits[next];
      if (offset < skipTo) {
        const length = Math.min(skipTo - offset, chunk.length - at);
        at += length;
        offset += length;
      } else if (edit !== undefined && edit.start <= offset) {
        if (edit.bytes.length > 0) yield edit.bytes;
        skipTo = edit.end;
        next++;
      } else {
        const length = Math.min((edit?.start ?? Infinity) - offset, chunk.length - at);
        yield chunk.subarray(at, at + length);
        at += length;
        offset += length;
      }
    }
  }
  for (const edit of edits.slice(next)) if (edit.bytes.length > 0) yield edit.bytes;
}

/** The same for octets that are at hand. */
export function withEdits(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const edit of edits) {
    parts.push(bytes.subarray(from, edit.start), edit.bytes);
    from = edit.end;
  }
  return joined([...parts, bytes.subarray(from)]);
}
