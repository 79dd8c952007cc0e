/** Stories as JSON: for `show --story --json` and the dashboard. */
import type { ReportedEvent } from "./reported_event.ts";
import type { Story } from "./story.ts";

export interface StoryJson {
  readonly kind: "story";
  readonly id: number;
  readonly study_instance_uids: readonly string[];
  /** UTC with microseconds. */
  readonly started: string;
  readonly exchanges: number;
  readonly associations: number;
  readonly lines: readonly StoryLineJson[];
}

export interface StoryLineJson {
  readonly capture: string;
  readonly association: number;
  /** Of the request. */
  readonly index: number;
  readonly at: string;
  readonly duration_ms: number;
  /** AE that invoked, and AE that answered. */
  readonly from: string;
  readonly to: string;
  readonly command: string;
  readonly status: number | null;
  /** Exchanges that the line stands for. */
  readonly count: number;
  readonly meaning: string;
  /** Of an N-EVENT-REPORT that says that earlier requests came to nothing. */
  readonly reported?: ReportedEvent;
  /** How a C-STORE was found to belong to a C-MOVE or C-GET. */
  readonly linked_by?: string;
  /** Stories that the line is part of, where it is more than this one. */
  readonly in_stories?: number;
}

/** `number`: counts the stories from 1. */
export function storyJson(story: Story, number: number): StoryJson {
  return {
    kind: "story",
    id: number,
    study_instance_uids: story.studyInstanceUids,
    started: isoOf(story.lines[0]?.at ?? 0),
    exchanges: story.exchanges,
    associations: story.associations,
    lines: story.lines.map((line) => ({
      capture: line.capture,
      association: line.association,
      index: line.sentence.exchange.index,
      at: isoOf(line.at),
      duration_ms: Math.round(line.endAt - line.at) / 1000,
      from: line.from,
      to: line.to,
      command: line.sentence.exchange.command,
      status: line.sentence.exchange.status ?? null,
      count: line.count,
      meaning: `${line.sentence.request} -> ${line.sentence.result}`,
      ...(line.sentence.reported === undefined ? {} : { reported: line.sentence.reported }),
      ...(line.linkedBy === undefined ? {} : { linked_by: line.linkedBy }),
      ...(line.inStories > 1 ? { in_stories: line.inStories } : {}),
    })),
  };
}

/** Microseconds since 1970 as UTC with microseconds. */
export function isoOf(micros: number): string {
  const whole = Math.floor(micros);
  const seconds = new Date(Math.floor(whole / 1000)).toISOString().slice(0, -1);
  return `${seconds}${String(whole % 1000).padStart(3, "0")}Z`;
}
