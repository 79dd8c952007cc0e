/**
 * Where a `DataSetReader` is in its stream, and the few steps that all parts of reading take. Apart
 * from the reader, so that elements, items and chunks each have a file of their own.
 */
import type { DataSetSink } from "./data_set_sink.ts";
import { ElementHead } from "./element_head.ts";
import type { DataSetRule } from "./finding.ts";
import { type Level, Levels } from "./level.ts";
import { ReaderFindings } from "./reader_findings.ts";
import type { TransferSyntax } from "./transfer_syntax.ts";

export interface ReadingLimits {
  /** Octets of a value that is given whole; a longer one is told as bulk. 64 KiB. */
  readonly valueLimit?: number;
  /** Sequences inside sequences. 64. */
  readonly maxDepth?: number;
  /** Elements in all. 1,000,000. */
  readonly maxElements?: number;
  /** Items and fragments in all. 1,000,000. */
  readonly maxItems?: number;
  /** What is read is a File Meta Information: group 0002 belongs there. */
  readonly meta?: boolean;
  /** Findings that are told; further ones are only counted. 100. */
  readonly maxFindings?: number;
}

/**
 * What the next octets are: a head; a value that is gathered; a value or fragment that passes as
 * pieces; octets to pass over; or nothing any more, as reading was given up.
 */
export type ReadingState = "head" | "value" | "bulk" | "pass over" | "stopped";

export const EMPTY = new Uint8Array(0);

export class Reading {
  readonly sink: DataSetSink;
  readonly valueLimit: number;
  readonly maxDepth: number;
  readonly maxElements: number;
  readonly maxItems: number;
  readonly levels = new Levels();
  readonly head = new ElementHead();
  readonly findings: ReaderFindings;
  /** Tags below this one belong to command sets and File Meta Information. */
  readonly firstTag: number;
  state: ReadingState = "head";
  /** Of the next octet. */
  offset = 0;
  /** Where the value that is open began and ends. */
  valueStart = 0;
  valueEnd = 0;
  /** Octets of a head that straddles chunks; they are counted in `offset`. */
  readonly carry = new Uint8Array(12);
  carried = 0;
  elements = 0;
  items = 0;
  /** Everything so far was there. */
  whole = true;

  constructor(sink: DataSetSink, options: ReadingLimits & { syntax: TransferSyntax }) {
    this.sink = sink;
    this.valueLimit = options.valueLimit ?? 0x10000;
    this.maxDepth = options.maxDepth ?? 64;
    this.maxElements = options.maxElements ?? 1_000_000;
    this.maxItems = options.maxItems ?? 1_000_000;
    this.firstTag = options.meta === true ? 0x00020000 : 0x00040000;
    const { levels } = this;
    levels.top.explicit = options.syntax.explicit;
    levels.top.bigEndian = options.syntax.bigEndian;
    this.findings = new ReaderFindings(sink, { levels, maxFindings: options.maxFindings });
  }

  /** Of the head that was just read. */
  get headOffset(): number {
    return this.offset - this.head.size;
  }

  tell(id: DataSetRule, what: { text: string; tag?: number; offset?: number }): void {
    this.findings.tell(id, { ...what, offset: what.offset ?? this.headOffset });
  }

  /** The length goes past the end of what the element is in: that end counts. Returns it. */
  outrun(level: Level, what: "value" | "sequence" | "item" | "fragment"): number {
    this.findings.outrun(this.head, { level, what, offset: this.headOffset });
    return level.end;
  }

  /** The open bulk value or fragment is over. */
  endBulk(): void {
    this.state = "head";
    const length = this.offset - this.valueStart;
    if (this.levels.top.kind === "fragments") this.sink.fragmentEnd(length);
    else this.sink.bulkEnd(length);
  }

  passOver(end: number): void {
    if (end <= this.offset) return;
    this.valueEnd = end;
    this.state = "pass over";
  }

  /** Reads the head again, as the level that is now open has it. Heads of items have 8 octets. */
  unread(): void {
    const view = new DataView(this.carry.buffer);
    const { tag, length } = this.head;
    const little = !this.levels.top.bigEndian;
    view.setUint16(0, tag >>> 16, little);
    view.setUint16(2, tag & 0xffff, little);
    view.setUint32(4, length, little);
    this.carried = 8;
  }

  closeTop(): void {
    const { kind } = this.levels.pop();
    switch (kind) {
      case "item":
        this.sink.itemEnd();
        return;
      case "sequence":
        this.sink.sequenceEnd();
        return;
      case "fragments":
        this.sink.fragmentsEnd();
        return;
      case "data set":
        return;
      default:
        kind satisfies never;
    }
  }

  /** The level is full. A level that waits for a delimiter misses it. */
  closeEnded(level: Level): void {
    if (!level.defined) {
      this.tell("data-set-outruns-parent", {
        text: `the ${level.kind} has no delimiter where the item or sequence around it ends`,
        offset: this.offset,
      });
    }
    this.closeTop();
  }

  /** Gives up: says why, closes what is open. The rest is passed over. */
  stop(id: DataSetRule, text: string, offset: number): void {
    this.findings.tellLast(id, { text, offset });
    this.whole = false;
    if (this.state === "bulk") this.endBulk();
    while (this.levels.depth > 0) this.closeTop();
    this.carried = 0;
    this.state = "stopped";
  }
}
