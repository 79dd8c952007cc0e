/**
 * Raw deflate (RFC 1951) as it comes, for the Deflated transfer syntaxes (PS3.5 A.5).
 *
 * Why our own: the platform's synchronous inflaters want the whole stream at once, its streaming ones
 * are asynchronous and belong to the runtime. Data sets are decoded while they pass, in a pure core.
 *
 * Rule: memory is one window and one output buffer, whatever the stream says. Output stops at
 * `maxInflated` octets, and at `maxInflateRatio` once there is enough of it to tell.
 */
import type { DataSetRule } from "./finding.ts";
import { codeOf, decodeTable, type HuffmanTable } from "./huffman.ts";

export interface InflateLimits {
  /** Octets of output. 512 MiB. */
  readonly maxInflated?: number;
  /** Output octets an input octet, looked at behind the first 16 MiB. 500. */
  readonly maxInflateRatio?: number;
}

export interface InflateProblem {
  readonly id: DataSetRule;
  readonly text: string;
}

const WINDOW = 0x8000;
const BUFFER = 4 * WINDOW;
const LONGEST_MATCH = 258;
/** From here on the call of a native copy is worth its price. */
const LONG_COPY = 32;
const RATIO_FROM = 16 * 2 ** 20;

export class Inflater {
  readonly #maxInflated: number;
  readonly #maxRatio: number;
  readonly #steps: Generator<Uint8Array | undefined, void>;
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  #received = 0;
  #given = 0;
  #bits = 0;
  #bitCount = 0;
  readonly #output = new Uint8Array(BUFFER);
  /** Output written, and how much of it was given. */
  #filled = 0;
  #flushed = 0;
  #finished = false;
  #problem: InflateProblem | undefined;
  #zlibHeader = false;

  constructor(limits: InflateLimits = {}) {
    this.#maxInflated = limits.maxInflated ?? 512 * 2 ** 20;
    this.#maxRatio = limits.maxInflateRatio ?? 500;
    this.#steps = this.#run();
  }

  /** Why inflating stopped, if it did before the end of the stream. */
  get problem(): InflateProblem | undefined {
    return this.#problem;
  }

  /** The stream has the header of zlib (RFC 1950), which A.5 does not allow; it was skipped. */
  get zlibHeader(): boolean {
    return this.#zlibHeader;
  }

  /** The output that this input gives, in buffers that the caller may keep. */
  *receive(chunk: Uint8Array): Generator<Uint8Array, void> {
    if (this.#finished || this.#problem !== undefined) return; // a padding octet may follow (A.5)
    this.#input = chunk;
    this.#at = 0;
    this.#received += chunk.length;
    for (;;) {
      const step = this.#steps.next();
      if (step.done === true || step.value === undefined) return;
      this.#given += step.value.length;
      if (this.#given > this.#maxInflated) {
        this.#limit(`inflated data are longer than ${this.#maxInflated} octets`);
        return;
      }
      if (this.#given > RATIO_FROM && this.#given > this.#received * this.#maxRatio) {
        this.#limit(
          `${this.#received} octets inflate to more than ${this.#maxRatio} times as many`,
        );
        return;
      }
      yield step.value;
    }
  }

