/** What endpoints work with. */
import { DetailCache } from "../detail/detail_cache.ts";
import { EventStreams } from "../events.ts";
import { Replays } from "../replay/replays.ts";
import type { DashboardState } from "../state.ts";
import { Narrations } from "../story/narrations.ts";
import { StoryShelf } from "../story/story_shelf.ts";

/** What happened since the start, for the metrics. */
export interface RequestCounts {
  limited: number;
  faults: number;
}

export interface Services {
  readonly counts: RequestCounts;
  readonly state: DashboardState;
  readonly streams: EventStreams;
  readonly details: DetailCache;
  readonly narrations: Narrations;
  readonly stories: StoryShelf;
  readonly replays: Replays;
  /** "host:port" that a replay may go to besides loopback. */
  readonly replayTargets: readonly string[];
  /** Is told where the dashboard itself is at fault: no value from the wire is in it. */
  readonly fault?: (text: string) => void;
  /** Undefined where there is no proxy to be told. */
  readonly setRecording?: (on: boolean) => void;
}

/** `options`: what the state does not say. */
export function createServices(
  state: DashboardState,
  options: Pick<Services, "replayTargets" | "setRecording" | "fault"> & {
    readonly stallMs?: number;
  },
): Services {
  const narrations = new Narrations(state);
  return {
    ...options,
    counts: { limited: 0, faults: 0 },
    state,
    streams: new EventStreams(state, options.stallMs),
    details: new DetailCache(state),
    narrations,
    stories: new StoryShelf(state, narrations),
    replays: new Replays(state, options.replayTargets),
  };
}
