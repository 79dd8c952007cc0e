/**
 * Reduces what is recorded to what tells the story (`--payload headers`): all PDUs but P-DATA-TF,
 * the heads of PDVs, command sets, and the first octets of each data set. Of the rest of a data set
 * only its length and SHA-256 are kept.
 *
 * Rule: for each sender, octets in `data`, `cut` and `gap` records add up to what was forwarded.
 * Rule: a cut lies inside one fragment, so that a framer that skips it goes on.
 *
 * Where framing is lost, no data sets are known; what comes then is kept up to the same limit.
 */
import { createHash, type Hash } from "node:crypto";
import type { CaptureRecord, DataRecord } from "../../src/capture/record.ts";
import type { Role } from "../../src/role.ts";
import { PduFramer } from "../../src/ul/pdu_framer.ts";
import type { PduSink } from "../../src/ul/pdu_sink.ts";
import type { RecordTransform } from "./recorder.ts";

export interface HeadersFilterOptions {
  /** Octets of each data set that are kept. 64 KiB. */
  readonly head?: number;
}

export class HeadersFilter implements RecordTransform {
  readonly #head: number;
  readonly #associations = new Map<number, Record<Role, Way>>();

  constructor(options: HeadersFilterOptions = {}) {
    this.#head = options.head ?? 65_536;
  }

  apply(record: CaptureRecord, emit: (record: CaptureRecord) => void): void {
    if (record.kind === "data") {
      this.#way(record.association, record.sender).reduce(record, emit);
      return;
    }
    if (record.kind === "gap") this.#way(record.association, record.sender).skip(record.length);
    if (record.kind === "close") this.#associations.delete(record.association);
    emit(record);
  }

  #way(association: number, sender: Role): Way {
    let ways = this.#associations.get(association);
    if (ways === undefined) {
      ways = { requestor: new Way(this.#head), acceptor: new Way(this.#head) };
      this.#associations.set(association, ways);
    }
    return ways[sender];
  }
}

/** What one AE sends. */
class Way implements PduSink {
  readonly #framer = new PduFramer(this);
  readonly #head: number;
  /** What to do at which offset of the stream, in order, for the chunk at hand. */
  readonly #marks: Mark[] = [];
  #dataSet: Hash | undefined;
  /** Where the chunk at hand begins, and the PDV at hand. */
  #start = 0;
  #pdvOffset = 0;
  #isCommand = false;
  #isLast = false;
  /** Octets of the message's command set or data set so far. */
  #length = 0;
  #cut = 0;
  /** Octets are missing, so there is no digest. */
  #holed = false;
  #isLost = false;

  constructor(head: number) {
    this.#head = head;
  }

  reduce(record: DataRecord, emit: (record: CaptureRecord) => void): void {
    const start = this.#framer.offset;
    this.#start = start;
    const wasLost = this.#isLost;
    this.#framer.receive(record.bytes);
    if (wasLost) this.#opaque(start, record.bytes.length);
    const { association, sender, at, bytes } = record;
    let done = 0;
    for (const { offset, cut, digest } of this.#marks) {
      const to = offset - start;
      if (to > done) emit({ ...record, bytes: bytes.subarray(done, to) });
      if (digest !== undefined) emit({ kind: "digest", association, sender, at, ...digest });
      if (cut > 0) emit({ kind: "cut", association, sender, at, length: cut });
      done = to + cut;
    }
    if (done < bytes.length) emit(done === 0 ? record : { ...record, bytes: bytes.subarray(done) });
    this.#marks.length = 0;
  }

  skip(length: number): void {
    this.#framer.skip(length);
  }

  pdvStart(offset: number, _contextId: number, messageControlHeader: number): void {
    this.#pdvOffset = offset;
    const isCommand = (messageControlHeader & 1) !== 0; // PS3.8 E.2
    if (isCommand !== this.#isCommand) this.#begin();
    this.#isCommand = isCommand;
    this.#isLast = (messageControlHeader & 2) !== 0;
    if (!isCommand) this.#dataSet ??= createHash("sha256");
  }

  fragment(offset: number, bytes: Uint8Array): void {
    const limit = this.#isCommand ? LONGEST_COMMAND_SET : this.#head;
    const keep = Math.min(bytes.length, Math.max(0, limit - this.#length));
    const cut = bytes.length - keep;
    this.#length += bytes.length;
    this.#dataSet?.update(bytes);
    if (cut === 0) return;
    this.#cut += cut;
    this.#marks.push({ offset: offset + keep, cut, digest: undefined });
  }

  skipped(_offset: number, length: number): void {
    this.#length += length;
    this.#holed = true;
  }

  pdvEnd(): void {
    if (!this.#isLast) return;
    if (this.#dataSet !== undefined && this.#cut > 0 && !this.#holed) {
      const digest = { length: this.#length, sha256: new Uint8Array(this.#dataSet.digest()) };
      this.#markDigest(digest);
    }
    this.#begin();
  }

  problem(): void {
    this.#holed = true;
  }

  /** In front of the last octets of the data set, so that a reader knows it when they end. */
  #markDigest(digest: NonNullable<Mark["digest"]>): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && last.offset + last.cut === this.#framer.offset) {
      this.#marks[this.#marks.length - 1] = { ...last, digest };
      return;
    }
    // The last fragment is empty: before its head, or before what of that is in this chunk.
    const offset = Math.max(this.#pdvOffset, this.#start);
    this.#marks.push({ offset, cut: 0, digest });
  }

  lost(): void {
    this.#isLost = true;
    this.#begin();
  }

  pdu(): void {}
  pDataStart(): void {}
  pDataEnd(): void {}

  #begin(): void {
    this.#dataSet = undefined;
    this.#length = 0;
    this.#cut = 0;
    this.#holed = false;
  }

  #opaque(offset: number, size: number): void {
    const keep = Math.min(size, Math.max(0, this.#head - this.#length));
    this.#length += size;
    if (keep < size)
      this.#marks.push({ offset: offset + keep, cut: size - keep, digest: undefined });
  }
}

interface Mark {
  readonly offset: number;
  /** Octets from there on that are left out. */
  readonly cut: number;
  readonly digest: { readonly length: number; readonly sha256: Uint8Array } | undefined;
}

/** Octets. Real command sets have some hundred. */
const LONGEST_COMMAND_SET = 1_048_576;
