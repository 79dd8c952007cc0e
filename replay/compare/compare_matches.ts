/**
 * The matches of a C-FIND: as many, with the same content. PS3.4 C.4.1 gives them no order, so another
 * order is no difference; it is said.
 *
 * How they are paired: those that are the same at the same place; then the same ones anywhere; then
 * those that are the same but for UIDs that the peer made; then those of the same unique keys, which
 * differ in something else; the rest as they come. No UID is learnt from a guess while a better one is
 * left: two series of a study often differ in nothing else.
 */
import { createHash } from "node:crypto";
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement } from "../../src/dataset/element.ts";
import type { RecordedMessage } from "../recorded.ts";
import { compareMessages } from "./compare_messages.ts";
import { expectedUid } from "./compare_uids.ts";
import { recordedMessage } from "./compared_message.ts";
import type { Comparing } from "./comparison.ts";
import type { ExchangeMessage } from "./exchange_message.ts";
import { nameOf } from "./ignore_rules.ts";
import { typed, valueMeaning } from "./value_meaning.ts";

export interface Matches {
  readonly recorded: readonly RecordedMessage[];
  readonly live: readonly ExchangeMessage[];
}

export async function compareMatches(matches: Matches, comparing: Comparing): Promise<void> {
  const { recorded, live } = matches;
  const left = await inOrder(matches, comparing);
  if (left.length === 0 && live.length <= recorded.length) return;
  const pairing = new Pairing(matches, comparing);
  const others = live.map((_, at) => at).filter((at) => at >= recorded.length);
  await pairing.add(left, [...left.filter((at) => at < live.length), ...others]);
  for (const by of ["all", "all but UIDs", "unique keys"] as const) pairing.pairBy(by);
  await pairing.tell();
}

/** Places of recorded matches that are not the same as the live ones at their place. */
async function inOrder({ recorded, live }: Matches, comparing: Comparing): Promise<number[]> {
  const left: number[] = [];
  for (const [at, message] of recorded.entries()) {
    const other = live[at];
    const same =
      other !== undefined && comparePair(await recordedMessage(message), { other, at, comparing });
    if (!same) left.push(at);
  }
  return left;
}

/** True where the two are the same with the UIDs that are expected. */
function comparePair(
  one: ExchangeMessage,
  { other, at, comparing }: { other: ExchangeMessage; at: number; comparing: Comparing },
): boolean {
  const trial = comparing.trial({ exactUids: true });
  compareMessages(one, other, { comparing: trial, prefix: `[${at}].`, emptyIsAbsent: true });
  if (trial.same) comparing.keep(trial);
  return trial.same;
}

type By = "all" | "all but UIDs" | "unique keys";

interface Open {
  readonly at: number;
  readonly keys: Readonly<Record<By, string>>;
}

class Pairing {
  readonly #matches: Matches;
  readonly #comparing: Comparing;
  #recorded: readonly Open[] = [];
  #live: readonly Open[] = [];
  /** The surest ones first: that is the order in which UIDs are learnt. */
  readonly #pairs: { readonly recorded: number; readonly live: number }[] = [];
  #moved = 0;

  constructor(matches: Matches, comparing: Comparing) {
    this.#matches = matches;
    this.#comparing = comparing;
  }

