/**
 * Keeps what `DataSetReader` tells as a `DataSet`. Bounded by the reader's limits and by
 * `maxKept` octets of values in all; values beyond that are kept as bulk, by offset and length.
 */
import { DataSet } from "./data_set.ts";
import { type DataSetSink, UNDEFINED_LENGTH } from "./data_set_sink.ts";
import type { DataElement, Fragment } from "./element.ts";
import type { DataSetFinding } from "./finding.ts";
import type { TransferSyntax } from "./transfer_syntax.ts";

export interface DataSetBuilderOptions {
  readonly syntax: TransferSyntax;
  /** Octets of values kept in all. 64 MiB. */
  readonly maxKept?: number;
  /** Longest Basic Offset Table that is kept. 64 KiB. */
  readonly valueLimit?: number;
  /** The chunks stay as they are for as long as the data set is used: values are views on them. */
  readonly shareBytes?: boolean;
}

const PIXEL_DATA = 0x7fe00010;

export class DataSetBuilder implements DataSetSink {
  readonly #maxKept: number;
  readonly #valueLimit: number;
  readonly #shareBytes: boolean;
  readonly #bigEndianPixels: boolean;
  readonly #findings: DataSetFinding[] = [];
  readonly #stack: Open[] = [];
  #elements: DataElement[] = [];
  #bigEndian: boolean;
  readonly #root: DataSet;
  #current: DataSet;
  #kept = 0;
  #bulk: { tag: number; vr: string; offset: number } = { tag: 0, vr: "", offset: 0 };
  #fragments: Fragment[] = [];
  #fragmentOffset = 0;
  #offsetTable: Uint8Array | undefined;
  #offsetTableFilled = 0;
  #length = 0;
  #whole = false;

  constructor(options: DataSetBuilderOptions) {
    this.#maxKept = options.maxKept ?? 64 * 2 ** 20;
    this.#valueLimit = options.valueLimit ?? 0x10000;
    this.#shareBytes = options.shareBytes ?? false;
    this.#bigEndianPixels = options.syntax.bigEndianPixels;
    this.#bigEndian = options.syntax.bigEndian;
    this.#root = new DataSet(this.#elements);
    this.#current = this.#root;
  }

  /** What was read so far. */
  get dataSet(): DataSet {
    return this.#root;
  }

  get findings(): readonly DataSetFinding[] {
    return this.#findings;
  }

  /** Octets of the data set; known at its end. */
  get length(): number {
    return this.#length;
  }

  /** The data set was read to its end. */
  get whole(): boolean {
    return this.#whole;
  }

  value(tag: number, vr: string, bytes: Uint8Array, offset: number): void {
    const bigEndian = this.#isBigEndian(tag);
    this.#kept += bytes.length;
    if (this.#kept > this.#maxKept) {
      this.#elements.push({ kind: "bulk", tag, vr, offset, length: bytes.length, bigEndian });
      return;
    }
    const kept = this.#shareBytes || bytes.length === 0 ? bytes : new Uint8Array(bytes);
    this.#elements.push({ kind: "value", tag, vr, offset, bytes: kept, bigEndian });
  }

  bulkStart(tag: number, vr: string, offset: number): void {
    this.#bulk = { tag, vr, offset };
  }

  bulkEnd(length: number): void {
    const { tag, vr, offset } = this.#bulk;
    const bigEndian = this.#isBigEndian(tag);
    this.#elements.push({ kind: "bulk", tag, vr, offset, length, bigEndian });
  }

  sequenceStart(tag: number, vr: string, offset: number, length: number): void {
    const items: DataSet[] = [];
    const undefinedLength = length === UNDEFINED_LENGTH;
    this.#elements.push({ kind: "sequence", tag, vr, offset, items, undefinedLength });
    this.#stack.push({
      elements: this.#elements,
      dataSet: this.#current,
      bigEndian: this.#bigEndian,
      items,
    });
  }

  itemStart(_offset: number, length: number, bigEndian: boolean): void {
    const open = this.#stack.at(-1) as Open;
    this.#elements = [];
    this.#bigEndian = bigEndian;
    const undefinedLength = length === UNDEFINED_LENGTH;
    this.#current = new DataSet(this.#elements, { outer: open.dataSet, undefinedLength });
    open.items.push(this.#current);
  }

  itemEnd(): void {
    const open = this.#stack.at(-1) as Open;
    this.#elements = open.elements;
    this.#current = open.dataSet;
    this.#bigEndian = open.bigEndian;
  }

  sequenceEnd(): void {
    this.#stack.pop();
  }

  fragmentsStart(tag: number, vr: string, offset: number): void {
    this.#bulk = { tag, vr, offset };
    this.#fragments = [];
    this.#offsetTable = undefined;
    this.#offsetTableFilled = 0;
  }

  fragmentStart(offset: number, length: number): void {
    this.#fragmentOffset = offset;
    if (this.#fragments.length === 0 && length <= this.#valueLimit) {
      this.#offsetTable = new Uint8Array(length);
    }
  }

  piece(bytes: Uint8Array): void {
    if (this.#offsetTable === undefined || this.#fragments.length > 0) return;
    this.#offsetTable.set(bytes, this.#offsetTableFilled);
    this.#offsetTableFilled += bytes.length;
  }

  fragmentEnd(length: number): void {
    if (this.#fragments.length === 0) this.#offsetTable = this.#offsetTable?.subarray(0, length);
    this.#fragments.push({ offset: this.#fragmentOffset, length });
  }

  fragmentsEnd(): void {
    const { tag, vr, offset } = this.#bulk;
    const offsetTable = this.#offsetTable;
    this.#offsetTable = undefined;
    this.#elements.push({
      kind: "fragments",
      tag,
      vr,
      offset,
      offsetTable,
      fragments: this.#fragments,
    });
  }

  finding(finding: DataSetFinding): void {
    this.#findings.push(finding);
  }

  end(offset: number, whole: boolean): void {
    this.#length = offset;
    this.#whole = whole;
  }

  #isBigEndian(tag: number): boolean {
    return this.#bigEndian || (tag === PIXEL_DATA && this.#bigEndianPixels);
  }
}

interface Open {
  readonly elements: DataElement[];
  readonly dataSet: DataSet;
  readonly bigEndian: boolean;
  readonly items: DataSet[];
}
