/**
 * Exchanges of many associations, in as many captures, that belong together: told as stories.
 *
 * - Exchanges that share the UID of a study, an instance or a transaction (PS3.4 F, J, K, CC): MWL,
 *   MPPS, C-STORE and Storage Commitment of one study; N-ACTION and the later N-EVENT-REPORT.
 * - C-MOVE and C-GET with the C-STOREs that they cause (`move_links.ts`).
 *
 * An operation on several studies is part of the story of each (`story_groups.ts`).
 *
 * Objects of Print Management live as long as their association (PS3.4 H.2.2), so they link nothing
 * beyond it.
 *
 * Rule: bounded, "first come": `maxLines` lines and `maxKeys` keys of each kind (own, referred to,
 * seen); what comes behind is counted. C-STOREs that differ in nothing but the instance are one line.
 */
import type { Role } from "../role.ts";
import { moveLinks } from "./move_links.ts";
import type { Sentence } from "./narrator.ts";
import { type GroupLine, storyGroups } from "./story_groups.ts";
import { Unions } from "./unions.ts";

/** Where an exchange took place. Times are microseconds of the wall clock. */
export interface StoryPlace {
  /** Name of the file. */
  readonly capture: string;
  /** Tells captures apart that were joined to one file: their associations have the same numbers. */
  readonly captureId: string;
  readonly association: number;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
}

export interface StoryLine extends StoryPlace {
  readonly sentence: Sentence;
  /** AE that invoked, and AE that answered. */
  readonly from: string;
  readonly to: string;
  readonly invoker: Role;
  readonly at: number;
  /** When the newest exchange of the line ended. */
  readonly endAt: number;
  /** Exchanges that this line stands for; more than one for C-STOREs in a row. */
  readonly count: number;
  /** Octets of their data sets. */
  readonly length: number;
  /** How a C-STORE was found to belong to a C-MOVE or C-GET. */
  readonly linkedBy: LinkedBy | undefined;
  /** Stories that it is part of. */
  readonly inStories: number;
}

export type LinkedBy = "move originator" | "AE titles and time" | "association";

export interface Story {
  readonly studyInstanceUids: readonly string[];
  /** In the order of time. */
  readonly lines: readonly StoryLine[];
  readonly exchanges: number;
  readonly associations: number;
}

type OpenLine = { -readonly [K in keyof StoryLine]: StoryLine[K] };

export interface StoryBookOptions {
  readonly maxLines?: number;
  readonly maxKeys?: number;
}

const MAX_LINES = 100_000;
const MAX_KEYS = 500_000;

/** Studies of one exchange that its story is headed with. */
const MAX_STUDIES = 16;

/** UIDs of a level that a C-MOVE names: with more of them, what is stored is not held against them. */
const MAX_NAMED = 100;

export class StoryBook {
  /** Exchanges that were not taken in, because the book is full. */
  left = 0;
  /** Keys that were not taken in: stories may have come apart. */
  leftKeys = 0;
  readonly #maxLines: number;
  readonly #maxKeys: number;
  readonly #lines: OpenLine[] = [];
  readonly #unions = new Unions();
  /** The newest line of each association. */
  readonly #newest = new Map<string, OpenLine>();
  #exchanges = 0;
  /** Keys of others: a query that saw many leaves room for those that are referred to. */
  readonly #kept = { refers: 0, sees: 0 };

  constructor(options: StoryBookOptions = {}) {
    this.#maxLines = options.maxLines ?? MAX_LINES;
    this.#maxKeys = options.maxKeys ?? MAX_KEYS;
  }

  /** `at` and `endAt` of the exchange, microseconds of the wall clock. */
  add(
    sentence: Sentence,
    where: StoryPlace & { readonly at: number; readonly endAt: number },
  ): void {
    const { exchange, links } = sentence;
    const before = this.#newest.get(associationKey(where));
    if (before !== undefined && continues(before, sentence)) {
      before.count += 1;
      before.length += links.length;
      before.endAt = Math.max(before.endAt, where.endAt);
      this.#exchanges += 1;
      this.#bind(before, sentence);
      return;
    }
    if (this.#lines.length >= this.#maxLines) {
      this.left += 1;
      return;
    }
    const requested = exchange.invoker === "requestor";
    const line: OpenLine = {
      ...where,
      sentence: this.#shortened(sentence, where),
      from: requested ? where.callingAeTitle : where.calledAeTitle,
      to: requested ? where.calledAeTitle : where.callingAeTitle,
      invoker: exchange.invoker,
      count: 1,
      length: links.length,
      linkedBy: undefined,
      inStories: 0,
    };
    this.#exchanges += 1;
    this.#lines.push(line);
    this.#newest.set(associationKey(where), line);
    this.#bind(line, sentence);
  }

