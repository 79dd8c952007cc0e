/** Stories of the dashboard's associations: of those that match a filter, and of one and its like. */
import { StoryBook } from "../../meaning/story.ts";
import { type StoryJson, storyJson } from "../../meaning/story_json.ts";
import type { LinkedAssociation, StoriesJson } from "../api_types.ts";
import { type Entry, entryKey } from "../library/entry.ts";
import type { DashboardState } from "../state.ts";
import type { Narrated, Narrations } from "./narrations.ts";

/** Associations that are looked into for one answer. */
const MAX_ASSOCIATIONS = 2_000;

/** Before and after one, for what is linked to it. */
const NEIGHBOURS = 150;

const STORIES_MS = 4_000;
const LINKS_MS = 800;

/** Stories of one answer, the newest ones. */
const MAX_STORIES = 500;

/** Lines of one story that are told. */
const MAX_LINES = 500;

export class StoryShelf {
  readonly #state: DashboardState;
  readonly #narrations: Narrations;

  constructor(state: DashboardState, narrations: Narrations) {
    this.#state = state;
    this.#narrations = narrations;
  }

  /** `entries`: newest first. */
  async stories(entries: readonly Entry[]): Promise<StoriesJson> {
    const wanted = entries.slice(0, MAX_ASSOCIATIONS);
    const narrated = await this.#narrations.of(wanted, STORIES_MS);
    const book = bookOf(narrated);
    const { stories, alone } = book.stories();
    const told = stories.slice(-MAX_STORIES).reverse();
    const notes: string[] = [];
    if (book.left > 0) notes.push(`${book.left} exchanges more than fit: give a filter`);
    if (book.leftKeys > 0) notes.push("More UIDs than fit: stories may have come apart");
    if (stories.length > MAX_STORIES) notes.push(`The newest ${MAX_STORIES} of ${stories.length}`);
    return {
      stories: told.map((story, at) => withKeys(storyJson(story, at + 1))),
      alone,
      looked_into: narrated.length,
      associations: entries.length,
      notes,
    };
  }

  /** Other associations in the stories of this one. */
  async linkedTo(entry: Entry): Promise<readonly LinkedAssociation[]> {
    const all = this.#state.list.newestFirst();
    const at = all.findIndex(({ key }) => key === entry.key);
    const near = all.slice(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1);
    // the nearest first: they are the likeliest, and the time is limited
    const byDistance = [...near].sort(
      (a, b) => Math.abs(a.started - entry.started) - Math.abs(b.started - entry.started),
    );
    const narrated = await this.#narrations.of(byDistance, LINKS_MS);
    const linked = new Map<string, LinkedAssociation>();
    for (const { lines } of bookOf(narrated).stories().stories) {
      const keys = new Set(lines.map(({ capture, association }) => entryKey(capture, association)));
      if (!keys.has(entry.key)) continue;
      for (const line of lines) {
        const key = entryKey(line.capture, line.association);
        const other = this.#state.list.get(key);
        if (key === entry.key || other === undefined || linked.has(key)) continue;
        linked.set(key, {
          key,
          calling_ae_title: line.callingAeTitle,
          called_ae_title: line.calledAeTitle,
          started: other.started === 0 ? null : new Date(other.started).toISOString(),
          outcome: other.outcome,
          meaning: line.sentence.text + (line.count > 1 ? ` (${line.count} like this)` : ""),
          linked_by: line.linkedBy ?? "study, instance or transaction",
        });
      }
    }
    return [...linked.values()];
  }
}

function bookOf(narrated: readonly Narrated[]): StoryBook {
  const book = new StoryBook();
  const inTime = [...narrated].sort((a, b) => a.entry.started - b.entry.started);
  for (const { entry, exchanges } of inTime) {
    for (const { sentence, at, endAt } of exchanges) {
      book.add(sentence, {
        capture: entry.capture,
        captureId: entry.found?.captureId.join(".") ?? entry.capture,
        association: entry.id,
        callingAeTitle: entry.calling === "" ? "?" : entry.calling,
        calledAeTitle: entry.called === "" ? "?" : entry.called,
        at,
        endAt,
      });
    }
  }
  return book;
}

function withKeys(story: StoryJson): StoriesJson["stories"][number] {
  const lines = story.lines.slice(0, MAX_LINES);
  return {
    ...story,
    lines: lines.map((line) => ({ ...line, key: entryKey(line.capture, line.association) })),
  };
}