  async add(recorded: readonly number[], live: readonly number[]): Promise<void> {
    const open: Open[] = [];
    for (const at of recorded) {
      const message = this.#matches.recorded[at] as RecordedMessage;
      const { dataSet } = await recordedMessage(message);
      open.push({ at, keys: keysOf(dataSet, { comparing: this.#comparing, isRecorded: true }) });
    }
    this.#recorded = open;
    this.#live = live.map((at) => {
      const { dataSet } = this.#matches.live[at] as ExchangeMessage;
      return { at, keys: keysOf(dataSet, { comparing: this.#comparing, isRecorded: false }) };
    });
  }

  pairBy(by: By): void {
    const byKey = new Map<string, Open[]>();
    for (const one of this.#live) {
      const others = byKey.get(one.keys[by]);
      if (others === undefined) byKey.set(one.keys[by], [one]);
      else others.push(one);
    }
    const used = new Set<Open>();
    this.#recorded = this.#recorded.filter((one) => {
      const other = one.keys[by] === "" ? undefined : byKey.get(one.keys[by])?.shift();
      if (other === undefined) return true;
      used.add(other);
      this.#pairs.push({ recorded: one.at, live: other.at });
      if (one.at !== other.at && by !== "unique keys") this.#moved += 1;
      return false;
    });
    this.#live = this.#live.filter((one) => !used.has(one));
  }

  /** Compares the pairs, says what is on one side only, and that the order is another. */
  async tell(): Promise<void> {
    const comparing = this.#comparing;
    const alike = Math.min(this.#recorded.length, this.#live.length);
    for (let at = 0; at < alike; at++) {
      const [one, other] = [this.#recorded[at] as Open, this.#live[at] as Open];
      this.#pairs.push({ recorded: one.at, live: other.at });
    }
    for (const { recorded, live } of this.#pairs) {
      const one = await recordedMessage(this.#matches.recorded[recorded] as RecordedMessage);
      const other = this.#matches.live[live] as ExchangeMessage;
      compareMessages(one, other, { comparing, prefix: `[${recorded}].`, emptyIsAbsent: true });
    }
    for (const { at } of this.#recorded.slice(alike)) {
      comparing.differs(`[${at}]`, { recorded: "a match", got: null });
    }
    for (const { at } of this.#live.slice(alike)) {
      comparing.differs(`[${at}]`, { recorded: null, got: "a match" });
    }
    if (this.#moved > 0) comparing.notes.add("the matches came in another order");
  }
}

interface KeyOptions {
  readonly comparing: Comparing;
  /** Its UIDs are looked up as they should be live. */
  readonly isRecorded: boolean;
}

/** Empty unique keys: the match has none. */
function keysOf(dataSet: DataSet | undefined, options: KeyOptions): Record<By, string> {
  const all = createHash("sha256");
  const withoutUids = createHash("sha256");
  const unique = new Map<number, string>();
  const collect = (level: DataSet, path: string): void => {
    for (const element of [...level.elements].sort((a, b) => a.tag - b.tag)) {
      const name = path === "" ? nameOf(element.tag) : `${path}.${nameOf(element.tag)}`;
      if (options.comparing.rules.ignore.element(element.tag, name)) continue;
      if (element.kind === "sequence") {
        for (const [at, item] of element.items.entries()) {
          withoutUids.update(`${name}[${at}]`);
          all.update(`${name}[${at}]`);
          collect(item, name);
        }
        continue;
      }
      const { text, isUid } = textOf(element, level, options);
      if (text === "") continue;
      all.update(`${name}=${text}\n`);
      if (!isUid) withoutUids.update(`${name}=${text}\n`);
      if (UNIQUE.has(element.tag) && !unique.has(element.tag)) unique.set(element.tag, text);
    }
  };
  if (dataSet !== undefined) collect(dataSet, "");
  const [key] = [...UNIQUE].flatMap((tag) => {
    const text = unique.get(tag);
    return text === undefined ? [] : [`${nameOf(tag)}=${text}`];
  });
  return {
    all: all.digest("base64"),
    "all but UIDs": withoutUids.digest("base64"),
    "unique keys": key ?? "",
  };
}

function textOf(
  element: Exclude<DataElement, { kind: "sequence" }>,
  holder: DataSet,
  { comparing, isRecorded }: KeyOptions,
): { readonly text: string; readonly isUid: boolean } {
  if (element.kind !== "value") return { text: element.kind, isUid: false };
  const known = typed(element);
  const { text } = valueMeaning(known, holder);
  const { tag, vr } = known;
  if (vr === "UI") {
    const uids = text === "" ? [] : text.split("\\");
    const live = isRecorded ? uids.map((uid) => expectedUid(uid, comparing.uids)) : uids;
    return { text: [...live].sort().join("\\"), isUid: true };
  }
  if (!isRecorded || (vr !== "AE" && vr !== "DA" && vr !== "DT")) return { text, isUid: false };
  const { rewriter, association } = comparing.rules;
  return { text: rewriter.expectedText(text, { tag, vr, association }), isUid: false };
}

/** Of the Query/Retrieve models (PS3.4 C.6), of worklists (K.6) and of UPS (CC.2), the finest first. */
const UNIQUE: ReadonlySet<number> = new Set([
  0x00080018, // SOP Instance UID
  0x0020000e, // Series Instance UID
  0x0020000d, // Study Instance UID
  0x00401001, // Requested Procedure ID
  0x00400009, // Scheduled Procedure Step ID
  0x00080050, // Accession Number
  0x00100020, // Patient ID
]);
