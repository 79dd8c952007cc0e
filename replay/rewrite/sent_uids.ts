/**
 * UIDs in data sets that pass as they are: of what is sent, so that none of them is learnt anew later,
 * and of what is received. Studies, series and instances stand in the data set's first octets (groups
 * 0008 and 0020); bulk is not looked at.
 */
import { DataSetReader } from "../../src/dataset/data_set_reader.ts";
import type { DataSetSink } from "../../src/dataset/data_set_sink.ts";
import { transferSyntax } from "../../src/dataset/transfer_syntax.ts";
import { latin1 } from "../../src/latin1.ts";
import { namesKinds } from "./uids.ts";

/** Of each data set. */
const LOOKED_AT = 0x4000;
const LAST_TAG = 0x0020ffff;

/** Told of every UID outside of sequences, with the tag of its element. */
type Found = (uid: string, tag: number) => void;

/** Looks at the first octets of one data set as they come. */
export class UidWatch {
  readonly #reader: DataSetReader | undefined;
  #left: number;

  /** `syntax`: UID of the transfer syntax that the octets are in. */
  constructor({ syntax: uid, found }: { readonly syntax: string; readonly found: Found }) {
    const syntax = transferSyntax(uid);
    this.#reader =
      syntax === undefined
        ? undefined
        : new DataSetReader(new UidSink(found), { syntax, ...LIMITS });
    this.#left = syntax === undefined ? 0 : LOOKED_AT;
  }

  /** What comes further is not looked at. */
  get done(): boolean {
    return this.#left <= 0;
  }

  receive(octets: Uint8Array): void {
    if (this.#left <= 0) return;
    this.#reader?.receive(octets.subarray(0, this.#left));
    this.#left = this.#reader?.stopped === true ? 0 : this.#left - octets.length;
  }
}

/** The same octets. */
export async function* watchedForUids(
  octets: AsyncIterable<Uint8Array>,
  options: { readonly syntax: string; readonly found: Found },
): AsyncGenerator<Uint8Array> {
  const watch = new UidWatch(options);
  for await (const chunk of octets) {
    watch.receive(chunk);
    yield chunk;
  }
}

/** The same at once, of octets that pass. */
export function* passingForUids(
  octets: Iterable<Uint8Array>,
  options: { readonly syntax: string; readonly found: Found },
): Generator<Uint8Array> {
  const watch = new UidWatch(options);
  for (const chunk of octets) {
    watch.receive(chunk);
    yield chunk;
  }
}

const LIMITS = { maxFindings: 0, maxInflated: LOOKED_AT };

class UidSink implements DataSetSink {
  readonly #found: Found;
  #depth = 0;

  constructor(found: Found) {
    this.#found = found;
  }

  value(tag: number, vr: string, bytes: Uint8Array): void {
    if (vr !== "UI" || this.#depth > 0 || tag > LAST_TAG || namesKinds(tag)) return;
    const text = latin1(bytes, 0, bytes.length).replace(/[\0 ]+$/, "");
    for (const uid of text.split("\\")) this.#found(uid, tag);
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