  /** Stories of two exchanges or more, by their first; and how many exchanges are in none. */
  stories(): { readonly stories: readonly Story[]; readonly alone: number } {
    const caused = new Map<OpenLine, string[]>();
    for (const { store, cause, by } of moveLinks(this.#lines)) {
      store.linkedBy = by;
      const stores = caused.get(cause);
      if (stores === undefined) caused.set(cause, [lineKey(store)]);
      else stores.push(lineKey(store));
    }
    const grouped = this.#lines.map((line) => groupLine(line, caused.get(line) ?? []));
    const told = new Set<OpenLine>();
    const stories: Story[] = [];
    for (const { members, guests } of storyGroups(grouped, this.#unions)) {
      const inTime = [...members, ...guests].sort((a, b) => a.line.at - b.line.at);
      const lines = inTime.map(({ line }) => line);
      const own = inTime.filter((grouped) => members.has(grouped));
      const exchanges = sum(lines, ({ count }) => count);
      if (exchanges < 2) continue;
      for (const line of lines) {
        line.inStories = told.has(line) ? line.inStories + 1 : 1;
        told.add(line);
      }
      stories.push({
        studyInstanceUids: studiesOf(own.map(({ line }) => line)),
        lines,
        exchanges,
        associations: new Set(lines.map(associationKey)).size,
      });
    }
    stories.sort((a, b) => (a.lines[0]?.at ?? 0) - (b.lines[0]?.at ?? 0));
    return { stories, alone: this.#exchanges - sum(told, ({ count }) => count) };
  }

  /** With the keys that are needed later, and no more: a report of commitment has thousands. */
  #shortened(sentence: Sentence, where: StoryPlace): Sentence {
    const { links } = sentence;
    const binds = links.binds.filter(isStudy).slice(0, MAX_STUDIES);
    const scope = isPrint(links.sopClassUid) ? `${associationKey(where)} ` : "";
    const refers = this.#some("refers", links.refers).map((key) => `${scope}${key}`);
    const sees = this.#some("sees", links.sees);
    const few = (uids: readonly string[]) => (uids.length > MAX_NAMED ? [] : uids);
    const named = {
      studies: few(links.studies),
      series: few(links.series),
      instances: few(links.instances),
    };
    return { ...sentence, links: { ...links, ...named, binds, refers, sees } };
  }

  #some(of: "refers" | "sees", keys: readonly string[]): readonly string[] {
    const some = keys.slice(0, Math.max(0, this.#maxKeys - this.#kept[of]));
    this.#kept[of] += some.length;
    this.leftKeys += keys.length - some.length;
    return some;
  }

  #bind(line: OpenLine, { links }: Sentence): void {
    const own = lineKey(line);
    for (const key of links.binds) {
      const scoped = isPrint(links.sopClassUid) ? `${associationKey(line)} ${key}` : key;
      if (this.#unions.size >= this.#maxKeys) this.leftKeys += 1;
      else this.#unions.join(own, scoped);
    }
  }
}

/** The same said again of another instance. */
function continues(line: OpenLine, { exchange, links, result }: Sentence): boolean {
  const { links: before, exchange: earlier, result: resultBefore } = line.sentence;
  return (
    exchange.command === "C-STORE-RQ" &&
    earlier.command === exchange.command &&
    earlier.invoker === exchange.invoker &&
    resultBefore === result &&
    before.sopClassUid === links.sopClassUid &&
    before.studies[0] === links.studies[0] &&
    before.originator?.aeTitle === links.originator?.aeTitle &&
    before.originator?.messageId === links.originator?.messageId
  );
}

function associationKey({ captureId, association }: StoryPlace): string {
  return `${captureId} #${association}`;
}

function groupLine(line: OpenLine, caused: readonly string[]): GroupLine & { line: OpenLine } {
  const { binds, refers, sees } = line.sentence.links;
  const hasStudy = binds.some(isStudy);
  return { line, key: lineKey(line), hasStudy, refers: [...refers, ...caused], sees };
}

function lineKey(line: StoryLine): string {
  return `line ${associationKey(line)} ${line.sentence.exchange.index}`;
}

/** All of 1.2.840.10008.5.1.1 but Media Creation Management. */
function isPrint(sopClassUid: string): boolean {
  return /^1\.2\.840\.10008\.5\.1\.1\.(?!33$)/.test(sopClassUid);
}

function studiesOf(lines: readonly StoryLine[]): string[] {
  const named = (of: "binds" | "refers") =>
    lines.flatMap(({ sentence }) => sentence.links[of].filter(isStudy).slice(0, MAX_STUDIES));
  const own = named("binds");
  return [...new Set(own.length > 0 ? own : named("refers"))].map((key) => key.slice(6));
}

function isStudy(key: string): boolean {
  return key.startsWith("study ");
}

function sum<T>(values: Iterable<T>, of: (value: T) => number): number {
  let total = 0;
  for (const value of values) total += of(value);
  return total;
}
