/** What `dicomtap replay scp` prints: a line an association and a request, and a summary at the end. */
import type { RequestEvent, ServedAssociationEvent } from "../../replay/events.ts";
import { printStatus } from "../dimse/status.ts";
import { escapeControls } from "../escape.ts";
import { formatCount, plural } from "../units.ts";
import type { Context } from "./context.ts";
import { differenceLines } from "./difference_lines.ts";
import type { ReplayScpOptions } from "./replay_scp_options.ts";

export class ScpReport {
  readonly #context: Context;
  readonly #options: ReplayScpOptions;
  #associations = 0;
  #requests = 0;
  #unmatched = 0;
  #others = 0;
  /** Events that were not printed because nobody read fast enough. */
  #dropped = 0;

  constructor(context: Context, options: ReplayScpOptions) {
    this.#context = context;
    this.#options = options;
  }

  event(event: RequestEvent | ServedAssociationEvent): void {
    if (event.event === "request") {
      this.#requests++;
      if (!event.matched) this.#unmatched++;
      if (event.differences.length > 0) this.#others++;
    } else if (event.outcome === "accepted") this.#associations++;
    const { out } = this.#context;
    // Answers do not wait for whoever reads about them.
    if (out.isFull) this.#dropped++;
    else if (this.#options.json) out.json(event);
    else for (const line of this.#lines(event)) out.line(line);
  }

  warning(text: string): void {
    const { err, errPaint } = this.#context;
    err.line(errPaint.yellow(escapeControls(text)));
  }

  end(): void {
    const { err, errPaint } = this.#context;
    if (this.#dropped > 0) err.line(`${plural(this.#dropped, "event")} not printed`);
    if (this.#options.json) return;
    const counts = `${plural(this.#associations, "association")}, ${plural(this.#requests, "request")}`;
    const unmatched = `${formatCount(this.#unmatched)} without a recorded answer`;
    const others = `${formatCount(this.#others)} with other data than recorded`;
    const told = this.#unmatched === 0 ? unmatched : errPaint.yellow(unmatched);
    err.line(`${counts}, ${told}${this.#others === 0 ? "" : `, ${errPaint.yellow(others)}`}`);
  }

  #lines(event: RequestEvent | ServedAssociationEvent): readonly string[] {
    return event.event === "request" ? this.#request(event) : this.#association(event);
  }

  #association(event: ServedAssociationEvent): readonly string[] {
    const { paint } = this.#context;
    const { association, calling_ae_title: calling, called_ae_title: called } = event;
    const reason = event.reason === null ? "" : paint.dim(`: ${escapeControls(event.reason)}`);
    const who = `${escapeControls(calling)} > ${escapeControls(called)}`;
    return [`#${association} ${who} ${event.outcome}${reason}`];
  }

  #request(event: RequestEvent): readonly string[] {
    const { paint } = this.#context;
    const { association, request, by, candidate, status } = event;
    const from =
      candidate === null
        ? ""
        : ` ${escapeControls(candidate.capture)} association ${candidate.association} [${candidate.message}]`;
    const alike = event.score === undefined ? "" : `, ${Math.round(event.score * 100)}% alike`;
    const code = status === null ? "" : ` ${printStatus(status)}`;
    const how = event.matched
      ? `by ${by}${from}`
      : paint.yellow(`not matched, closest${from}${alike}`);
    const state = event.state === undefined ? "" : paint.dim(` in state ${event.state}`);
    const told = candidate === null && !event.matched ? paint.yellow("not matched") : how;
    const reason = event.reason === null ? "" : `: ${escapeControls(event.reason)}`;
    const isLoose = by === "shape" || by === "order";
    const missed = event.matched && !isLoose ? [] : event.missed;
    const shown = event.differences.length > 0 ? event.differences : missed;
    return [
      `#${association} ${request}${code} ${told}${state}${reason}`,
      ...differenceLines(shown).map((line) => `    ${line}`),
    ];
  }
}
