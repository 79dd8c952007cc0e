/**
 * UIDs in data sets that pass as they are, so that none of them is learnt anew later. Studies, series
 * and instances stand in the data set's first octets (groups 0008 and 0020); bulk is not looked at.
 */
import { DataSetReader } from "../../src/dataset/data_set_reader.ts";
import type { DataSetSink } from "../../src/dataset/data_set_sink.ts";
import { transferSyntax } from "../../src/dataset/transfer_syntax.ts";
import { latin1 } from "../../src/latin1.ts";
import { namesKinds } from "./uids.ts";

/** Of each data set. */
const LOOKED_AT = 0x4000;
const LAST_TAG = 0x0020ffff;

/** The same octets; `found` is told of every UID outside of sequences. */
export async function* watchedForUids(
  octets: AsyncIterable<Uint8Array>,
  { syntax: uid, found }: { readonly syntax: string; readonly found: (uid: string) => void },
): AsyncGenerator<Uint8Array> {
  const syntax = transferSyntax(uid);
  const reader =
    syntax === undefined ? undefined : new DataSetReader(new UidSink(found), { syntax, ...LIMITS });
  let left = reader === undefined ? 0 : LOOKED_AT;
  for await (const chunk of octets) {
    if (left > 0) {
      reader?.receive(chunk.subarray(0, left));
      left = reader?.stopped === true ? 0 : left - Math.min(left, chunk.length);
    }
    yield chunk;
  }
}

const LIMITS = { maxFindings: 0, maxInflated: LOOKED_AT };

class UidSink implements DataSetSink {
  readonly #found: (uid: string) => void;
  #depth = 0;

  constructor(found: (uid: string) => void) {
    this.#found = found;
  }

  value(tag: number, vr: string, bytes: Uint8Array): void {
    if (vr !== "UI" || this.#depth > 0 || tag > LAST_TAG || namesKinds(tag)) return;
    const text = latin1(bytes, 0, bytes.length).replace(/[\0 ]+$/, "");
    for (const uid of text.split("\\")) this.#found(uid);
  }

  sequenceStart(): void {
    this.#depth++;
  }

  sequenceEnd(): void {
    this.#depth--;
  }

  bulkStart(): void {}
  bulkEnd(): void {}
  itemStart(): void {}
  itemEnd(): void {}
  fragmentsStart(): void {}
  fragmentStart(): void {}
  fragmentEnd(): void {}
  fragmentsEnd(): void {}
  piece(): void {}
  finding(): void {}
  end(): void {}
}
