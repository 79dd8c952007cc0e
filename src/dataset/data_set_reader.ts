/**
 * Reads a data set of any size as it comes and tells a `DataSetSink` what is in it (PS3.5 7).
 *
 * Rule: whatever the octets are, `receive` returns: no exception, no loop, no memory by declared
 * lengths. What is held is one value of `valueLimit` octets and `maxDepth` levels.
 * Rule: the events do not depend on where the chunks are cut, but for the cuts of `piece`.
 * Rule: what can still be understood is read on; where that is lost, one finding says where and
 * the rest passes over.
 */
import type { DataSetSink } from "./data_set_sink.ts";
import { type InflateLimits, Inflater } from "./inflate.ts";
import type { Level } from "./level.ts";
import { readElement, tellValue } from "./read_element.ts";
import { readFragment, readItem } from "./read_item.ts";
import { EMPTY, Reading, type ReadingLimits } from "./reading.ts";
import type { TransferSyntax } from "./transfer_syntax.ts";

export interface DataSetReaderOptions extends ReadingLimits, InflateLimits {
  readonly syntax: TransferSyntax;
}

/** Of the element whose head was read last. */
export interface HeadForm {
  readonly size: number;
  /** As declared. */
  readonly length: number;
  /** It has a VR. */
  readonly explicit: boolean;
  readonly bigEndian: boolean;
}

/** First buffer of a value that straddles chunks; it grows with what comes. */
const GATHER_FIRST = 0x1000;

export class DataSetReader {
  readonly #reading: Reading;
  readonly #inflater: Inflater | undefined;
  #gathered: Uint8Array = EMPTY;
  #gatheredFilled = 0;

  constructor(sink: DataSetSink, options: DataSetReaderOptions) {
    this.#reading = new Reading(sink, options);
    if (options.syntax.deflated) this.#inflater = new Inflater(options);
  }

  /** Octets read so far, after inflation. */
  get offset(): number {
    return this.#reading.offset;
  }

  /** Where the next head begins, once all before it is told. */
  get position(): number {
    return this.#reading.offset - this.#reading.carried;
  }

  /** While the sink is told of an element: how its head is written, for who edits in place. */
  get head(): HeadForm {
    const { head, levels } = this.#reading;
    const { problem, size, length } = head;
    const explicit = problem !== "no VR" && (levels.top.explicit || problem === "explicit VR");
    return { size, length, explicit, bigEndian: levels.top.bigEndian };
  }

  /** Findings so far, those that were not told included. */
  get findings(): number {
    return this.#reading.findings.count;
  }

  /** True when the rest is passed over: nothing more will be told but `end`. */
  get stopped(): boolean {
    return this.#reading.state === "stopped";
  }

  /** Octets that are missing to the end of the bulk value or fragment that is open. */
  get bulkLeft(): number | undefined {
    const { state, valueEnd, offset } = this.#reading;
    return state === "bulk" && this.#inflater === undefined ? valueEnd - offset : undefined;
  }

  receive(chunk: Uint8Array): void {
    if (this.#inflater === undefined) {
      this.#read(chunk);
      return;
    }
    if (this.stopped) return;
    for (const inflated of this.#inflater.receive(chunk)) {
      this.#read(inflated);
      if (this.stopped) return;
    }
    const { problem } = this.#inflater;
    if (problem !== undefined) this.#reading.stop(problem.id, problem.text, this.offset);
  }

