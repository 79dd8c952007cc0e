/**
 * The data set of a recorded message, read from the capture when it is asked for.
 *
 * Rule: bounded. One block of the file is held while it streams; what is small is kept in a cache.
 */
import { DataSet } from "../../src/dataset/data_set.ts";
import { DataSetBuilder } from "../../src/dataset/data_set_builder.ts";
import { DataSetReader } from "../../src/dataset/data_set_reader.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import { type TransferSyntax, transferSyntax } from "../../src/dataset/transfer_syntax.ts";
import type { MessageDataSet } from "../../src/dimse/message.ts";
import {
  type MessagePlace,
  messageParts,
  recordedDataSetOctets,
} from "../../src/inspect/message_parts.ts";
import type { RecordedStreams } from "../../src/inspect/stream_reader.ts";
import type { RecordedDataSet } from "../recorded.ts";
import { type CachedDataSet, type OctetCache, SMALL } from "./octet_cache.ts";

/** Octets of a data set were asked for that the capture does not hold. */
export class MissingOctets extends Error {
  override readonly name = "MissingOctets";
}

/** What the messages of one association share. */
export interface Recording extends RecordedStreams {
  readonly cache: OctetCache;
  /** For errors: "x.dcap, association 3". */
  readonly name: string;
}

export class CapturedDataSet implements RecordedDataSet {
  readonly transferSyntax: string;
  readonly length: number;
  readonly complete: boolean;
  readonly sha256?: string;
  readonly #recording: Recording;
  readonly #place: MessagePlace;

  /** `place`: of the message, from the first fragment of its data set on. */
  constructor(
    dataSet: MessageDataSet,
    options: {
      readonly recording: Recording;
      readonly place: MessagePlace;
      readonly transferSyntax: string;
      readonly complete: boolean;
    },
  ) {
    this.transferSyntax = options.transferSyntax;
    this.length = dataSet.length;
    this.complete = options.complete;
    if (dataSet.sha256 !== undefined) this.sha256 = dataSet.sha256;
    this.#recording = options.recording;
    this.#place = options.place;
  }

  async *octets(): AsyncGenerator<Uint8Array> {
    if (this.complete && this.length <= SMALL) yield this.#cached().octets.slice();
    else yield* this.#pieces({ passing: false });
  }

  *passing(): Generator<Uint8Array, void, undefined> {
    if (this.complete && this.length <= SMALL) yield this.#cached().octets;
    else yield* this.#pieces();
  }

  read(): DataSet {
    const syntax = transferSyntax(this.transferSyntax);
    if (syntax === undefined) return new DataSet([]);
    if (!this.complete || this.length > SMALL) return this.#readThrough(syntax);
    const cached = this.#cached();
    cached.dataSet ??= readDataSet(cached.octets, { syntax }).dataSet;
    return cached.dataSet;
  }

  /** Throws `MissingOctets` where the first octet is not there. */
  *#pieces(options?: { readonly passing: boolean }): Generator<Uint8Array> {
    let length = 0;
    for (const pieces of recordedDataSetOctets(this.#recording, this.#place, options)) {
      for (const piece of pieces) {
        length += piece.length;
        yield piece;
      }
    }
    this.#mustBeWhole(length);
  }

  #mustBeWhole(length: number): void {
    if (this.complete && length === this.length) return;
    const { name } = this.#recording;
    const { offset } = this.#place;
    throw new MissingOctets(
      `Cannot read the data set at octet ${offset} of ${name} whole: ` +
        `${length} of ${this.length} octets are in the capture`,
    );
  }

  #readThrough(syntax: TransferSyntax): DataSet {
    const builder = new DataSetBuilder({ syntax });
    const reader = new DataSetReader(builder, { syntax });
    for (const part of messageParts(this.#recording, this.#place)) {
      if (!("isCommand" in part) || part.isCommand) continue;
      if (part.part === "octets") reader.receive(part.bytes);
      else if (part.part === "missing") reader.skip(part.length);
    }
    reader.end();
    return builder.dataSet;
  }

  #cached(): CachedDataSet {
    const { cache } = this.#recording;
    const kept = cache.get(this);
    if (kept !== undefined) return kept;
    const octets = new Uint8Array(this.length);
    let filled = 0;
    for (const piece of this.#pieces()) {
      octets.set(piece.subarray(0, octets.length - filled), filled);
      filled += piece.length;
    }
    const read = { octets };
    cache.set(this, read);
    return read;
  }
}
