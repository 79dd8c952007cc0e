/**
 * The head of a message's data set as elements: all of a small one, the beginning of a large one.
 *
 * Why heads do: what can be told in words stands before the pixels. A value that the end of the head
 * cuts is given by the length that it declares.
 */
import { DataSet } from "../dataset/data_set.ts";
import type { BulkElement, FragmentsElement } from "../dataset/element.ts";
import { type ReadDataSet, readDataSet } from "../dataset/read_data_set.ts";
import { type TransferSyntax, transferSyntax } from "../dataset/transfer_syntax.ts";
import type { ObservedMessage } from "../observe/association_sink.ts";

/** Octets of a data set that are kept for words, dumps and filters. */
export const HEAD_LENGTH = 262_144;

export interface Head extends ReadDataSet {
  /** Octets on the wire that are not in the head. */
  readonly missing: number;
  /** All elements are there, but for the octets of the last one where that is bulk. */
  readonly counted: boolean;
}

/** Elements of a head that are looked at; one of 256 KiB has 32,768 at most. */
const MAX_ELEMENTS = 40_000;

/** Of a deflated head. */
const MAX_INFLATED = 4_194_304;

/** undefined where there is no data set, or its transfer syntax is not known. */
export function readHead({ message, context }: ObservedMessage): Head | undefined {
  const { dataSet } = message;
  return dataSet && readHeadOf(dataSet, context?.acceptedTransferSyntax);
}

/** The same of octets that were read again: `length` counts all that were on the wire. */
export function readHeadOf(
  { head, length }: { readonly head: Uint8Array; readonly length: number },
  transferSyntaxUid: string | undefined,
): Head | undefined {
  const syntax = transferSyntax(transferSyntaxUid ?? "");
  if (syntax === undefined) return undefined;
  const read = readDataSet(head, {
    syntax,
    maxElements: MAX_ELEMENTS,
    maxInflated: MAX_INFLATED,
  });
  const missing = length - head.length;
  if (missing === 0) return { ...read, missing, counted: read.whole };
  const last = read.dataSet.elements.at(-1);
  if (syntax.deflated || (last?.kind !== "bulk" && last?.kind !== "fragments")) {
    return { ...read, missing, counted: false };
  }
  const elements = [...read.dataSet.elements.slice(0, -1), declared(last, { head, syntax })];
  // that the head ends here is no fault of the data set
  return { ...read, dataSet: new DataSet(elements), findings: [], missing, counted: true };
}

interface Around {
  readonly head: Uint8Array;
  readonly syntax: TransferSyntax;
}

/** The element with the length that its head declares: 32 bits right before its value (PS3.5 7.1.2). */
function declared<T extends BulkElement | FragmentsElement>(element: T, around: Around): T {
  if (element.kind === "bulk") return { ...element, length: lengthBefore(element.offset, around) };
  const last = element.fragments.at(-1);
  if (last === undefined) return element;
  const whole = { ...last, length: lengthBefore(last.offset, around) };
  return { ...element, fragments: [...element.fragments.slice(0, -1), whole] };
}

function lengthBefore(offset: number, { head, syntax }: Around): number {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  return view.getUint32(offset - 4, !syntax.bigEndian);
}
