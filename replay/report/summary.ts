/** Counts exchanges by outcome and command, and gathers their latencies, in bounded memory. */
import type { ExchangeEvent, SummaryEvent } from "../events.ts";
import { Latency } from "./latency.ts";

interface OfCommand {
  exchanges: number;
  errors: number;
  readonly latency: Latency;
}

export class Summary {
  readonly #commands = new Map<string, OfCommand>();
  readonly #latency = new Latency();
  readonly #outcomes = { same: 0, differs: 0, skipped: 0, timeout: 0, failed: 0 };
  #associations = 0;

  association(): void {
    this.#associations++;
  }

  add({ request, outcome, ms, status }: ExchangeEvent): void {
    this.#outcomes[outcome]++;
    let of = this.#commands.get(request);
    if (of === undefined) {
      of = { exchanges: 0, errors: 0, latency: new Latency() };
      this.#commands.set(request, of);
    }
    of.exchanges++;
    if (outcome !== "same") of.errors++;
    if (ms === null) return;
    of.latency.add(ms);
    if (status !== null) this.#latency.add(ms);
  }

  /** `of`: associations to be played in all, where it was stopped before its end. */
  json(durationMs: number, { of }: { readonly of?: number | undefined } = {}): SummaryEvent {
    const { same, differs, skipped, timeout, failed } = this.#outcomes;
    return {
      event: "summary",
      associations: this.#associations,
      exchanges: same + differs + skipped + timeout + failed,
      same,
      differs,
      skipped,
      failed: failed + timeout,
      duration_ms: Math.round(durationMs * 1000) / 1000,
      latency_ms: this.#latency.json(),
      ...(of !== undefined && { not_begun: of - this.#associations }),
      commands: Object.fromEntries(
        [...this.#commands].map(([command, { exchanges, errors, latency }]) => [
          command,
          { exchanges, errors, latency_ms: latency.json() },
        ]),
      ),
    };
  }
}
