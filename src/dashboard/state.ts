/**
 * What the dashboard knows: the associations of the proxy as the recorder's thread tells them, and
 * those of the captures that it reads itself. It is told; it can delay nobody.
 *
 * Rule: everything kept here is bounded: `EntryList`, `Notes`, and the sparks of open associations.
 */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import type { AssociationJson } from "../observe/summary.ts";
import type { AssociationRow, CapturesJson, HealthJson, ReplayNews } from "./api_types.ts";
import { CaptureLibrary, type OpenedAssociation } from "./library/capture_library.ts";
import { type Entry, entryKey, entryOf, rowOf } from "./library/entry.ts";
import { EntryList } from "./library/entry_list.ts";
import { judgeEntry } from "./library/judge_entry.ts";
import { Spark } from "./library/spark.ts";
import { SummaryShelf } from "./library/summary_shelf.ts";
import { Notes } from "./notes.ts";

/** Is told what changed. Must not throw, and must not wait. */
export interface Listener {
  entry?(entry: Entry): void;
  gone?(key: string): void;
  health?(): void;
  captures?(): void;
  replay?(news: ReplayNews): void;
}

export interface DashboardStateOptions {
  /** Directories and files with captures; none where nothing is recorded. */
  readonly places?: readonly string[];
  /** False: captures only, nothing is forwarded. */
  readonly proxy?: boolean;
  readonly maxEntries?: number;
}

/** Half of the key of what is in no capture. */
const UNRECORDED = "live";

/** Milliseconds between looks at the directories. */
const LOOK_INTERVAL = 1_000;

/** Milliseconds between slices of reading beside a proxy: it needs the time more. */
const PAUSE_BESIDE_PROXY = 40;

/** Rests between checks of captures, in lengths of the checks, where there is no proxy. */
const CHECK_REST = 1;

/** Open associations whose activity is drawn. */
const MAX_SPARKS = 2_000;