  /**
   * `length` octets passed that nobody can give: not recorded, or lost. Inside a bulk value or
   * fragment reading goes on; anywhere else it stops with a finding.
   */
  skip(length: number): void {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Cannot skip ${length} octets: a whole number from 0 is needed`);
    }
    const reading = this.#reading;
    if (length === 0 || this.stopped) return;
    const inside = reading.state === "bulk" && reading.offset + length <= reading.valueEnd;
    if (!inside || this.#inflater !== undefined) {
      const text = `${length} octets are not available from here`;
      reading.stop("data-set-gap", text, reading.offset);
    }
    reading.offset += length;
    if (inside && reading.offset === reading.valueEnd && !this.stopped) reading.endBulk();
  }

  /** The stream is over. Tells what is missing, closes what is open, then tells `end`. */
  end(): void {
    const reading = this.#reading;
    if (!this.stopped && this.#inflater !== undefined) this.#endOfDeflate(this.#inflater);
    if (!this.stopped) this.#finish();
    reading.sink.end(reading.offset, reading.whole);
  }

  #read(chunk: Uint8Array): void {
    const reading = this.#reading;
    const length = chunk.length;
    let at = 0;
    while (at < length) {
      switch (reading.state) {
        case "head": {
          const level = reading.levels.top;
          if (reading.offset - reading.carried >= level.end) {
            reading.closeEnded(level);
          } else if (
            reading.carried === 0 &&
            length - at >= 12 &&
            level.end - reading.offset >= 12
          ) {
            reading.head.read(chunk, at, length, level);
            const { size } = reading.head;
            reading.offset += size;
            at = this.#begin(chunk, at + size);
          } else {
            at = this.#gatherHead(chunk, at, level);
          }
          break;
        }
        case "value": {
          const end = this.#take(length, at);
          this.#gather(chunk.subarray(at, end));
          at = end;
          if (reading.offset === reading.valueEnd) this.#endGathered();
          break;
        }
        case "bulk": {
          const end = this.#take(length, at);
          reading.sink.piece(chunk.subarray(at, end));
          at = end;
          if (reading.offset === reading.valueEnd) reading.endBulk();
          break;
        }
        case "pass over":
          at = this.#take(length, at);
          if (reading.offset === reading.valueEnd) reading.state = "head";
          break;
        case "stopped":
          reading.offset += length - at;
          return;
        default:
          reading.state satisfies never;
      }
    }
  }

  /** As much of the chunk as the open value has; returns where that ends. */
  #take(length: number, at: number): number {
    const reading = this.#reading;
    const end = Math.min(length, at + (reading.valueEnd - reading.offset));
    reading.offset += end - at;
    return end;
  }

  /** A head that the chunk may not hold whole, or that the level has no room for. */
  #gatherHead(chunk: Uint8Array, from: number, level: Level): number {
    const reading = this.#reading;
    let at = from;
    for (;;) {
      const { carry, carried } = reading;
      if (carried >= 8 && reading.head.read(carry, 0, carried, level)) {
        reading.carried = 0;
        return this.#begin(chunk, at);
      }
      if (reading.offset >= level.end) {
        reading.tell("data-set-outruns-parent", {
          text: `${carried} octets are left in the ${level.kind}, less than an element's head`,
          offset: reading.offset - carried,
        });
        reading.carried = 0;
        return at;
      }
      if (at === chunk.length) return at;
      const wanted = Math.min((carried < 8 ? 8 : 12) - carried, level.end - reading.offset);
      const end = Math.min(at + wanted, chunk.length);
      for (; at < end; at++, reading.offset++) carry[reading.carried++] = chunk[at] as number;
    }
  }

  /** The head is read, the offset is behind it: what follows? Returns where the chunk goes on. */
  #begin(chunk: Uint8Array, at: number): number {
    const reading = this.#reading;
    const level = reading.levels.top;
    switch (level.kind) {
      case "data set":
      case "item":
        return readElement(reading, chunk, at);
      case "sequence":
        readItem(reading);
        return at;
      case "fragments":
        readFragment(reading);
        return at;
      default:
        return level.kind satisfies never;
    }
  }

  /** Grows with what came, not with what was declared. */
  #gather(bytes: Uint8Array): void {
    const { valueStart, valueEnd } = this.#reading;
    const filled = this.#gatheredFilled + bytes.length;
    if (filled > this.#gathered.length) {
      const doubled = Math.max(filled, 2 * this.#gathered.length, GATHER_FIRST);
      const grown = new Uint8Array(Math.min(valueEnd - valueStart, doubled));
      grown.set(this.#gathered.subarray(0, this.#gatheredFilled));
      this.#gathered = grown;
    }
    this.#gathered.set(bytes, this.#gatheredFilled);
    this.#gatheredFilled = filled;
  }

  #endGathered(): void {
    const bytes = this.#gathered.subarray(0, this.#gatheredFilled);
    this.#gathered = EMPTY;
    this.#gatheredFilled = 0;
    this.#reading.state = "head";
    tellValue(this.#reading, bytes);
  }

  #endOfDeflate(inflater: Inflater): void {
    const reading = this.#reading;
    if (inflater.zlibHeader) {
      const text = "the deflated stream has a zlib header";
      reading.tell("data-set-deflate", { text, offset: 0 });
    }
    const problem = inflater.end();
    if (problem === undefined) return;
    reading.tell(problem.id, { text: problem.text, offset: reading.offset });
    reading.whole = false;
  }

  /** Reads what is left in the carry, says what is missing, closes what is open. */
  #finish(): void {
    const reading = this.#reading;
    const { levels, head } = reading;
    for (;;) {
      const level = levels.top;
      if (reading.state !== "head") break;
      if (reading.offset - reading.carried >= level.end) reading.closeEnded(level);
      else if (reading.carried >= 8 && head.read(reading.carry, 0, reading.carried, level)) {
        reading.carried = 0;
        this.#begin(EMPTY, 0);
      } else break;
    }
    if (reading.state === "value" || reading.state === "bulk") {
      const missing = reading.valueEnd - reading.offset;
      const text = `the data set ends inside the value, ${missing} octets are missing`;
      this.#cut(text, levels.top.kind === "fragments" ? undefined : head.tag);
      if (reading.state === "bulk") reading.endBulk();
      else this.#endGathered();
    } else if (reading.state === "stopped") {
      return;
    } else if (reading.carried > 0) {
      this.#cut(`the data set ends inside an element's head, after ${reading.carried} octets`);
    } else if (levels.depth > 0) {
      this.#cut(`the data set ends inside the ${levels.top.kind}`);
    }
    while (levels.depth > 0) reading.closeTop();
  }

  #cut(text: string, tag?: number): void {
    const reading = this.#reading;
    reading.whole = false;
    const where = tag === undefined ? {} : { tag };
    reading.findings.tellLast("data-set-truncated", { ...where, text, offset: reading.offset });
  }
}
