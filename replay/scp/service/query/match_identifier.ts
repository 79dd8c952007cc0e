/**
 * Whether an entity matches the keys of a C-FIND Identifier: attribute matching of PS3.4 C.2.2.2.
 *
 * - Single value, list of UID, universal, wild card, range, sequence, empty value: by the VR and the
 *   value of each key. All keys must match.
 * - Several values of a key that is no UID: its meaning is open unless Multiple Value Matching was
 *   negotiated (C.2.2.2.8). Any of them will do then; with it, each must match one of the entity.
 * - Specific Character Set is never a key (C.2.2.2): texts are compared, not octets.
 */
import type { DataSet } from "../../../../src/dataset/data_set.ts";
import type {
  DataElement,
  SequenceElement,
  ValueElement,
} from "../../../../src/dataset/element.ts";
import {
  type Candidate,
  dataSetCandidate,
  findElement,
  type Held,
  heldNumbers,
  heldStrings,
  isEmpty,
} from "./candidate.ts";
import { personNameMatches } from "./person_name.ts";
import { isWithin, type Span, spanOfKey, spanOfValue } from "./time_range.ts";
import { hasWildCard, WILD_CARD_VRS, wildCardMatches } from "./wild_card.ts";

export interface MatchOptions {
  /**
   * A date and its time are one key where both are ranges: from that day and hour to that day and
   * hour (C.2.2.2.5.4 where negotiated; always for the scheduled start in worklists, Table K.6-1).
   */
  readonly combinedDateTime?: boolean;
  /** Each value of a key must match (C.2.2.2.8, where negotiated). */
  readonly multipleValues?: boolean;
  /** Tags that are told and not asked: they match whatever is there. */
  readonly notKeys?: ReadonlySet<number>;
}

export function matchesIdentifier(
  { identifier, candidate }: { readonly identifier: DataSet; readonly candidate: Candidate },
  options: MatchOptions = {},
): boolean {
  const combined = options.combinedDateTime === true ? combinedKeys(identifier) : [];
  const combinedTags = new Set(combined.flatMap(({ date, time }) => [date.tag, time.tag]));
  if (!combined.every((key) => matchesCombined(key, candidate))) return false;
  return identifier.elements.every((key) => {
    if (isNoKey(key.tag) || combinedTags.has(key.tag)) return true;
    if (options.notKeys?.has(key.tag) === true) return true;
    return matchesKey({ key, identifier, candidate }, options);
  });
}

/** Matches every entity (C.2.2.2.3): what its value is does not matter. */
export function isUniversal(key: DataElement, identifier: DataSet): boolean {
  if (isEmpty(key)) return true;
  if (key.kind === "sequence") {
    return key.items.every((item) => item.elements.every((inner) => isUniversal(inner, item)));
  }
  if (key.kind !== "value" || !WILD_CARD_VRS.has(key.vr)) return false;
  return heldStrings({ element: key, holder: identifier }).every((value) => /^\*+$/.test(value));
}

interface KeyOf {
  readonly key: DataElement;
  readonly identifier: DataSet;
  readonly candidate: Candidate;
}

function matchesKey({ key, identifier, candidate }: KeyOf, options: MatchOptions): boolean {
  if (isUniversal(key, identifier)) return true;
  const held = candidate.held(key.tag);
  if (key.kind === "sequence") {
    return held.some((one) => matchingItems(key, one, options).length > 0);
  }
  if (key.kind !== "value") return false;
  const values = heldStrings({ element: key, holder: identifier });
  if (values.length === 1 && values[0] === EMPTY_VALUE) return held.length === 0;
  return held.some((one) => matchesValues({ key, values }, one, options));
}

/** The items of a sequence that match the one item of a key (C.2.2.2.6). */
export function matchingItems(
  key: SequenceElement,
  { element }: Held,
  options: MatchOptions = {},
): readonly DataSet[] {
  if (element.kind !== "sequence") return [];
  const [wanted] = key.items;
  if (wanted === undefined) return element.items;
  return element.items.filter((item) => {
    return matchesIdentifier({ identifier: wanted, candidate: dataSetCandidate(item) }, options);
  });
}

interface KeyValues {
  readonly key: ValueElement;
  readonly values: readonly string[];
}

