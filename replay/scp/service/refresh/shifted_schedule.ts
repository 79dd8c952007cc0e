/**
 * Dates of scheduled procedure steps moved by whole days: in the keys of a query and in the rows of a
 * worklist, at any depth (PS3.4 Table K.6-1, CC.2.5). No other dates: a patient's birthday stays.
 */
import { DataSet } from "../../../../src/dataset/data_set.ts";
import type { DataElement } from "../../../../src/dataset/element.ts";
import { changedDates } from "../../../rewrite/dates.ts";
import { heldStrings } from "../query/candidate.ts";
import { wireElement } from "../query/wire_element.ts";

const SCHEDULED: ReadonlySet<number> = new Set([
  0x00400002, // Scheduled Procedure Step Start Date
  0x00400004, // Scheduled Procedure Step End Date
  0x00404005, // Scheduled Procedure Step Start DateTime
  0x00404008, // Scheduled Procedure Step Expiration DateTime
  0x00404010, // Scheduled Procedure Step Modification DateTime
  0x00404011, // Expected Completion DateTime
]);

/** The same data set where it has no such date. */
export function shiftedSchedule(dataSet: DataSet, days: number, depth = 0): DataSet {
  let isChanged = false;
  const elements = dataSet.elements.map((element): DataElement => {
    const other = shiftedElement(element, { holder: dataSet, days, depth });
    if (other !== element) isChanged = true;
    return other;
  });
  if (!isChanged) return dataSet;
  return new DataSet(elements, { outer: dataSet, undefinedLength: dataSet.undefinedLength });
}

interface Shift {
  readonly holder: DataSet;
  readonly days: number;
  readonly depth: number;
}

function shiftedElement(element: DataElement, { holder, days, depth }: Shift): DataElement {
  if (element.kind === "sequence" && depth < MAX_DEPTH) {
    const items = element.items.map((item) => shiftedSchedule(item, days, depth + 1));
    return items.every((item, at) => item === element.items[at]) ? element : { ...element, items };
  }
  if (element.kind !== "value" || !SCHEDULED.has(element.tag)) return element;
  const texts = heldStrings({ element, holder });
  const others = texts.map((text) => changedDates(text, { days }));
  if (others.every((text, at) => text === texts[at])) return element;
  return wireElement(element.tag, others, { vr: element.vr });
}

const MAX_DEPTH = 16;
