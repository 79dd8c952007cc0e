/** What `dicomtap diff` prints: the associations in which something differs, and a summary. */
import type {
  DiffEvent,
  DiffPlace,
  DiffSummary,
  LoneAssociationEvent,
} from "../../replay/compare/diff_events.ts";
import { printStatus } from "../dimse/status.ts";
import { escapeControls } from "../escape.ts";
import { formatCount, plural } from "../units.ts";
import type { Context } from "./context.ts";
import { differenceLines } from "./difference_lines.ts";

export interface DiffReportOptions {
  readonly json: boolean;
  /** Print what is the same, too. */
  readonly all: boolean;
}

export class DiffReport {
  readonly #context: Context;
  readonly #options: DiffReportOptions;
  #pair = "";
  #differs = false;

  constructor(context: Context, options: DiffReportOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Something is not the same. */
  get differs(): boolean {
    return this.#differs;
  }

  prints(event: DiffEvent | LoneAssociationEvent | DiffSummary): boolean {
    const isSame = event.event === "exchange" && event.outcome === "same";
    return this.#options.json || this.#options.all || !isSame;
  }

  event(event: DiffEvent | LoneAssociationEvent | DiffSummary): void {
    if (event.event === "association" || (event.event === "exchange" && event.outcome !== "same")) {
      this.#differs = true;
    }
    const { out } = this.#context;
    if (!this.prints(event)) return;
    if (this.#options.json) out.json(event);
    else for (const line of this.#lines(event)) out.line(line);
  }

  *#lines(event: DiffEvent | LoneAssociationEvent | DiffSummary): Generator<string> {
    switch (event.event) {
      case "exchange":
        yield* this.#exchange(event);
        return;
      case "association": {
        const { capture, association, outcome, calling_ae_title, called_ae_title } = event;
        const who = `${calling_ae_title ?? "?"} > ${called_ae_title ?? "?"}`;
        const what = `${plural(event.messages, "message")}`;
        const { paint } = this.#context;
        yield `${escapeControls(`${capture} #${association}  ${who}, ${what}`)}: ${paint.red(outcome)}`;
        return;
      }
      case "summary":
        yield this.#summary(event);
        return;
      default:
        event satisfies never;
    }
  }

  *#exchange(event: DiffEvent): Generator<string> {
    const { paint } = this.#context;
    const { a, b, request, outcome, differences, reason } = event;
    const pair = `${place(a)} / ${place(b)}`;
    if (a !== null && b !== null && pair !== this.#pair) {
      this.#pair = pair;
      yield paint.bold(escapeControls(pair));
    }
    const index = [a, b].map((side) => (side === null ? "-" : String(side.index))).join("/");
    const name =
      a !== null && a.index < 0 ? request : request === "end" ? "end" : `${request} [${index}]`;
    const status = event.status === null ? "" : ` ${printStatus(event.status)}`;
    const verdict = outcome === "same" ? paint.green(outcome) : paint.red(outcome);
    const note = reason === null ? "" : `: ${escapeControls(reason)}`;
    yield `  ${escapeControls(name)}${status} ${verdict}${note}`;
    for (const line of differenceLines(differences, ["in A", "in B"])) yield `      ${line}`;
  }

  #summary(summary: DiffSummary): string {
    const { paint } = this.#context;
    const {
      associations,
      same,
      differs,
      only_in_a: onlyA,
      only_in_b: onlyB,
      other_uids: uids,
    } = summary;
    const count = (number: number, words: string): string =>
      number === 0 ? "" : paint.red(`${formatCount(number)} ${words}`);
    const counts = [
      paint.green(`${formatCount(same)} same`),
      count(differs, "differ"),
      count(onlyA, "only in A"),
      count(onlyB, "only in B"),
      uids === 0 ? "" : `${plural(uids, "UID")} of A are others in B`,
    ];
    const paired = `${formatCount(associations.paired)} of ${formatCount(associations.a)} and ${formatCount(associations.b)} associations paired`;
    return `${paired}: ${counts.filter((text) => text !== "").join(", ")}`;
  }
}

function place(side: DiffPlace | null): string {
  return side === null ? "-" : `${side.capture} #${side.association}`;
}
