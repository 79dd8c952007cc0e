/**
 * Which C-MOVE or C-GET caused a C-STORE.
 *
 * - C-GET: on the same association, invoked by the acceptor while the C-GET is outstanding (PS3.4
 *   C.4.3).
 * - C-MOVE: Move Originator Application Entity Title and Move Originator Message ID say so (PS3.7
 *   9.3.1.1; PS3.4 C.4.2). A Message ID returns soon (many SCUs start at 1 on each association), so of
 *   the C-MOVEs that fit the newest one that had begun is taken.
 * - Where an SCP leaves them out: the AE that was asked to move is the one that stores, to the AE
 *   that was named as destination, while the C-MOVE is outstanding, and what that asked for.
 */
import type { Links } from "./link_keys.ts";
import type { LinkedBy, StoryLine } from "./story.ts";

/** What is looked at of a line. */
export interface LinkLine
  extends Pick<
    StoryLine,
    "captureId" | "association" | "from" | "to" | "invoker" | "at" | "endAt"
  > {
  readonly sentence: {
    readonly exchange: Pick<StoryLine["sentence"]["exchange"], "command" | "messageId">;
    readonly links: Pick<Links, "originator" | "destination" | "studies" | "series" | "instances">;
  };
}

export interface MoveLink<Line extends LinkLine = StoryLine> {
  readonly store: Line;
  readonly cause: Line;
  readonly by: LinkedBy;
}

/** Clocks of two captures, and the stores that end after the final response: microseconds. */
const SLACK = 2_000_000;

/** Archives that answer first and store later take so long at most. */
const LATER = 3_600_000_000;

export function* moveLinks<Line extends LinkLine>(
  lines: readonly Line[],
): Generator<MoveLink<Line>> {
  const causes = new Map<string, Line[]>();
  for (const line of lines) {
    for (const key of causeKeys(line)) {
      const list = causes.get(key);
      if (list === undefined) causes.set(key, [line]);
      else list.push(line);
    }
  }
  for (const list of causes.values()) list.sort((a, b) => a.at - b.at);
  for (const store of lines) {
    if (store.sentence.exchange.command !== "C-STORE-RQ") continue;
    const found = byGet(store, causes) ?? byOriginator(store, causes) ?? byTitles(store, causes);
    if (found !== undefined) yield { store, ...found };
  }
}

type Causes<Line> = ReadonlyMap<string, readonly Line[]>;
type Found<Line> = { readonly cause: Line; readonly by: LinkedBy } | undefined;

/** Under which a cause is looked for. */
function causeKeys(line: LinkLine): string[] {
  const { exchange, links } = line.sentence;
  switch (exchange.command) {
    case "C-GET-RQ":
      return [`get ${line.captureId} ${line.association}`];
    case "C-MOVE-RQ":
      return [
        `originator ${line.from} ${exchange.messageId}`,
        `titles ${line.to} > ${links.destination ?? ""}`,
      ];
    default:
      return [];
  }
}

function byGet<Line extends LinkLine>(store: Line, causes: Causes<Line>): Found<Line> {
  const gets = causes.get(`get ${store.captureId} ${store.association}`) ?? [];
  const cause = newest(gets, store, { later: 0 });
  if (cause === undefined || cause.invoker === store.invoker) return undefined;
  return { cause, by: "association" };
}

function byOriginator<Line extends LinkLine>(store: Line, causes: Causes<Line>): Found<Line> {
  const { originator } = store.sentence.links;
  if (originator === undefined) return undefined;
  const moves = causes.get(`originator ${originator.aeTitle} ${originator.messageId}`) ?? [];
  // of two that fit, the one that named this destination
  const here = moves.filter(({ sentence }) => sentence.links.destination === store.to);
  const cause = newest(here, store, { later: LATER }) ?? newest(moves, store, { later: LATER });
  return cause && { cause, by: "move originator" };
}

function byTitles<Line extends LinkLine>(store: Line, causes: Causes<Line>): Found<Line> {
  const { links } = store.sentence;
  if (links.originator !== undefined) return undefined;
  const moves = (causes.get(`titles ${store.from} > ${store.to}`) ?? []).filter((move) =>
    asksFor(move.sentence.links, links),
  );
  const cause = newest(moves, store, { later: 0 });
  return cause && { cause, by: "AE titles and time" };
}

type Named = LinkLine["sentence"]["links"];

/** Whether what is stored is of the studies, series and instances that a C-MOVE names. */
function asksFor(move: Named, store: Named): boolean {
  return (["studies", "series", "instances"] as const).every((level) => {
    const [stored] = store[level];
    return move[level].length === 0 || stored === undefined || move[level].includes(stored);
  });
}

/** Of causes that fit, so many are looked at, the newest first. */
const MAX_LOOKED_AT = 64;

/**
 * The last one that had begun and had not ended; failing that, one that is near enough. `lines` are
 * in the order of time.
 */
function newest<Line extends LinkLine>(
  lines: readonly Line[],
  store: Line,
  { later }: { readonly later: number },
): Line | undefined {
  const end = firstAfter(lines, store.at + SLACK);
  const near = lines.slice(Math.max(0, end - MAX_LOOKED_AT), end);
  return (
    near.findLast((line) => line.at <= store.at && store.at <= line.endAt) ??
    near.findLast((line) => line.at <= store.at && store.at <= line.endAt + later + SLACK) ??
    near.findLast((line) => store.at <= line.endAt + SLACK)
  );
}

/** How many of the lines begin at that time or before. */
function firstAfter(lines: readonly LinkLine[], at: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lines[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
