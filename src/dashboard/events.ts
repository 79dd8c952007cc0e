/**
 * What is new, as server-sent events.
 *
 * Rule: one browser that stops reading costs `MAX_WAITING` keys and one event, no more: writes are
 * awaited, of one association only the newest state waits, and when more wait than that, the browser
 * is told to fetch everything again. After `STALL_MS` without progress it is dropped (O-07).
 * Rule: who comes back with the id of an event gets what is new since then, or is told to fetch
 * everything: where that was of another run, where it is too much, and where something went away.
 */
import { randomUUID } from "node:crypto";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { AssociationRow, DashboardEvent, ReplayEvent, ReplayNews } from "./api_types.ts";
import type { DashboardContext } from "./endpoint.ts";
import type { Entry } from "./library/entry.ts";
import type { EntryQuery } from "./library/entry_list.ts";
import type { DashboardState } from "./state.ts";

const MAX_WAITING = 1_000;

/** Rows of one event. */
const MAX_ROWS = 200;

/** Events of replays that wait. */
const MAX_REPLAY_EVENTS = 2_000;

const STALL_MS = 30_000;
const PING_MS = 15_000;

/** Milliseconds between two lists of captures, for each that is in it. */
const MS_PER_CAPTURE = 5;

/** Browsers at once; each has a handful of tabs. */
const MAX_STREAMS = 100;

/** Milliseconds in which changes are gathered into one event. */
const GATHER_MS = 100;

export interface StreamOptions {
  readonly filter: EntryQuery["filter"];
  /** The id of the last event that the browser had before it lost the connection, as it sent it. */
  readonly lastEventId: string | undefined;
  /** May see what a replay got, which can be patients' data. */
  readonly operates: boolean;
}

export class EventStreams {
  readonly #state: DashboardState;
  readonly #stallMs: number;
  /** Versions count from 0 in each run of the program. */
  readonly #runId = randomUUID().slice(0, 8);
  #count = 0;
  #dropped = 0;

  constructor(state: DashboardState, stallMs = STALL_MS) {
    this.#state = state;
    this.#stallMs = stallMs;
  }

  /** Browsers that listen now. */
  get count(): number {
    return this.#count;
  }

  /** Browsers that stopped reading and were let go. */
  get dropped(): number {
    return this.#dropped;
  }

  get full(): boolean {
    return this.#count >= MAX_STREAMS;
  }

  open(context: DashboardContext, { filter, lastEventId, operates }: StreamOptions): Response {
    const state = this.#state;
    this.#count += 1;
    return streamSSE(context, async (stream) => {
      const waiting = new Waiting(state, { filter, operates });
      const after = this.#versionOf(lastEventId);
      if (after === undefined || !waiting.catchUp(after)) waiting.lost = true;
      stream.onAbort(() => waiting.close());
      const end = state.listen(waiting);
      try {
        await this.#run(stream, waiting);
      } finally {
        end();
        this.#count -= 1;
      }
    });
  }

  /** Undefined where it is none of this run. */
  #versionOf(eventId = ""): number | undefined {
    const [, run, version] = /^(\w+)-(\d{1,15})$/.exec(eventId) ?? [];
    return run === this.#runId ? Number(version) : undefined;
  }

  async #run(stream: SSEStreamingApi, waiting: Waiting): Promise<void> {
    while (!stream.aborted && !waiting.closed) {
      for (const event of waiting.take()) {
        const written = stream.writeSSE({
          event: event.event,
          data: JSON.stringify(event.data),
          id: `${this.#runId}-${waiting.version}`,
        });
        if (!(await inTime(written, this.#stallMs))) {
          this.#dropped += 1;
          stream.abort();
          return;
        }
      }
      await waiting.some(PING_MS);
      if (!waiting.closed) await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    }
  }
}