  /** The input is over: a problem where the stream is not. */
  end(): InflateProblem | undefined {
    if (this.#problem !== undefined || this.#finished) return this.#problem;
    if (this.#received === 0) return undefined;
    return { id: "data-set-deflate", text: "the deflated stream ends before its last block" };
  }

  #limit(text: string): void {
    this.#problem = { id: "data-set-deflate-limit", text };
  }

  /** Yields output, or undefined where more input is needed. */
  *#run(): Generator<Uint8Array | undefined, void> {
    // 7xH, and together divisible by 31: RFC 1950. As raw deflate it would be a broken stored block
    const first = yield* this.#take(16);
    this.#zlibHeader = (first & 0x0f) === 8 && (((first & 0xff) << 8) | (first >>> 8)) % 31 === 0;
    if (!this.#zlibHeader) {
      this.#bits = first;
      this.#bitCount = 16;
    }
    for (let last = false; !last; ) {
      while (this.#bitCount < 3) {
        if (this.#at >= this.#input.length) yield* this.#starve();
        else this.#pull();
      }
      last = (this.#bits & 1) === 1;
      const type = (this.#bits >>> 1) & 3;
      this.#drop(3);
      if (type === 0) yield* this.#stored();
      else if (type === 1) yield* this.#compressed(FIXED_LITERALS, FIXED_DISTANCES);
      else if (type === 2) yield* this.#dynamic();
      else this.#problem = { id: "data-set-deflate", text: "a block of reserved type 3" };
      if (this.#problem !== undefined) {
        if (this.#filled > this.#flushed) yield this.#flush();
        return;
      }
    }
    this.#finished = true;
    if (this.#filled > this.#flushed) yield this.#flush();
  }

  *#stored(): Generator<Uint8Array | undefined, void> {
    this.#drop(this.#bitCount & 7);
    const length = yield* this.#take(16);
    const check = yield* this.#take(16);
    if ((length ^ check) !== 0xffff) {
      this.#fail("the length of a stored block does not agree with its complement");
      return;
    }
    for (let left = length; left > 0; left--) {
      if (this.#bitCount === 0 && this.#at < this.#input.length) {
        this.#output[this.#filled++] = this.#input[this.#at++] as number;
      } else {
        const octet = yield* this.#take(8); // the buffer may be flushed meanwhile
        this.#output[this.#filled++] = octet;
      }
      if (this.#filled === BUFFER) yield this.#flush();
    }
  }

  *#dynamic(): Generator<Uint8Array | undefined, void> {
    const literals = (yield* this.#take(5)) + 257;
    const distances = (yield* this.#take(5)) + 1;
    const lengthCodes = (yield* this.#take(4)) + 4;
    const codeLengths = new Uint8Array(19);
    for (let at = 0; at < lengthCodes; at++) {
      codeLengths[LENGTH_ORDER[at] as number] = yield* this.#take(3);
    }
    const lengthTable = decodeTable(codeLengths);
    if (lengthTable === undefined) return this.#fail("over-full code lengths");
    const lengths = new Uint8Array(literals + distances);
    for (let at = 0; at < lengths.length; ) {
      const symbol = yield* this.#symbol(lengthTable);
      if (symbol < 0) return this.#fail("a code that is not in its table");
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === 16 && at === 0) return this.#fail("a repeat of nothing");
      const value = symbol === 16 ? (lengths[at - 1] as number) : 0;
      const extra = symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
      let repeat = (yield* this.#take(extra)) + (symbol === 18 ? 11 : 3);
      if (at + repeat > lengths.length) return this.#fail("code lengths beyond their count");
      for (; repeat > 0; repeat--) lengths[at++] = value;
    }
    const literalTable = decodeTable(lengths.subarray(0, literals));
    const distanceTable = decodeTable(lengths.subarray(literals));
    if (literalTable === undefined || distanceTable === undefined) {
      return this.#fail("over-full code lengths");
    }
    yield* this.#compressed(literalTable, distanceTable);
  }

  *#compressed(
    literals: HuffmanTable,
    distances: HuffmanTable,
  ): Generator<Uint8Array | undefined, void> {
    for (;;) {
      // what one symbol takes at most, its length and distance included: then nobody asks for more
      const isQuick = this.#at + 8 <= this.#input.length;
      const symbol = isQuick ? this.#quickSymbol(literals) : yield* this.#symbol(literals);
      if (symbol < 256) {
        if (symbol < 0) return this.#fail("a code that is not in its table");
        this.#output[this.#filled++] = symbol;
        if (this.#filled === BUFFER) yield this.#flush();
        continue;
      }
      if (symbol === 256) return;
      if (symbol > 285) return this.#fail(`the reserved length symbol ${symbol}`);
      const extra = LENGTH_EXTRA[symbol - 257] as number;
      let length = LENGTH_BASE[symbol - 257] as number;
      if (extra > 0) length += isQuick ? this.#quickTake(extra) : yield* this.#take(extra);
      const distanceSymbol = isQuick
        ? this.#quickSymbol(distances)
        : yield* this.#symbol(distances);
      if (distanceSymbol < 0) return this.#fail("a code that is not in its table");
      if (distanceSymbol > 29) return this.#fail(`the reserved distance symbol ${distanceSymbol}`);
      const more = DISTANCE_EXTRA[distanceSymbol] as number;
      let distance = DISTANCE_BASE[distanceSymbol] as number;
      if (more > 0) distance += isQuick ? this.#quickTake(more) : yield* this.#take(more);
      if (distance > this.#filled) return this.#fail(`a distance of ${distance} before the start`);
      if (this.#filled + LONGEST_MATCH > BUFFER) yield this.#flush();
      this.#copy(length, distance);
      if (this.#filled === BUFFER) yield this.#flush();
    }
  }

  #copy(length: number, distance: number): void {
    const output = this.#output;
    const from = this.#filled;
    const to = from + length;
    this.#filled = to;
    if (length >= LONG_COPY && distance === 1) output.fill(output[from - 1] as number, from, to);
    else if (length >= LONG_COPY && distance >= length) {
      output.copyWithin(from, from - distance, to - distance);
    } else for (let at = from; at < to; at++) output[at] = output[at - distance] as number;
  }

  /** A symbol where eight octets of input are at hand, so no question of more; -1: no such code. */
  #quickSymbol(table: HuffmanTable): number {
    while (this.#bitCount < 15) this.#pull();
    const code = codeOf(table, this.#bits);
    if (code < 0) return -1;
    this.#drop(code & 15);
    return code >>> 4;
  }

  #quickTake(count: number): number {
    while (this.#bitCount < count) this.#pull();
    const value = this.#bits & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  *#symbol(table: HuffmanTable): Generator<Uint8Array | undefined, number> {
    for (;;) {
      while (this.#bitCount < 15 && this.#at < this.#input.length) this.#pull();
      const code = codeOf(table, this.#bits);
      if (code >= 0 && (code & 15) <= this.#bitCount) {
        this.#drop(code & 15);
        return code >>> 4;
      }
      if (this.#bitCount >= 15) return -1;
      yield* this.#starve();
    }
  }

  *#take(count: number): Generator<Uint8Array | undefined, number> {
    while (this.#bitCount < count) {
      if (this.#at < this.#input.length) this.#pull();
      else yield* this.#starve();
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  #pull(): void {
    this.#bits |= (this.#input[this.#at++] as number) << this.#bitCount;
    this.#bitCount += 8;
  }

  #drop(count: number): void {
    this.#bits >>>= count;
    this.#bitCount -= count;
  }

  /** Out of input: gives what is there, then asks for more. */
  *#starve(): Generator<Uint8Array | undefined, void> {
    if (this.#filled > this.#flushed) yield this.#flush();
    while (this.#at >= this.#input.length) yield undefined;
  }

  /** What was not given yet. Keeps the window and moves it to the front when the buffer is full. */
  #flush(): Uint8Array {
    const bytes = this.#output.slice(this.#flushed, this.#filled);
    if (this.#filled + LONGEST_MATCH > BUFFER) {
      this.#output.copyWithin(0, this.#filled - WINDOW, this.#filled);
      this.#filled = WINDOW;
    }
    this.#flushed = this.#filled;
    return bytes;
  }

  #fail(text: string): void {
    this.#problem = { id: "data-set-deflate", text: `the deflated stream has ${text}` };
  }
}

/** RFC 1951 3.2.7. */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** RFC 1951 3.2.5. */
const LENGTH_EXTRA = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
  163, 195, 227, 258,
];
const DISTANCE_EXTRA = Array.from({ length: 30 }, (_, at) => Math.max(0, (at >> 1) - 1));
const DISTANCE_BASE = Array.from({ length: 30 }, (_, at) =>
  at < 4 ? at + 1 : (2 + (at & 1)) * 2 ** ((at >> 1) - 1) + 1,
);

/** RFC 1951 3.2.6. */
const FIXED_LITERALS = decodeTable(
  Uint8Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8)),
) as HuffmanTable;
const FIXED_DISTANCES = decodeTable(new Uint8Array(30).fill(5)) as HuffmanTable;
