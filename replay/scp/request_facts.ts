/**
 * What a request, live or recorded, is compared by: its facts by path, and one text a level that is
 * the same for requests that match at that level.
 *
 * - C-FIND, C-MOVE, C-GET: `keys` are the Query/Retrieve Level and the keys with a value (PS3.4
 *   C.2.2.2); `exact` has the return keys and the Move Destination too.
 * - C-STORE: `exact` is the same SOP instance. Modalities make new ones, so `order` is the usual level.
 * - N services: `keys` are the instance and the type of the action or event; `exact` has all values.
 *   An instance that is made by the request is nobody's key.
 */
import { createHash } from "node:crypto";
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { CommandValues } from "../../src/io/association.ts";
import { type OperationName, operation } from "../../src/service/operation.ts";
import type { Difference } from "../events.ts";
import { type Fact, type Facts, isUniversal, valueFacts } from "./value_facts.ts";

export const LEVELS = ["exact", "keys", "shape", "order"] as const;
export type RecordedLevel = (typeof LEVELS)[number];

export interface RequestFacts {
  /** Absent: at this level nothing is like it. */
  readonly levels: Readonly<Partial<Record<RecordedLevel, string>>>;
  readonly facts: Facts;
}

export interface RequestParts {
  readonly operation: OperationName;
  readonly values: CommandValues;
  /** As the recording has it. */
  readonly sopInstanceUid: string | undefined;
  /** Undefined where there is none, or it is too long to be held. */
  readonly dataSet: DataSet | undefined;
  /** Names are the same keys in any case; not unless told. */
  readonly anyCase?: boolean;
}

export function requestFacts(parts: RequestParts): RequestFacts {
  const facts = new Map<string, Fact>(commandFacts(parts));
  // There may be very many of them, and nothing but the instance tells one from another.
  if (parts.operation === "C-STORE") {
    return { levels: { exact: parts.sopInstanceUid ?? "", order: "" }, facts };
  }
  const types = entriesOf(facts).filter(([path]) => TYPES.has(path));
  for (const [path, fact] of parts.dataSet === undefined ? [] : valueFacts(parts.dataSet)) {
    facts.set(path, fact);
  }
  const all = entriesOf(facts);
  const order = digest(types);
  const levels = (keys: readonly Entry[] | undefined, shape: readonly Entry[]) => ({
    exact: digest(all),
    ...(keys !== undefined && { keys: digest(keys) }),
    shape: digest([...types, ...shape.map(([path]) => path)]),
    order,
  });
  switch (parts.operation) {
    case "C-ECHO":
      return { levels: { exact: order }, facts };
    case "C-FIND":
    case "C-GET":
    case "C-MOVE": {
      const keys = all.filter(isKey);
      const folded = keys.map(([path, value]): Entry => {
        return [path, (parts.anyCase === true ? facts.get(path)?.anyCase : undefined) ?? value];
      });
      return { levels: levels(folded, keys), facts };
    }
    case "N-CREATE": {
      const given = all.filter(([path]) => !INSTANCES.has(path));
      return { levels: { ...levels(undefined, given), exact: digest(given) }, facts };
    }
    case "N-GET":
    case "N-SET":
    case "N-ACTION":
    case "N-DELETE":
    case "N-EVENT-REPORT": {
      const instance = all.filter(([path]) => INSTANCES.has(path));
      return { levels: levels([...types, ...instance], all), facts };
    }
    default:
      return parts.operation satisfies never;
  }
}

/**
 * What differs, patients masked unless `showPatient`. `keysOnly` leaves out what matches everything on
 * both sides or is on neither: return keys.
 */
export function differences(
  recorded: Facts,
  got: Facts,
  { showPatient, keysOnly }: { readonly showPatient: boolean; readonly keysOnly: boolean },
): readonly Difference[] {
  const found: Difference[] = [];
  for (const path of new Set([...recorded.keys(), ...got.keys()])) {
    if (found.length >= MAX_DIFFERENCES) break;
    const before = recorded.get(path);
    const now = got.get(path);
    if (before?.value === now?.value) continue;
    if (keysOnly && isUniversal(before?.value ?? "") && isUniversal(now?.value ?? "")) continue;
    const shown = (fact: Fact | undefined): string | null => {
      if (fact === undefined) return null;
      const masked = fact.isPatient && !showPatient && !isUniversal(fact.value);
      return masked ? "***" : shortened(fact.value);
    };
    found.push({ path, recorded: shown(before), got: shown(now) });
  }
  return found;
}

/**
 * The share of what the two have that is the same: from 0 to 1 in hundredths, and 1 only where nothing
 * differs.
 */
export function score(
  recorded: Facts,
  got: Facts,
  { keysOnly }: { readonly keysOnly: boolean },
): number {
  let all = 0;
  let same = 0;
  for (const path of new Set([...recorded.keys(), ...got.keys()])) {
    const [before, now] = [recorded.get(path)?.value, got.get(path)?.value];
    if (keysOnly && isUniversal(before ?? "") && isUniversal(now ?? "")) continue;
    all++;
    if (before === now) same++;
  }
  return all === 0 ? 1 : Math.floor((same * 100) / all) / 100;
}

/** Differences that one request is explained by. */
const MAX_DIFFERENCES = 20;
const MAX_SHOWN = 128;

function* commandFacts({
  operation: name,
  values,
  sopInstanceUid,
}: RequestParts): Iterable<[string, Fact]> {
  for (const keyword of [...TYPES, "MoveDestination", "AttributeIdentifierList"]) {
    const value = values[keyword];
    if (value === undefined || value === null) continue;
    const text = Array.isArray(value) ? [...value].sort().join("\\") : String(value);
    yield [keyword, { value: text, isPatient: false }];
  }
  const { instanceElement } = operation(name);
  if (sopInstanceUid !== undefined && instanceElement !== undefined) {
    yield [instanceElement, { value: sopInstanceUid, isPatient: false }];
  }
}

/** Universal keys ask for a value and match everything; a destination is where to, not what. */
function isKey([path, value]: Entry): boolean {
  return path !== "MoveDestination" && !isUniversal(value);
}

/** The same for the same entries, in whatever order they came. */
function digest(entries: Iterable<unknown>): string {
  const lines = Array.from(entries, (entry) => JSON.stringify(entry)).sort();
  return createHash("sha256").update(lines.join("\n")).digest("base64");
}

function entriesOf(facts: Facts): readonly Entry[] {
  return Array.from(facts, ([path, { value }]) => [path, value]);
}

type Entry = readonly [path: string, value: string];

function shortened(value: string): string {
  return value.length <= MAX_SHOWN ? value : `${value.slice(0, MAX_SHOWN)}…`;
}

const INSTANCES: ReadonlySet<string> = new Set([
  "AffectedSOPInstanceUID",
  "RequestedSOPInstanceUID",
]);
const TYPES: ReadonlySet<string> = new Set(["ActionTypeID", "EventTypeID"]);
