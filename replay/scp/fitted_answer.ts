/**
 * A recorded C-FIND answer for other return keys than it was given for (PS3.4 C.4.1.1.3.2): what is
 * not asked for is left out, what the recording has not is there without a value.
 */
import { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement } from "../../src/dataset/element.ts";
import type { Difference } from "../events.ts";
import type { RecordedDataSet } from "../recorded.ts";

/** An answer longer than that goes out as it is. */
const MAX_FITTED = 2 ** 20;

/** The recorded query asked for other attributes: only one of the two has them. */
export function hasOtherReturnKeys(missed: readonly Difference[]): boolean {
  return missed.some(({ recorded, got }) => recorded === null || got === null);
}

export function fittedAnswer(recorded: RecordedDataSet, asked: DataSet): DataSet | RecordedDataSet {
  if (recorded.length > MAX_FITTED) return recorded;
  const answer = recorded.read();
  if (answer.elements.some(({ kind }) => kind === "bulk" || kind === "fragments")) return recorded;
  const elements = answer.elements.filter(({ tag }) => asked.has(tag) || ALWAYS.has(tag));
  for (const element of asked.elements) {
    if (!answer.has(element.tag) && (element.tag & 0xffff) !== 0 && !ALWAYS.has(element.tag)) {
      elements.push(withoutValue(element));
    }
  }
  return new DataSet(elements.sort((one, other) => one.tag - other.tag));
}

function withoutValue({ tag, vr, kind }: DataElement): DataElement {
  if (kind === "sequence")
    return { kind, tag, vr: "SQ", offset: 0, items: [], undefinedLength: false };
  return { kind: "value", tag, vr, offset: 0, bytes: new Uint8Array(0), bigEndian: false };
}

/** Character set, level, where to retrieve from: an SCP adds them (PS3.4 C.4.1.1.3.2). */
const ALWAYS: ReadonlySet<number> = new Set([
  0x00080005, 0x00080052, 0x00080054, 0x00080056, 0x00080201, 0x00880130, 0x00880140,
]);
