/** What endpoints work with. */
import type { EventStreams } from "../events.ts";
import type { DashboardState } from "../state.ts";

export interface Services {
  readonly state: DashboardState;
  readonly streams: EventStreams;
  /** "host:port" that a replay may go to besides loopback. */
  readonly replayTargets: readonly string[];
  /** Undefined where there is no proxy to be told. */
  readonly setRecording?: (on: boolean) => void;
}
