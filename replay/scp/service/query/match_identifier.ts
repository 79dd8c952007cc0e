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
import { hasWildCard, WILD_CARD_VRS, wildCardMatches } from "../../../../src/wild_card.ts";
import {
  type Candidate,
  dataSetCandidate,
  findElement,
  type Held,
  heldNumbers,
  heldStrings,
  isEmpty,
  itemsOf,
} from "./candidate.ts";
import { personNameMatcher } from "./person_name.ts";
import { isWithin, type Span, spanOfKey, spanOfValue } from "./time_range.ts";

export interface MatchOptions {
  /**
   * A date and its time are one key where both are ranges: from that day and hour to that day and
   * hour (C.2.2.2.5.4 where negotiated; always for the scheduled start in worklists, Table K.6-1).
   */
  readonly combinedDateTime?: boolean;
  /** Two quotation marks ask for what has no value (C.2.2.2.7, where negotiated). */
  readonly emptyValues?: boolean;
  /** Each value of a key must match (C.2.2.2.8, where negotiated). */
  readonly multipleValues?: boolean;
  /** Tags that are told and not asked: they match whatever is there. */
  readonly notKeys?: ReadonlySet<number>;
}

export type Matcher = (candidate: Candidate) => boolean;

/** The keys read once, to be held against many entities. */
export function identifierMatcher(identifier: DataSet, options: MatchOptions = {}): Matcher {
  const combined = options.combinedDateTime === true ? combinedKeys(identifier) : [];
  const combinedTags = new Set(combined.flatMap(({ date, time }) => [date.tag, time.tag]));
  const matchers = combined.map(
    (key): Matcher =>
      (candidate) =>
        matchesCombined(key, candidate),
  );
  for (const key of identifier.elements) {
    if (isNoKey(key.tag) || combinedTags.has(key.tag)) continue;
    if (options.notKeys?.has(key.tag) === true || isUniversal(key, identifier)) continue;
    matchers.push(keyMatcher(key, { identifier, options }));
  }
  return (candidate) => matchers.every((matches) => matches(candidate));
}

export function matchesIdentifier(
  { identifier, candidate }: { readonly identifier: DataSet; readonly candidate: Candidate },
  options: MatchOptions = {},
): boolean {
  return identifierMatcher(identifier, options)(candidate);
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

/** The items of a sequence that match the one item of a key (C.2.2.2.6). */
export function matchingItems(
  key: SequenceElement,
  { element }: Held,
  options: MatchOptions = {},
): readonly DataSet[] {
  const matches = itemMatcher(key, options);
  return element.kind === "sequence" ? element.items.filter(matches) : [];
}

function itemMatcher(key: SequenceElement, options: MatchOptions): (item: DataSet) => boolean {
  const [wanted] = key.items;
  if (wanted === undefined) return () => true;
  const matches = identifierMatcher(wanted, options);
  return (item) => matches(dataSetCandidate(item));
}

function keyMatcher(
  key: DataElement,
  { identifier, options }: { readonly identifier: DataSet; readonly options: MatchOptions },
): Matcher {
  const { tag } = key;
  if (key.kind === "sequence") {
    const matches = itemMatcher(key, options);
    return (candidate) => candidate.held(tag).some(({ element }) => itemsOf(element).some(matches));
  }
  if (key.kind !== "value") return () => false;
  const values = heldStrings({ element: key, holder: identifier });
  if (options.emptyValues === true && values.length === 1 && values[0] === EMPTY_VALUE) {
    return (candidate) => candidate.held(tag).length === 0;
  }
  if (values.length === 0) {
    // of no text, and of a VR that is not known
    return (candidate) => candidate.held(tag).some(({ element }) => sameOctets(key, element));
  }
  const each = values.map((value) => valueMatcher(value, key.vr));
  // a list of UIDs matches any entity that is on it, whatever was negotiated (C.2.2.2.2)
  const isEvery = options.multipleValues === true && key.vr !== "UI";
  return (candidate) =>
    candidate.held(tag).some((held) => {
      return isEvery
        ? each.every((matches) => matches(held))
        : each.some((matches) => matches(held));
    });
}

function valueMatcher(value: string, vr: string): (held: Held) => boolean {
  const isSame = (held: Held): boolean => heldStrings(held).includes(value);
  switch (vr) {
    case "DA":
    case "TM":
    case "DT": {
      const span = spanOfKey(value, vr);
      if (span === undefined) return isSame;
      return (held) =>
        heldStrings(held).some((text) => {
          const at = spanOfValue(text.trim(), vr);
          return at !== undefined && isWithin(at, span);
        });
    }
    case "PN": {
      const matches = personNameMatcher(value);
      return (held) => heldStrings(held).some(matches);
    }
    case "DS":
    case "IS": {
      const number = Number(value);
      return Number.isNaN(number) ? isSame : (held) => heldNumbers(held).includes(number);
    }
    default:
      if (!WILD_CARD_VRS.has(vr) || !hasWildCard(value)) return isSame;
      return (held) => heldStrings(held).some((text) => wildCardMatches(text, value));
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

/** PS3.4 C.2.2.2.7. */
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
