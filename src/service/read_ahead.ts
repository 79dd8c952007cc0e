/**
 * The beginning of a data set read before anybody asks for it, so that a small one does not hold up
 * the messages behind it.
 */

import type { ReceivedDataSet } from "../io/fragment_queue.ts";

/** The octets again, from the first one; `whole` tells that none of them is still to come. */
export interface ReadAhead {
  readonly stream: ReceivedDataSet;
  readonly whole: boolean;
}

/** Reads up to `limit` octets of a stream, and one piece more. Never rejects: the stream does. */
export async function readAhead(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<ReadAhead> {
  const pieces: Uint8Array[] = [];
  const iterator = stream[Symbol.asyncIterator]();
  let length = 0;
  let failed: { readonly error: unknown } | undefined;
  let whole = false;
  try {
    while (length < limit && !whole) {
      const next = await iterator.next();
      if (next.done === true) whole = true;
      else {
        pieces.push(next.value);
        length += next.value.length;
      }
    }
  } catch (error) {
    failed = { error };
  }
  const octets = again();
  const through = async (sink: (piece: Uint8Array) => void): Promise<void> => {
    for await (const piece of octets) sink(piece);
  };
  const both = { [Symbol.asyncIterator]: () => octets, through };
  return { stream: both, whole: whole || failed !== undefined };

  async function* again(): AsyncGenerator<Uint8Array> {
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) yield piece;
    if (failed !== undefined) throw failed.error;
    if (!whole) yield* { [Symbol.asyncIterator]: () => iterator };
  }
}
