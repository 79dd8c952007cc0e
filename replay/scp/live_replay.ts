/** What all associations of a replay share: its pace, the state of services, work beside the traffic. */
import type { TransportTap } from "../../src/io/transport_tap.ts";
import type { RecordedSource } from "../record/recorded_connection.ts";
import { type Pace, pauseMs, wait } from "../scu/pace.ts";
import { InstanceMap } from "./instance_map.ts";
import type { NamedStates } from "./named_states.ts";
import { DEFAULT_MAX_GAP, type ReplayScpOptions } from "./options.ts";
import type { LiveServer } from "./responder.ts";
import { StateMap } from "./state_map.ts";

export class LiveReplay implements LiveServer {
  readonly state = new StateMap();
  readonly instances = new InstanceMap();
  readonly states: NamedStates;
  readonly showPatient: boolean;
  readonly #pace: Pace;
  readonly #stopping = new AbortController();
  readonly #beside = new Set<Promise<void>>();
  readonly #warn: (text: string) => void;
  readonly #tap: LiveServer["tap"];

  constructor(options: ReplayScpOptions, { states, tap }: Pick<LiveServer, "states" | "tap">) {
    const { speed = 1, maxGap = DEFAULT_MAX_GAP, showPatient = false } = options;
    this.#pace = { speed, maxGapUs: maxGap * 1000 };
    this.showPatient = showPatient;
    this.#warn = options.onWarning ?? (() => undefined);
    this.states = states;
    this.#tap = tap;
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  pause(microseconds: number, canceled: AbortSignal): Promise<void> {
    return wait(pauseMs(this.#pace, microseconds), canceled);
  }

  tap(plays: RecordedSource | undefined): TransportTap | undefined {
    return this.#tap(plays);
  }

  warn(text: string): void {
    this.#warn(text);
  }

  /** Work that goes on beside the traffic, and must not reject. */
  beside(work: Promise<void>): void {
    this.#beside.add(work);
    work.finally(() => this.#beside.delete(work));
  }

  /** Resolves when no work is left. */
  async idle(): Promise<void> {
    while (this.#beside.size > 0) await Promise.all(this.#beside);
  }

  /** Long waits and retries end. */
  stop(): void {
    this.#stopping.abort();
  }
}