export class DashboardState {
  readonly proxy: boolean;
  readonly list: EntryList;
  readonly library: CaptureLibrary;
  readonly notes: Notes;
  readonly #shelf = new SummaryShelf();
  readonly #listeners = new Set<Listener>();
  readonly #sparks = new Map<string, { readonly spark: Spark; bytes: number }>();
  readonly #live = new Set<string>();
  #health: HealthJson = {
    forwarding: false,
    recording: "off",
    reason: null,
    counters: {},
    routes: [],
  };
  #version = 0;
  #goneVersion = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DashboardStateOptions = {}) {
    const { places = [], proxy = false, maxEntries } = options;
    this.proxy = proxy;
    this.list = new EntryList(
      (filter, entry) => judgeEntry(filter, entry, this.library.pathOf(entry.capture)),
      maxEntries,
    );
    this.library = new CaptureLibrary({
      places,
      list: this.list,
      shelf: this.#shelf,
      nextVersion: () => this.#nextVersion(),
      put: (entry) => this.#putRead(entry),
      gone: (key) => this.#gone(key),
      capturesChanged: () => this.#tell((listener) => listener.captures?.()),
      ...(proxy ? { pauseMs: PAUSE_BESIDE_PROXY } : { checkRest: CHECK_REST }),
    });
    this.notes = new Notes(directoryOf(places[0]));
  }

  get health(): HealthJson {
    return this.#health;
  }

  /** That of the newest entry. */
  get version(): number {
    return this.#version;
  }

  /** That of the last change that took something from the list: the list itself does not tell. */
  get goneVersion(): number {
    return this.#goneVersion;
  }

  /** Looks at the captures now, and again and again until `stop`. */
  start(): Promise<void> {
    const look = async () => {
      await this.library.refresh();
      this.library.check();
    };
    this.#timer = setInterval(look, LOOK_INTERVAL);
    this.#timer.unref();
    return look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.library.stop();
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setHealth(health: HealthJson): void {
    const isSame = JSON.stringify(health) === JSON.stringify(this.#health);
    this.#health = health;
    if (!isSame) this.#tell((listener) => listener.health?.());
  }

  /** An association of the proxy opened, changed or ended. */
  setAssociation(summary: AssociationJson): void {
    const capture = summary.capture === "" ? UNRECORDED : summary.capture;
    const key = entryKey(capture, summary.id);
    const known = this.list.get(key);
    // its capture may have been read to the end before the last news came
    if (known !== undefined && known.outcome !== "open" && summary.outcome === "open") return;
    if (capture !== UNRECORDED) {
      const before = entryKey(UNRECORDED, summary.id);
      if (this.list.get(before) !== undefined) this.#gone(before);
      this.#setLive(capture);
    }
    const { routes } = this.#health;
    const place = {
      capture,
      found: known?.found,
      whole: known?.whole ?? false,
      route: known?.route ?? (routes.length === 1 ? (routes[0]?.listen ?? null) : null),
      version: this.#nextVersion(),
    };
    const entry = entryOf(summary, place, this.#shelf);
    if (entry === undefined) return;
    entry.spark = this.#sparkOf(entry);
    this.#put(entry);
  }

  captures(): CapturesJson {
    const { captures, ...rest } = this.library.json();
    const counts = new Map<string, number>();
    for (const { capture } of this.list.newestFirst()) {
      if (this.#live.has(capture)) counts.set(capture, (counts.get(capture) ?? 0) + 1);
    }
    const { problem } = this.notes;
    return {
      ...rest,
      // of one that is being written the recorder's thread knows more than was read
      captures: captures.map((one) => {
        const associations = Math.max(one.associations, counts.get(one.capture) ?? 0);
        return { ...one, associations };
      }),
      problems: problem === undefined ? rest.problems : [...rest.problems, problem],
    };
  }

  row(entry: Entry): AssociationRow {
    return rowOf(entry, this.notes.marksOf(entry.key));
  }

  open(key: string): Promise<OpenedAssociation | undefined> {
    return this.library.open(key);
  }

  tellReplay(news: ReplayNews): void {
    this.#tell((listener) => listener.replay?.(news));
  }

  /** Notes or a mark of an association changed: its row is told again. */
  touch(key: string): void {
    const entry = this.list.get(key);
    if (entry !== undefined) this.#put({ ...entry, version: this.#nextVersion() });
  }

  /** From a capture. One that grows is read later than the recorder's thread tells of it. */
  #putRead(entry: Entry): void {
    const known = this.list.get(entry.key);
    const isBehind = known !== undefined && known.outcome !== "open" && entry.outcome === "open";
    const { found, whole, version } = entry;
    this.#put(isBehind ? { ...known, found, whole, version } : entry);
  }

  #put(entry: Entry): void {
    const known = this.list.get(entry.key);
    if (known?.spark !== undefined && entry.spark === undefined) entry.spark = known.spark;
    const { left } = this.list;
    this.list.put(entry);
    if (this.list.left > left) this.#goneVersion = this.#nextVersion();
    this.#tell((listener) => listener.entry?.(entry));
  }

  #gone(key: string): void {
    this.list.delete(key);
    this.#goneVersion = this.#nextVersion();
    this.#tell((listener) => listener.gone?.(key));
  }

  #tell(say: (listener: Listener) => void): void {
    for (const listener of this.#listeners) say(listener);
  }

  #nextVersion(): number {
    this.#version += 1;
    return this.#version;
  }

  #setLive(capture: string): void {
    if (this.#live.has(capture)) return;
    this.#live.add(capture);
    this.library.setLive(this.#live);
  }

  /** From what passed since the last news. */
  #sparkOf({ key, bytes, durationMs, outcome }: Entry): readonly number[] | null {
    const drawn = this.#sparks.get(key) ?? { spark: new Spark(20), bytes: 0 };
    if (bytes > drawn.bytes) drawn.spark.add(durationMs, bytes - drawn.bytes);
    drawn.bytes = bytes;
    if (outcome === "open") this.#sparks.set(key, drawn);
    else this.#sparks.delete(key);
    for (const oldest of this.#sparks.keys()) {
      if (this.#sparks.size <= MAX_SPARKS) break;
      this.#sparks.delete(oldest);
    }
    return drawn.spark.parts();
  }
}

function directoryOf(place: string | undefined): string | undefined {
  if (place === undefined) return undefined;
  return statSync(place, { throwIfNoEntry: false })?.isFile() === true ? dirname(place) : place;
}