function matchesValues({ key, values }: KeyValues, held: Held, options: MatchOptions): boolean {
  if (values.length === 0) return sameOctets(key, held.element); // of no text, and not known
  const { vr } = key;
  const one = (value: string): boolean => matchesValue({ vr, value }, held);
  // a list of UIDs matches any entity that is on it, whatever was negotiated (C.2.2.2.2)
  return options.multipleValues === true && vr !== "UI" ? values.every(one) : values.some(one);
}

function matchesValue({ vr, value }: { vr: string; value: string }, held: Held): boolean {
  const texts = heldStrings(held);
  switch (vr) {
    case "DA":
    case "TM":
    case "DT": {
      const span = spanOfKey(value, vr);
      if (span === undefined) return texts.includes(value);
      return texts.some((text) => {
        const at = spanOfValue(text.trim(), vr);
        return at !== undefined && isWithin(at, span);
      });
    }
    case "PN":
      return texts.some((text) => personNameMatches(text, value));
    case "DS":
    case "IS": {
      const number = Number(value);
      return Number.isNaN(number) ? texts.includes(value) : heldNumbers(held).includes(number);
    }
    default:
      if (!WILD_CARD_VRS.has(vr) || !hasWildCard(value)) return texts.includes(value);
      return texts.some((text) => wildCardMatches(text, value));
  }
}

interface CombinedKey {
  readonly date: ValueElement;
  readonly time: ValueElement;
  readonly span: Span;
}

/** Pairs of a date and a time in the Identifier of which both are ranges. */
function combinedKeys(identifier: DataSet): readonly CombinedKey[] {
  return DATES_WITH_TIMES.flatMap(([dateTag, timeTag]) => {
    const date = findElement(identifier, dateTag);
    const time = findElement(identifier, timeTag);
    if (date?.kind !== "value" || time?.kind !== "value") return [];
    const days = rangeOf(date, identifier);
    const hours = rangeOf(time, identifier);
    if (days === undefined || hours === undefined) return [];
    const from = days.from === "" ? "" : days.from + (hours.from || "000000000000");
    const to = days.to.startsWith(":") ? days.to : days.to + hours.to;
    return [{ date, time, span: { from, to } }];
  });
}

function rangeOf(element: ValueElement, holder: DataSet): Span | undefined {
  const [text = ""] = heldStrings({ element, holder });
  return text.includes("-") ? spanOfKey(text, element.vr === "DA" ? "DA" : "TM") : undefined;
}

function matchesCombined({ date, time, span }: CombinedKey, candidate: Candidate): boolean {
  return candidate.held(date.tag).some(({ element, holder }) => {
    const day = spanOfValue(heldStrings({ element, holder })[0] ?? "", "DA");
    if (day === undefined) return false;
    const at = findElement(holder, time.tag);
    const text = at === undefined ? "" : (heldStrings({ element: at, holder })[0] ?? "");
    // Without a time it is somewhen on that day.
    const hour = spanOfValue(text, "TM") ?? WHOLE_DAY;
    return day.from + hour.from <= span.to && day.to + hour.to >= span.from;
  });
}

function sameOctets(key: ValueElement, element: DataElement): boolean {
  if (element.kind !== "value" || element.bytes.length !== key.bytes.length) return false;
  return element.bytes.every((octet, at) => octet === key.bytes[at]);
}

/** Specific Character Set, group lengths. */
function isNoKey(tag: number): boolean {
  return tag === 0x00080005 || (tag & 0xffff) === 0;
}

/** Two quotation marks ask for what has no value (C.2.2.2.7). */
const EMPTY_VALUE = '""';

const WHOLE_DAY: Span = { from: "000000000000", to: "235959999999" };

const DATES_WITH_TIMES: readonly (readonly [date: number, time: number])[] = [
  [0x00080020, 0x00080030], // Study
  [0x00080021, 0x00080031], // Series
  [0x00080022, 0x00080032], // Acquisition
  [0x00080023, 0x00080033], // Content
  [0x00080012, 0x00080013], // Instance Creation
  [0x00400002, 0x00400003], // Scheduled Procedure Step Start
  [0x00400244, 0x00400245], // Performed Procedure Step Start
  [0x00400250, 0x00400251], // Performed Procedure Step End
];
