/**
 * Reads a data set of any size as it comes and tells a `DataSetSink` what is in it (PS3.5 7).
 *
 * Rule: whatever the octets are, `receive` returns: no exception, no loop, no memory by declared
 * lengths. What is held is one value of `valueLimit` octets and `maxDepth` levels.
 * Rule: the events do not depend on where the chunks are cut, but for the cuts of `piece`.
 * Rule: what can still be understood is read on; where that is lost, one finding says where and
 * the rest passes over.
 */
import { type DataSetSink, UNDEFINED_LENGTH } from "./data_set_sink.ts";
import { ElementHead } from "./element_head.ts";
import type { DataSetRule } from "./finding.ts";
import { implicitVr } from "./implicit_vr.ts";
import { type InflateLimits, Inflater } from "./inflate.ts";
import { type Level, Levels } from "./level.ts";
import { ReaderFindings } from "./reader_findings.ts";
import { isPrivate, isPrivateCreator, printTag } from "./tag.ts";
import type { TransferSyntax } from "./transfer_syntax.ts";

export interface DataSetReaderOptions extends InflateLimits {
  readonly syntax: TransferSyntax;
  /** Octets of a value that is given whole; a longer one is told as bulk. 64 KiB. */
  readonly valueLimit?: number;
  /** Sequences inside sequences. 64. */
  readonly maxDepth?: number;
  /** Elements in all. 1,000,000. */
  readonly maxElements?: number;
  /** Items and fragments in all. 1,000,000. */
  readonly maxItems?: number;
  /** Findings that are told; further ones are only counted. 100. */
  readonly maxFindings?: number;
}

const EMPTY = new Uint8Array(0);
const ITEM = 0xfffee000;
const ITEM_DELIMITATION = 0xfffee00d;
const SEQUENCE_DELIMITATION = 0xfffee0dd;
const PIXEL_REPRESENTATION = 0x00280103;
/** First buffer of a value that straddles chunks. */
const GATHER_FIRST = 0x1000;

export class DataSetReader {
  readonly #sink: DataSetSink;
  readonly #valueLimit: number;
  readonly #maxDepth: number;
  readonly #maxElements: number;
  readonly #maxItems: number;
  readonly #inflater: Inflater | undefined;
  readonly #levels = new Levels();
  readonly #findings: ReaderFindings;
  readonly #head = new ElementHead();
  #state: State = HEAD;
  /** Of the next octet. */
  #offset = 0;
  /** A head that straddles chunks. */
  readonly #carry = new Uint8Array(12);
  #carried = 0;
  /** The value that is open: where it ends, and its octets as far as they were gathered. */
  #valueEnd = 0;
  #valueStart = 0;
  #gathered = EMPTY;
  #gatheredFilled = 0;
  #elements = 0;
  #items = 0;
  #whole = true;

