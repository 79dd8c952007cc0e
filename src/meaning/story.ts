/**
 * Exchanges of many associations, in as many captures, that belong together: told as stories.
 *
 * - Exchanges that share the UID of a study, an instance or a transaction (PS3.4 F, J, K, CC): MWL,
 *   MPPS, C-STORE and Storage Commitment of one study; N-ACTION and the later N-EVENT-REPORT.
 * - C-MOVE and C-GET with the C-STOREs that they cause (`move_links.ts`).
 *
 * Objects of Print Management live as long as their association (PS3.4 H.2.2), so they link nothing
 * beyond it.
 *
 * Rule: bounded, the policy is "first come": `maxLines` lines and `maxKeys` keys; what comes behind
 * is counted in `left`. C-STOREs in a row that differ in nothing but the instance are one line.
 */
import type { Role } from "../role.ts";
import { moveLinks } from "./move_links.ts";
import type { Sentence } from "./narrator.ts";
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
  #seen = 0;

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
      sentence: this.#kept(sentence),
      from: requested ? where.callingAeTitle : where.calledAeTitle,
      to: requested ? where.calledAeTitle : where.callingAeTitle,
      invoker: exchange.invoker,
      count: 1,
      length: links.length,
      linkedBy: undefined,
    };
    this.#exchanges += 1;
    this.#lines.push(line);
    this.#newest.set(associationKey(where), line);
    this.#bind(line, sentence);
  }

  /** Stories of two exchanges or more, by their first; and how many exchanges are in none. */
  stories(): { readonly stories: readonly Story[]; readonly alone: number } {
    const unions = this.#unions;
    for (const { store, cause, by } of moveLinks(this.#lines)) {
      (store as OpenLine).linkedBy = by;
      unions.join(lineKey(store), lineKey(cause));
    }
    const groups = new Map<string, Set<OpenLine>>();
    const put = (root: string, line: OpenLine) => {
      const group = groups.get(root);
      if (group === undefined) groups.set(root, new Set([line]));
      else group.add(line);
    };
    for (const line of this.#lines) {
      if (unions.isAlone(lineKey(line)) === false) put(unions.root(lineKey(line)), line);
    }
    // those that only see a story come once it is known to be one
    for (const line of this.#lines) {
      for (const key of line.sentence.links.sees) {
        const root = unions.find(key);
        if (root !== undefined && groups.has(root)) put(root, line);
      }
    }
    const told = new Set<OpenLine>();
    const stories: Story[] = [];
    for (const group of groups.values()) {
      const exchanges = sum(group, ({ count }) => count);
      if (exchanges < 2) continue;
      for (const line of group) told.add(line);
      const lines = [...group].sort((a, b) => a.at - b.at);
      stories.push({
        studyInstanceUids: studiesOf(lines),
        lines,
        exchanges,
        associations: new Set(lines.map(associationKey)).size,
      });
    }
    stories.sort((a, b) => (a.lines[0]?.at ?? 0) - (b.lines[0]?.at ?? 0));
    return { stories, alone: this.#exchanges - sum(told, ({ count }) => count) };
  }

  /** With the keys that are needed later, and no more: a report of commitment has thousands. */
  #kept(sentence: Sentence): Sentence {
    const { links } = sentence;
    const binds = links.binds.filter((key) => key.startsWith("study ")).slice(0, MAX_STUDIES);
    const sees = links.sees.slice(0, Math.max(0, this.#maxKeys - this.#seen));
    this.#seen += sees.length;
    this.leftKeys += links.sees.length - sees.length;
    const few = (uids: readonly string[]) => (uids.length > MAX_NAMED ? [] : uids);
    const named = {
      studies: few(links.studies),
      series: few(links.series),
      instances: few(links.instances),
    };
    return { ...sentence, links: { ...links, ...named, binds, sees } };
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

function lineKey(line: StoryLine): string {
  return `line ${associationKey(line)} ${line.sentence.exchange.index}`;
}

/** All of 1.2.840.10008.5.1.1 but Media Creation Management. */
function isPrint(sopClassUid: string): boolean {
  return /^1\.2\.840\.10008\.5\.1\.1\.(?!33$)/.test(sopClassUid);
}

function studiesOf(lines: readonly StoryLine[]): string[] {
  const studies = new Set<string>();
  for (const { sentence } of lines) {
    for (const key of sentence.links.binds) {
      if (key.startsWith("study ")) studies.add(key.slice(6));
    }
  }
  return [...studies];
}

function sum<T>(values: Iterable<T>, of: (value: T) => number): number {
  let total = 0;
  for (const value of values) total += of(value);
  return total;
}
