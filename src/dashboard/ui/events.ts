/**
 * News from the server (server-sent events), for whoever on the page listens.
 *
 * Rule: a connection that is lost is said so and tried again for ever, 1 s to 15 s apart; one that is
 * silent for 40 s counts as lost, for the server speaks every 15 s. What was missed comes as `hello`.
 */
import { signal } from "@preact/signals";
import type { DashboardEvent } from "../api_types.ts";
import { apiPath } from "./api.ts";

export type Connection = "connecting" | "connected" | "lost";

export const connection = signal<Connection>("connecting");
/** Counts up whenever the connection was lost or could not be made. */
export const losses = signal(0);

type EventName = DashboardEvent["event"];
type DataOf<N extends EventName> = Extract<DashboardEvent, { event: N }>["data"];

const NAMES: readonly EventName[] = [
  "hello",
  "associations",
  "health",
  "captures",
  "replay",
  "ping",
];
const NO_ASSOCIATION = "!~all";
const SILENCE_MS = 40_000;
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

const listeners = new Map<EventName, Set<(data: never) => void>>();

/** Returns what ends the listening. */
export function listen<N extends EventName>(
  name: N,
  listener: (data: DataOf<N>) => void,
): () => void {
  const of = listeners.get(name) ?? new Set();
  listeners.set(name, of);
  of.add(listener);
  return () => of.delete(listener);
}

let source: EventSource | undefined;
let watch: ReturnType<typeof setTimeout> | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
let current = "";

/** Asks for the news of the associations that match; all other news come in any case. */
export function connect(filter: string): void {
  if (source !== undefined && filter === current) return;
  current = filter;
  open();
}

function open(filter = current): void {
  clearTimeout(retry);
  source?.close();
  const opened = new EventSource(apiPath("events", { filter }));
  source = opened;
  heard();
  opened.onerror = () => {
    if (source !== opened) return;
    // It answered and refused. Where the filter cannot be read the list says so; other news go on.
    const refused = opened.readyState === EventSource.CLOSED;
    if (refused && filter !== "" && filter !== NO_ASSOCIATION) open(NO_ASSOCIATION);
    else lost();
  };
  for (const name of NAMES) {
    opened.addEventListener(name, (event: MessageEvent<string>) => {
      if (source !== opened) return;
      heard();
      failures = 0;
      connection.value = "connected";
      tell(name, JSON.parse(event.data));
    });
  }
}

function tell(name: EventName, data: unknown): void {
  for (const listener of listeners.get(name) ?? []) listener(data as never);
}

function heard(): void {
  clearTimeout(watch);
  watch = setTimeout(lost, SILENCE_MS);
}

function lost(): void {
  clearTimeout(watch);
  clearTimeout(retry);
  source?.close();
  connection.value = "lost";
  losses.value++;
  retry = setTimeout(() => open(), RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
  failures++;
}

/** At once, when the person asks for it. */
export function reconnect(): void {
  failures = 0;
  connection.value = "connecting";
  open();
}
