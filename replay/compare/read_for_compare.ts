/**
 * A data set read from a stream to be compared: what is small as values, what is long by its hash.
 *
 * Rule: bounded, whatever comes: values up to 64 MiB in all, one hash for each long one.
 * Rule: who is served meanwhile has a turn: what is at hand is not read in one go.
 */
import { createHash, type Hash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { DataSet } from "../../src/dataset/data_set.ts";
import { DataSetBuilder } from "../../src/dataset/data_set_builder.ts";
import { DataSetReader } from "../../src/dataset/data_set_reader.ts";
import type { DataSetSink } from "../../src/dataset/data_set_sink.ts";
import type { DataSetFinding } from "../../src/dataset/finding.ts";
import { transferSyntax } from "../../src/dataset/transfer_syntax.ts";

export interface ReadForCompare {
  /** Undefined where the transfer syntax is not known. */
  readonly dataSet: DataSet | undefined;
  /** Octets as they came. */
  readonly length: number;
  /** `dataSet` holds no more octets than these. */
  readonly held: number;
  /** Of these octets, hexadecimal; undefined without hashes. */
  readonly sha256: string | undefined;
  /** Of the values that `dataSet` does not hold, by their offset in it; of fragments without the first. */
  readonly bulk: ReadonlyMap<number, string> | undefined;
}

/** `syntax`: UID of the transfer syntax that the octets are in. */
export async function readForCompare(
  octets: AsyncIterable<Uint8Array>,
  syntax: string,
  options: { readonly hashes?: boolean } = {},
): Promise<ReadForCompare> {
  const reader = new CompareReader(syntax, options);
  for await (const chunk of octets) reader.receive(chunk);
  return reader.end();
}

/** Octets at hand that are read before others have their turn. */
const MOST_AT_ONCE = 2 ** 21;

/**
 * The same of octets that are at hand, `length` of them. Without hashes, pixels at the end of the data
 * set are not read at all.
 */
export async function readAtHand(
  octets: Iterable<Uint8Array>,
  { syntax, length, hashes }: { syntax: string; length: number; hashes?: boolean | undefined },
): Promise<ReadForCompare> {
  const reader = new CompareReader(syntax, { hashes });
  let sinceTurn = 0;
  for (const chunk of octets) {
    reader.receive(chunk);
    if (reader.endsAt(length)) break;
    sinceTurn += chunk.length;
    if (sinceTurn < MOST_AT_ONCE) continue;
    await setImmediate();
    sinceTurn = 0;
  }
  return reader.end();
}

/** Reads one data set as it comes. Nothing of a chunk is needed after `receive`. */
export class CompareReader {
  readonly #reader: DataSetReader | undefined;
  readonly #builder: DataSetBuilder | undefined;
  readonly #hashing: HashingSink | undefined;
  readonly #whole: Hash | undefined;
  #length = 0;
  #held = 0;

  /** Without `hashes` of long values only the length is known. */
  constructor(syntax: string, { hashes = true }: { readonly hashes?: boolean | undefined } = {}) {
    const known = transferSyntax(syntax);
    if (hashes) this.#whole = createHash("sha256");
    if (known === undefined) return;
    this.#builder = new DataSetBuilder({ syntax: known });
    if (hashes) this.#hashing = new HashingSink(this.#builder);
    this.#reader = new DataSetReader(this.#hashing ?? this.#builder, { syntax: known });
  }

  receive(chunk: Uint8Array): void {
    const left = this.#reader?.bulkLeft ?? 0;
    if (left < chunk.length) this.#held += chunk.length;
    this.#whole?.update(chunk);
    this.#length += chunk.length;
    this.#reader?.receive(chunk);
  }

  /** Whether only octets that nobody looks at are missing to `length`; then they are passed over. */
  endsAt(length: number): boolean {
    const left = length - this.#length;
    if (this.#whole !== undefined || left === 0 || this.#reader?.bulkLeft !== left) return false;
    this.#reader.skip(left);
    this.#length = length;
    return true;
  }

  end(): ReadForCompare {
    this.#reader?.end();
    return {
      dataSet: this.#builder?.dataSet,
      length: this.#length,
      held: this.#held,
      sha256: this.#whole?.digest("hex"),
      bulk: this.#hashing?.bulk,
    };
  }
}

class HashingSink implements DataSetSink {
  readonly bulk = new Map<number, string>();
  readonly #builder: DataSetBuilder;
  #open: { readonly offset: number; readonly hash: Hash } | undefined;
  /** Fragments begun of what is open; a bulk value counts as the second, after the offset table. */
  #fragments = 0;

  constructor(builder: DataSetBuilder) {
    this.#builder = builder;
  }

  value(tag: number, vr: string, bytes: Uint8Array, offset: number): void {
    this.#builder.value(tag, vr, bytes, offset);
  }

  bulkStart(tag: number, vr: string, offset: number): void {
    this.#open = { offset, hash: createHash("sha256") };
    this.#fragments = 2;
    this.#builder.bulkStart(tag, vr, offset);
  }

  bulkEnd(length: number): void {
    this.#close();
    this.#builder.bulkEnd(length);
  }

  piece(bytes: Uint8Array): void {
    if (this.#fragments > 1) this.#open?.hash.update(bytes);
    this.#builder.piece(bytes);
  }

  sequenceStart(tag: number, vr: string, offset: number, length: number): void {
    this.#builder.sequenceStart(tag, vr, offset, length);
  }

  itemStart(offset: number, length: number, bigEndian: boolean): void {
    this.#builder.itemStart(offset, length, bigEndian);
  }

  itemEnd(): void {
    this.#builder.itemEnd();
  }

  sequenceEnd(): void {
    this.#builder.sequenceEnd();
  }

  fragmentsStart(tag: number, vr: string, offset: number): void {
    this.#open = { offset, hash: createHash("sha256") };
    this.#fragments = 0;
    this.#builder.fragmentsStart(tag, vr, offset);
  }

  fragmentStart(offset: number, length: number): void {
    this.#fragments++;
    this.#builder.fragmentStart(offset, length);
  }

  fragmentEnd(length: number): void {
    this.#builder.fragmentEnd(length);
  }

  fragmentsEnd(): void {
    this.#close();
    this.#builder.fragmentsEnd();
  }

  finding(finding: DataSetFinding): void {
    this.#builder.finding(finding);
  }

  end(offset: number, whole: boolean): void {
    this.#builder.end(offset, whole);
  }

  #close(): void {
    if (this.#open === undefined) return;
    this.bulk.set(this.#open.offset, this.#open.hash.digest("hex"));
    this.#open = undefined;
  }
}
