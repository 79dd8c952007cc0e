/**
 * Replays that were started from the dashboard: each is a process of its own (`dicomtap replay scu`),
 * so that neither forwarding nor the dashboard waits for it, and what it breaks is its own.
 *
 * Rule (P-14): a replay goes to loopback, or to an address that was allowed when the program was
 * started, and nowhere else.
 * Rule: bounded: `MAX_RUNNING` at once, `MAX_KEPT` in all, `MAX_EVENTS` events of each.
 */
import { randomUUID } from "node:crypto";
import { type Address, formatAddress, isThisMachine, parseAddress } from "../../address.ts";
import type { ReplayDetailJson, ReplayEvent, ReplayJson, ReplayRequest } from "../api_types.ts";
import { ApiError } from "../endpoint.ts";
import type { Entry } from "../library/entry.ts";
import { captureOfSelection } from "../selection/selection_capture.ts";
import type { DashboardState } from "../state.ts";
import { ReplayProcess } from "./replay_process.ts";

const MAX_RUNNING = 2;
const MAX_KEPT = 20;
const MAX_EVENTS = 10_000;

interface Kept {
  json: ReplayJson;
  readonly events: ReplayEvent[];
  process: ReplayProcess | undefined;
}

export class Replays {
  readonly #state: DashboardState;
  /** "host:port" besides loopback. */
  readonly #targets: readonly string[];
  readonly #kept = new Map<string, Kept>();

  constructor(state: DashboardState, targets: readonly string[]) {
    this.#state = state;
    this.#targets = targets;
  }

  /** Newest first. */
  list(): readonly ReplayJson[] {
    return [...this.#kept.values()].map(({ json }) => json).reverse();
  }

  get(id: string): ReplayDetailJson {
    const { json, events } = this.#find(id);
    return { ...json, events };
  }

  /** Throws an `ApiError` where it must not or cannot be started. */
  start(
    request: ReplayRequest,
    { entries, user }: { readonly entries: readonly Entry[]; readonly user: string },
  ): ReplayJson {
    const to = this.#allowed(request.to);
    const running = [...this.#kept.values()].filter(({ json }) => json.state === "running");
    if (running.length >= MAX_RUNNING) {
      throw new ApiError(409, { error: `${running.length} replays run already: stop one first` });
    }
    const kept: Kept = {
      json: {
        ...{ id: randomUUID(), state: "running", to: formatAddress(to) },
        keys: entries.map(({ key }) => key),
        started: new Date().toISOString(),
        ...{ ended: null, exit_code: null, user, error: null },
        ...{ exchanges: 0, same: 0, differs: 0, skipped: 0, failed: 0 },
      },
      events: [],
      process: undefined,
    };
    this.#keep(kept);
    kept.process = new ReplayProcess({
      capture: captureOfSelection(this.#state, entries),
      args: argumentsOf(request, to),
      event: (event) => this.#event(kept, event),
      ended: (end) => this.#ended(kept, end),
    });
    this.#tell(kept, []);
    return kept.json;
  }

  has(id: string): boolean {
    return this.#kept.has(id);
  }

  /** Does nothing where it has ended. */
  stop(id: string): ReplayJson {
    const kept = this.#find(id);
    if (kept.json.state === "running") {
      kept.json = { ...kept.json, state: "stopped" };
      kept.process?.stop();
      this.#tell(kept, []);
    }
    return kept.json;
  }

  /** The program ends. */
  stopAll(): void {
    for (const { process } of this.#kept.values()) process?.stop();
  }

  #find(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) throw new ApiError(404, { error: "There is no such replay" });
    return kept;
  }

  #allowed(text: string): Address {
    const address = parseAddress(text);
    if ("wrong" in address) throw new ApiError(400, { error: `Cannot read to: ${address.wrong}` });
    const { host = "127.0.0.1", port } = address;
    const whole = { host, port };
    if (isThisMachine(host) || this.#targets.includes(formatAddress(whole))) return whole;
    throw new ApiError(403, {
      error: `A replay from here goes to this machine only, not to ${formatAddress(whole)}`,
      hint: `Start dicomtap with --allow-replay ${formatAddress(whole)}, or replay from the command line.`,
    });
  }

  #keep(kept: Kept): void {
    this.#kept.set(kept.json.id, kept);
    for (const [id, { json }] of this.#kept) {
      if (this.#kept.size <= MAX_KEPT) break;
      if (json.state !== "running") this.#kept.delete(id);
    }
  }

  #event(kept: Kept, said: ReplayEvent): void {
    const event = named(said, kept.json.keys);
    kept.events.push(event);
    if (kept.events.length > MAX_EVENTS) kept.events.shift();
    if (event.event === "exchange") {
      const counts = { ...kept.json, exchanges: kept.json.exchanges + 1 };
      const outcome = event.outcome === "timeout" ? "failed" : event.outcome;
      if (outcome !== undefined) counts[outcome] += 1;
      kept.json = counts;
    }
    this.#tell(kept, [event]);
  }

  #ended(kept: Kept, { exitCode, error }: { exitCode: number | null; error: string | null }): void {
    const { state } = kept.json;
    // 1: something differs, which is an answer
    const worked = exitCode === 0 || exitCode === 1;
    kept.json = {
      ...kept.json,
      state: state === "stopped" ? state : worked ? "done" : "failed",
      ended: new Date().toISOString(),
      exit_code: exitCode,
      error: worked || state === "stopped" ? null : (error ?? lastReason(kept.events)),
    };
    kept.process = undefined;
    this.#tell(kept, []);
  }

  #tell({ json }: Kept, events: readonly ReplayEvent[]): void {
    this.#state.tellReplay({ replay: json, events });
  }
}

/** The capture of the selection counts its associations from 1: those of the user instead. */
function named(event: ReplayEvent, keys: readonly string[]): ReplayEvent {
  const key = event.event === "exchange" ? keys[(event.association ?? 0) - 1] : undefined;
  if (key === undefined) return event;
  const slash = key.lastIndexOf("/");
  const association = Number(key.slice(slash + 1));
  return { ...event, key, capture: key.slice(0, slash), association };
}

function lastReason(events: readonly ReplayEvent[]): string | null {
  return events.findLast(({ outcome }) => outcome === "failed")?.reason ?? null;
}

function argumentsOf(request: ReplayRequest, to: Address): string[] {
  const { speed, called_ae_title: called, calling_ae_title: calling, uids, dates } = request;
  const titles = [
    ...(calling === undefined ? [] : [`calling=${calling}`]),
    ...(called === undefined ? [] : [`called=${called}`]),
  ];
  return [
    ...["--to", formatAddress(to), "--yes", "--json"],
    ...(speed === undefined ? [] : ["--speed", speed]),
    ...(titles.length === 0 ? [] : ["--ae", titles.join(",")]),
    ...(uids === undefined ? [] : ["--uids", uids]),
    ...(dates === undefined ? [] : ["--dates", dates]),
  ];
}