  constructor(sink: DataSetSink, options: DataSetReaderOptions) {
    this.#sink = sink;
    this.#valueLimit = options.valueLimit ?? 0x10000;
    this.#maxDepth = options.maxDepth ?? 64;
    this.#maxElements = options.maxElements ?? 1_000_000;
    this.#maxItems = options.maxItems ?? 1_000_000;
    this.#findings = new ReaderFindings(sink, {
      levels: this.#levels,
      maxFindings: options.maxFindings,
    });
    this.#levels.top.explicit = options.syntax.explicit;
    this.#levels.top.bigEndian = options.syntax.bigEndian;
    if (options.syntax.deflated) this.#inflater = new Inflater(options);
  }

  /** Octets read so far, after inflation. */
  get offset(): number {
    return this.#offset;
  }

  /** Findings so far, those that were not told included. */
  get findings(): number {
    return this.#findings.count;
  }

  /** True when the rest is passed over: nothing more will be told but `end`. */
  get stopped(): boolean {
    return this.#state === STOPPED;
  }

  receive(chunk: Uint8Array): void {
    if (this.#inflater === undefined) {
      this.#read(chunk);
      return;
    }
    for (const inflated of this.#inflater.receive(chunk)) {
      this.#read(inflated);
      if (this.#state === STOPPED) return;
    }
    const { problem } = this.#inflater;
    if (problem !== undefined) this.#stop(problem.id, problem.text, this.#offset);
  }

  /**
   * `length` octets passed that nobody can give: not recorded, or lost. Inside a bulk value or
   * fragment reading goes on; anywhere else it stops with a finding.
   */
  skip(length: number): void {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Cannot skip ${length} octets: a whole number from 0 is needed`);
    }
    if (length === 0 || this.#state === STOPPED) return;
    const inside = this.#state === BULK && this.#offset + length <= this.#valueEnd;
    if (!inside || this.#inflater !== undefined) {
      this.#stop("data-set-gap", `${length} octets are not available from here`, this.#offset);
      this.#offset += length;
      return;
    }
    this.#offset += length;
    if (this.#offset === this.#valueEnd) this.#endBulk();
  }

  /** The stream is over. Tells what is missing, closes what is open, then tells `end`. */
  end(): void {
    if (this.#state !== STOPPED) this.#endOfDeflate();
    if (this.#state !== STOPPED) this.#finish();
    this.#sink.end(this.#offset, this.#whole);
  }

  #endOfDeflate(): void {
    if (this.#inflater === undefined) return;
    const offset = this.#offset;
    if (this.#inflater.zlibHeader) {
      this.#find("data-set-deflate", { text: "the deflated stream has a zlib header", offset: 0 });
    }
    const problem = this.#inflater.end();
    if (problem === undefined) return;
    this.#find(problem.id, { text: problem.text, offset });
    this.#whole = false;
  }

  #read(chunk: Uint8Array): void {
    const length = chunk.length;
    let at = 0;
    while (at < length) {
      switch (this.#state) {
        case HEAD: {
          const level = this.#levels.top;
          if (this.#offset - this.#carried >= level.end) {
            this.#closeEnded(level);
            break;
          }
          if (this.#carried === 0 && length - at >= 12 && level.end - this.#offset >= 12) {
            this.#head.read(chunk, at, length, level);
            at += this.#head.size;
            this.#offset += this.#head.size;
            at = this.#begin(chunk, at);
          } else {
            at = this.#gatherHead(chunk, at, level);
          }
          break;
        }
        case VALUE: {
          const end = Math.min(length, at + (this.#valueEnd - this.#offset));
          this.#gather(chunk.subarray(at, end));
          this.#offset += end - at;
          at = end;
          if (this.#offset === this.#valueEnd) this.#endGathered();
          break;
        }
        case BULK: {
          const end = Math.min(length, at + (this.#valueEnd - this.#offset));
          this.#sink.piece(chunk.subarray(at, end));
          this.#offset += end - at;
          at = end;
          if (this.#offset === this.#valueEnd) this.#endBulk();
          break;
        }
        case PASS_OVER: {
          const end = Math.min(length, at + (this.#valueEnd - this.#offset));
          this.#offset += end - at;
          at = end;
          if (this.#offset >= this.#valueEnd) this.#state = HEAD;
          break;
        }
        default:
          this.#state satisfies typeof STOPPED;
          this.#offset += length - at;
          return;
      }
    }
  }

  /** A head that the chunk may not hold whole, or that the level has no room for. */
  #gatherHead(chunk: Uint8Array, from: number, level: Level): number {
    let at = from;
    for (;;) {
      if (this.#carried >= 8 && this.#head.read(this.#carry, 0, this.#carried, level)) {
        this.#carried = 0;
        return this.#begin(chunk, at);
      }
      if (this.#offset >= level.end) {
        this.#find("data-set-outruns-parent", {
          text: `${this.#carried} octets are left in the ${level.kind}, less than an element's head`,
          offset: this.#offset - this.#carried,
        });
        this.#carried = 0;
        return at;
      }
      if (at === chunk.length) return at;
      const wanted = Math.min(
        (this.#carried < 8 ? 8 : 12) - this.#carried,
        level.end - this.#offset,
      );
      const end = Math.min(at + wanted, chunk.length);
      for (; at < end; at++, this.#offset++) this.#carry[this.#carried++] = chunk[at] as number;
    }
  }

  /** The head is read, `#offset` is behind it: what follows? Returns where the chunk goes on. */
  #begin(chunk: Uint8Array, at: number): number {
    const level = this.#levels.top;
    switch (level.kind) {
      case "data set":
      case "item":
        return this.#beginElement(chunk, at, level);
      case "sequence":
        this.#beginItem(level);
        return at;
      case "fragments":
        this.#beginFragment(level);
        return at;
      default:
        return level.kind satisfies never;
    }
  }

  #beginElement(chunk: Uint8Array, at: number, level: Level): number {
    const head = this.#head;
    const tag = head.tag;
    if (tag >= ITEM && tag <= SEQUENCE_DELIMITATION) {
      this.#beginDelimiter(level);
      return at;
    }
    if (this.#elements >= this.#maxElements) {
      this.#stop(
        "data-set-too-many",
        `more than ${this.#maxElements} elements`,
        this.#headOffset(),
      );
      return at;
    }
    if (tag === 0 && head.length === 0 && level.kind === "data set" && level.lastTag > 0) {
      this.#stop("data-set-trailing", "octets of 00H follow the last element", this.#headOffset());
      this.#whole = true;
      return at;
    }
    this.#elements++;
    const offset = this.#offset - head.size;
    if (head.problem !== "") this.#adapt(level, offset);
    if (head.vr === "") head.setVr(implicitVr(tag, level));
    if (tag <= level.lastTag) this.#findings.disorder(tag, { level, offset });
    level.elements++;
    level.lastTag = tag;
    if (level.explicit && !isPrivate(tag)) this.#findings.wrongVr(head, offset);
    const length = head.length;
    if (length === UNDEFINED_LENGTH) {
      this.#beginUndefined(level);
      return at;
    }
    if ((length & 1) !== 0) this.#findings.oddLength(head, offset);
    if (head.vr === "SQ") {
      this.#beginSequence(level, this.#offset + length);
      return at;
    }
    let end = this.#offset + length;
    if (end > level.end) end = this.#outrun(level);
    this.#valueStart = this.#offset;
    this.#valueEnd = end;
    const octets = end - this.#offset;
    if (octets > this.#valueLimit) {
      this.#sink.bulkStart(tag, head.vr, this.#offset, length);
      this.#state = BULK;
      return at;
    }
    if (chunk.length - at >= octets) {
      this.#offset = end;
      this.#value(octets === 0 ? EMPTY : chunk.subarray(at, at + octets));
      return at + octets;
    }
    this.#gathered = new Uint8Array(Math.min(octets, GATHER_FIRST));
    this.#gatheredFilled = 0;
    this.#state = VALUE;
    return at;
  }

  #value(bytes: Uint8Array): void {
    const { tag, vr } = this.#head;
    const level = this.#levels.top;
    if (tag === PIXEL_REPRESENTATION) level.signed = (bytes[0] ?? 0) + (bytes[1] ?? 0) > 0;
    if (!level.explicit && isPrivateCreator(tag)) {
      level.creators ??= new Map();
      level.creators.set(tag, String.fromCharCode(...bytes.subarray(0, 64)).trim());
    }
    this.#sink.value(tag, vr, bytes, this.#valueStart);
  }

  /** Grows with what came, not with what was declared. */
  #gather(bytes: Uint8Array): void {
    const filled = this.#gatheredFilled + bytes.length;
    if (filled > this.#gathered.length) {
      const whole = this.#valueEnd - this.#valueStart;
      const grown = new Uint8Array(Math.min(whole, Math.max(filled, 2 * this.#gathered.length)));
      grown.set(this.#gathered);
      this.#gathered = grown;
    }
    this.#gathered.set(bytes, this.#gatheredFilled);
    this.#gatheredFilled = filled;
  }

  #endGathered(): void {
    const bytes = this.#gathered;
    this.#gathered = EMPTY;
    this.#state = HEAD;
    this.#value(bytes);
  }

  #endBulk(): void {
    this.#state = HEAD;
    const length = this.#offset - this.#valueStart;
    if (this.#levels.top.kind === "fragments") this.#sink.fragmentEnd(length);
    else this.#sink.bulkEnd(length);
  }

  /** FFFFFFFFH: a sequence, fragments, or nonsense (7.1.1). */
  #beginUndefined(level: Level): void {
    // without a VR on the wire only a sequence can be meant (7.5)
    if (!level.explicit && this.#head.vr === "UN") this.#head.setVr("SQ");
    const { tag, vr } = this.#head;
    if (vr === "SQ" || vr === "UN") {
      this.#beginSequence(level, Number.POSITIVE_INFINITY);
      return;
    }
    if (this.#head.facts?.kind === "octets") {
      this.#sink.fragmentsStart(tag, vr, this.#offset);
      this.#levels.push("fragments", tag, Number.POSITIVE_INFINITY);
      return;
    }
    this.#find("data-set-undefined-length", {
      tag,
      text: `undefined length is not allowed with VR ${vr}; read as a sequence`,
    });
    this.#beginSequence(level, Number.POSITIVE_INFINITY);
  }

  #beginSequence(level: Level, end: number): void {
    const { tag, vr, length } = this.#head;
    if (this.#levels.nesting >= this.#maxDepth) {
      const text = `sequences are nested deeper than ${this.#maxDepth}; the rest is not read`;
      this.#stop("data-set-too-deep", text, this.#headOffset());
      return;
    }
    if (length !== UNDEFINED_LENGTH && end > level.end) this.#outrun(level);
    this.#sink.sequenceStart(tag, vr, this.#offset, length);
    const opened = this.#levels.push("sequence", tag, end);
    if (vr === "UN") {
      // 6.2.2: whatever the data set's encoding, UN of undefined length has implicit VR items
      opened.explicit = false;
      opened.bigEndian = false;
    }
  }

  #beginItem(level: Level): void {
    const { tag, length } = this.#head;
    if (tag === ITEM) {
      if (++this.#items > this.#maxItems) {
        const text = `more than ${this.#maxItems} items and fragments`;
        this.#stop("data-set-too-many", text, this.#headOffset());
        return;
      }
      level.items++;
      const defined = length !== UNDEFINED_LENGTH;
      const end = defined ? this.#offset + length : Number.POSITIVE_INFINITY;
      if (defined && end > level.end) this.#outrun(level, "item");
      this.#levels.push("item", level.tag, end);
      this.#sink.itemStart(this.#offset, length, level.bigEndian);
      return;
    }
    if (tag === SEQUENCE_DELIMITATION) {
      if (length !== 0) this.#findings.delimiterLength(this.#head, this.#headOffset());
      if (level.defined) {
        this.#find("data-set-stray-delimiter", {
          text: "a sequence of defined length has a Sequence Delimitation Item",
        });
      }
      this.#closeTop();
      return;
    }
    if (tag === ITEM_DELIMITATION) {
      // seen behind items of defined length
      this.#find("data-set-stray-delimiter", { text: "an Item Delimitation Item without an item" });
      return;
    }
    this.#notAnItem(level, "sequence");
  }

  #beginFragment(level: Level): void {
    const { tag, length } = this.#head;
    if (tag === ITEM && length !== UNDEFINED_LENGTH) {
      if (++this.#items > this.#maxItems) {
        const text = `more than ${this.#maxItems} items and fragments`;
        this.#stop("data-set-too-many", text, this.#headOffset());
        return;
      }
      level.items++;
      this.#sink.fragmentStart(this.#offset, length);
      this.#valueStart = this.#offset;
      this.#valueEnd = Math.min(this.#offset + length, level.end);
      if ((length & 1) !== 0) this.#findings.oddLength(this.#head, this.#headOffset());
      if (this.#valueEnd < this.#offset + length) this.#outrun(level, "fragment");
      this.#state = BULK;
      if (this.#valueEnd === this.#offset) this.#endBulk();
      return;
    }
    if (tag === SEQUENCE_DELIMITATION) {
      if (length !== 0) this.#findings.delimiterLength(this.#head, this.#headOffset());
      this.#closeTop();
      return;
    }
    this.#notAnItem(level, "encapsulated pixel data");
  }

  /**
   * Something else where an item must stand. Where a delimiter is what is missing, the octets are
   * an element of the data set around: that one is read next.
   */
  #notAnItem(level: Level, what: string): void {
    const { tag } = this.#head;
    const start = this.#headOffset();
    this.#find("data-set-not-an-item", {
      text: `${printTag(tag)} stands where an item of the ${what} must begin`,
      offset: start,
    });
    if (level.defined) {
      this.#passOver(level.end);
      return;
    }
    const outer = this.#levels.outer();
    // FFFE tags close nothing here; and an element of the data set around must be a likely one
    if (tag >>> 16 === 0xfffe || tag <= outer.lastTag) {
      this.#stop("data-set-not-an-item", "the rest is not read", start);
      return;
    }
    this.#closeTop();
    this.#unread();
  }

  /** Item and sequence tags where elements stand: what they end, if anything. */
  #beginDelimiter(level: Level): void {
    const { tag, length } = this.#head;
    if (tag === ITEM_DELIMITATION && level.kind === "item") {
      if (length !== 0) this.#findings.delimiterLength(this.#head, this.#headOffset());
      if (!level.defined) {
        this.#closeTop();
        return;
      }
      this.#find("data-set-stray-delimiter", {
        text: "an item of defined length has an Item Delimitation Item",
      });
      return; // its length says where it ends
    }
    if (level.kind === "item" && !level.defined) {
      this.#find("data-set-stray-delimiter", {
        text: `${printTag(tag)} comes before the Item Delimitation Item`,
      });
      this.#closeTop();
      this.#unread();
      return;
    }
    this.#find("data-set-stray-delimiter", { text: `${printTag(tag)} stands among elements` });
    if (tag === ITEM && length !== UNDEFINED_LENGTH) {
      this.#passOver(Math.min(this.#offset + length, level.end));
    }
  }

  /** The level is full. A level that waits for a delimiter misses it. */
  #closeEnded(level: Level): void {
    if (!level.defined) {
      this.#find("data-set-outruns-parent", {
        text: `the ${level.kind} has no delimiter where the item or sequence around it ends`,
        offset: this.#offset,
      });
    }
    this.#closeTop();
  }

  #closeTop(): void {
    const { kind } = this.#levels.pop();
    switch (kind) {
      case "item": {
        this.#sink.itemEnd();
        return;
      }
      case "sequence": {
        this.#sink.sequenceEnd();
        return;
      }
      case "fragments": {
        this.#sink.fragmentsEnd();
        return;
      }
      case "data set":
        return;
      default:
        kind satisfies never;
    }
  }

  /** Reads the head again, as the level that is now open has it. Heads of items have 8 octets. */
  #unread(): void {
    const view = new DataView(this.#carry.buffer);
    const { tag, length } = this.#head;
    const little = !this.#levels.top.bigEndian;
    view.setUint16(0, tag >>> 16, little);
    view.setUint16(2, tag & 0xffff, little);
    view.setUint32(4, length, little);
    this.#carried = 8;
  }

  #passOver(end: number): void {
    if (end <= this.#offset) return;
    this.#valueEnd = end;
    this.#state = PASS_OVER;
  }

  /** The length goes past the end of what the element is in: that end counts. Returns it. */
  #outrun(level: Level, what = "value"): number {
    this.#findings.outrun(this.#head, { level, what, offset: this.#headOffset() });
    return level.end;
  }

  #find(id: DataSetRule, what: { tag?: number; text: string; offset?: number }): void {
    this.#findings.tell(id, { ...what, offset: what.offset ?? this.#headOffset() });
  }

  /** A first element that shows the other encoding: its data set goes on like that. */
  #adapt(level: Level, offset: number): void {
    const { problem } = this.#head;
    if (level.elements === 0 && problem === "no VR") level.explicit = false;
    if (problem === "explicit VR") level.explicit = true;
    if (problem !== "unknown VR") level.doubtful = true;
    this.#findings.headProblem(this.#head, offset);
  }

  #headOffset(): number {
    return this.#offset - this.#head.size;
  }

  /** Gives up: says why, closes what is open. The rest is passed over. */
  #stop(id: DataSetRule, text: string, offset: number): void {
    this.#find(id, { text, offset });
    this.#whole = false;
    if (this.#state === BULK) this.#endBulk();
    while (this.#levels.depth > 0) this.#closeTop();
    this.#carried = 0;
    this.#gathered = EMPTY;
    this.#state = STOPPED;
  }

  /** The end of the stream, wherever that is. */
  #finish(): void {
    while (this.#state === HEAD && this.#carried >= 8) {
      const level = this.#levels.top;
      if (this.#offset - this.#carried >= level.end) this.#closeEnded(level);
      else if (this.#head.read(this.#carry, 0, this.#carried, level)) {
        this.#carried = 0;
        this.#begin(EMPTY, 0);
      } else break;
    }
    while (this.#levels.depth > 0 && this.#offset - this.#carried >= this.#levels.top.end) {
      this.#closeEnded(this.#levels.top);
    }
    const tag = this.#head.tag;
    if (this.#state === VALUE || this.#state === BULK) {
      const missing = this.#valueEnd - this.#offset;
      this.#cut(`the data set ends inside the value, ${missing} octets are missing`, tag);
      if (this.#state === BULK) this.#endBulk();
      else {
        this.#gathered = this.#gathered.subarray(0, this.#gatheredFilled);
        this.#endGathered();
      }
    } else if (this.#carried > 0) {
      this.#cut(`the data set ends inside an element's head, after ${this.#carried} octets`);
    } else if (this.#levels.depth > 0) {
      this.#cut(`the data set ends inside the ${this.#levels.top.kind}`);
    }
    while (this.#levels.depth > 0) this.#closeTop();
  }

  #cut(text: string, tag?: number): void {
    this.#whole = false;
    this.#find("data-set-truncated", {
      ...(tag === undefined || this.#levels.top.kind === "fragments" ? {} : { tag }),
      text,
      offset: this.#offset,
    });
  }
}

type State = typeof HEAD | typeof VALUE | typeof BULK | typeof PASS_OVER | typeof STOPPED;
const HEAD = 0;
const VALUE = 1;
const BULK = 2;
const PASS_OVER = 3;
const STOPPED = 4;
