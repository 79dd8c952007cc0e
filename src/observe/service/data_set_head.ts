/**
 * What the head of a data set shows: the first octets, as many as the owner kept (PS3.5 7).
 *
 * Rule: nothing is claimed of what was not seen. A value that the end of the head may have cut
 * counts as not there, and what is absent is `lacking` only where a later element was read, as
 * tags ascend.
 */
import { DataSet } from "../../dataset/data_set.ts";
import type { DataElement } from "../../dataset/element.ts";
import type { DataSetFinding } from "../../dataset/finding.ts";
import { readDataSet } from "../../dataset/read_data_set.ts";
import { type TransferSyntax, transferSyntax } from "../../dataset/transfer_syntax.ts";
import type { ObservedMessage } from "../association_sink.ts";

/** Elements of one head that are looked at; identifiers and reports have fewer. */
const MAX_ELEMENTS = 10_000;

/** Of a deflated head: what inflates to more is looked at so far. */
const MAX_INFLATED = 1_048_576;

export class DataSetHead {
  readonly dataSet: DataSet;
  readonly syntax: TransferSyntax;
  readonly bytes: Uint8Array;
  /** The data set goes on behind the head. */
  readonly cut: boolean;
  /** Of the octets that were there: none that only the cut explains. */
  readonly findings: readonly DataSetFinding[];
  readonly #whole: boolean;
  readonly #last: DataElement | undefined;

  constructor(bytes: Uint8Array, options: { syntax: TransferSyntax; cut: boolean }) {
    const { syntax, cut } = options;
    const limits = { maxElements: MAX_ELEMENTS, maxOutput: MAX_INFLATED, maxFindings: 20 };
    const read = readDataSet(bytes, { syntax, ...limits });
    this.dataSet = read.dataSet;
    this.syntax = syntax;
    this.bytes = bytes;
    this.cut = cut;
    this.findings = read.findings.filter(
      ({ id }) => !OWN_LIMITS.has(id) && !(cut && CUT_ALONE.has(id)),
    );
    this.#whole = read.whole && !cut;
    this.#last = this.#whole ? undefined : read.dataSet.elements.at(-1);
  }

  /** What was seen whole: without the last element of a head that is cut. */
  get seen(): DataSet {
    return this.#last === undefined
      ? this.dataSet
      : new DataSet(this.dataSet.elements.slice(0, -1));
  }

  /** The element, where all of it was seen. */
  element(tag: number): DataElement | undefined {
    const element = this.dataSet.element(tag);
    return element === this.#last ? undefined : element;
  }

  /** It is absent or empty, and that is certain. */
  isEmpty(tag: number): boolean {
    const element = this.element(tag);
    if (element === undefined) return this.lacks(tag);
    if (element.kind === "value") return element.bytes.length === 0;
    return element.kind === "sequence" && element.items.length === 0;
  }

  /** It is absent, and that is certain. */
  lacks(tag: number): boolean {
    if (this.dataSet.has(tag)) return false;
    return this.#whole || (this.#last !== undefined && this.#last.tag > tag);
  }

  /** It is there, if only its beginning. */
  has(tag: number): boolean {
    return this.dataSet.has(tag);
  }

  text(tag: number): string | undefined {
    return this.element(tag) === undefined ? undefined : this.dataSet.text(tag);
  }

  strings(tag: number): readonly string[] {
    return this.element(tag) === undefined ? [] : this.dataSet.strings(tag);
  }

  number(tag: number): number | undefined {
    return this.element(tag) === undefined ? undefined : this.dataSet.number(tag);
  }

  /** undefined where the sequence is absent, or not all of it was seen. */
  items(tag: number): readonly DataSet[] | undefined {
    const element = this.element(tag);
    return element?.kind === "sequence" ? element.items : undefined;
  }
}

/** The cut itself, or what it does to a deflated stream. */
const CUT_ALONE: ReadonlySet<string> = new Set(["data-set-truncated", "data-set-deflate"]);

/** Where reading stopped by its own choice. */
const OWN_LIMITS: ReadonlySet<string> = new Set(["data-set-too-many", "data-set-deflate-limit"]);

/** undefined without a data set, without its octets, or where nobody knows the transfer syntax. */
export function headOf({ message, context }: ObservedMessage): DataSetHead | undefined {
  const { dataSet } = message;
  const syntax = transferSyntax(context?.acceptedTransferSyntax ?? "");
  if (dataSet === undefined || syntax === undefined) return undefined;
  if (dataSet.head.length === 0 && dataSet.length > 0) return undefined;
  const cut = dataSet.head.length < dataSet.length || !dataSet.complete;
  return new DataSetHead(dataSet.head, { syntax, cut });
}