/** What one browser was not told yet. */
class Waiting {
  closed = false;
  /** Everything has to be fetched again. */
  lost = false;
  /** Of the newest entry that was told. */
  version: number;
  readonly #state: DashboardState;
  readonly #filter: EntryQuery["filter"];
  readonly #operates: boolean;
  readonly #entries = new Map<string, Entry | undefined>();
  readonly #replays = new Map<string, { news: ReplayNews; events: ReplayEvent[] }>();
  #health = true;
  #captures = true;
  /** Not before this time: a list of thousands of captures is long. */
  #capturesFrom = 0;
  #wake: (() => void) | undefined;

  constructor(state: DashboardState, options: Pick<StreamOptions, "filter" | "operates">) {
    this.#state = state;
    this.#filter = options.filter;
    this.#operates = options.operates;
    this.version = state.version;
  }

  /** Entries that are newer than those of the last connection; false where they are too many. */
  catchUp(after: number): boolean {
    if (after < this.#state.goneVersion) return false;
    const missed = this.#state.list.newestFirst().filter(({ version }) => version > after);
    if (missed.length > MAX_WAITING) return false;
    for (const entry of missed) this.entry(entry);
    return true;
  }

  entry(entry: Entry): void {
    this.#add(entry.key, entry);
  }

  gone(key: string): void {
    this.#add(key, undefined);
  }

  health(): void {
    this.#health = true;
    this.#wake?.();
  }

  captures(): void {
    this.#captures = true;
    this.#wake?.();
  }

  replay(news: ReplayNews): void {
    const told = this.#operates ? news.events : [];
    const events = [...(this.#replays.get(news.replay.id)?.events ?? []), ...told];
    this.#replays.set(news.replay.id, { news, events: events.slice(-MAX_REPLAY_EVENTS) });
    this.#wake?.();
  }

  close(): void {
    this.closed = true;
    this.#wake?.();
  }

  /** Resolves when something waits, at the latest after `ms`. */
  async some(ms: number): Promise<void> {
    if (this.closed || this.#has) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.#wake = undefined;
  }

  /** What waits, as events; a ping where nothing does. */
  *take(): Generator<DashboardEvent> {
    const nothing = !this.#has;
    if (this.lost) {
      this.lost = false;
      this.#entries.clear();
      this.version = this.#state.version;
      yield { event: "hello", data: { all: this.#state.list.size } };
    }
    if (this.#health) {
      this.#health = false;
      yield { event: "health", data: this.#state.health };
    }
    if (this.#hasCaptures) {
      this.#captures = false;
      const data = this.#state.captures();
      this.#capturesFrom = performance.now() + data.captures.length * MS_PER_CAPTURE;
      yield { event: "captures", data };
    }
    while (this.#entries.size > 0) yield this.#associations();
    for (const [id, { news, events }] of this.#replays) {
      this.#replays.delete(id);
      yield { event: "replay", data: { ...news, events } };
    }
    if (nothing) yield { event: "ping", data: {} };
  }

  #associations(): DashboardEvent {
    const rows: AssociationRow[] = [];
    const gone: string[] = [];
    for (const [key, entry] of this.#entries) {
      if (rows.length + gone.length >= MAX_ROWS) break;
      this.#entries.delete(key);
      if (entry === undefined || !this.#state.list.matches(this.#filter, entry)) gone.push(key);
      else rows.push(this.#state.row(entry));
      this.version = Math.max(this.version, entry?.version ?? 0);
    }
    return { event: "associations", data: { rows, gone } };
  }

  get #hasCaptures(): boolean {
    return this.#captures && performance.now() >= this.#capturesFrom;
  }

  get #has(): boolean {
    return (
      this.lost ||
      this.#health ||
      this.#hasCaptures ||
      this.#entries.size > 0 ||
      this.#replays.size > 0
    );
  }

  #add(key: string, entry: Entry | undefined): void {
    if (this.lost) return;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > MAX_WAITING) {
      this.#entries.clear();
      this.lost = true;
    }
    this.#wake?.();
  }
}

async function inTime(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = await Promise.race([work.then(() => true as const), late]);
  clearTimeout(timer);
  return done;
}
