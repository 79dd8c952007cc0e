/** What `dicomtap replay scu` prints: an exchange a line where it is not as recorded, and a summary. */
import type { Difference, ExchangeEvent, ExchangeOutcome } from "../../replay/events.ts";
import { JsonReport } from "../../replay/report/json_report.ts";
import { JunitReport } from "../../replay/report/junit_report.ts";
import type { ReplayScuResult } from "../../replay/scu/options.ts";
import { printStatus } from "../dimse/status.ts";
import { escapeControls } from "../escape.ts";
import { formatCount, formatDurationMs, plural } from "../units.ts";
import { PRODUCT } from "../version.ts";
import type { Context } from "./context.ts";
import type { Progress } from "./progress.ts";
import type { ReplayScuOptions } from "./replay_scu_options.ts";
import { tableLines } from "./table.ts";

export interface ReportHead {
  readonly captures: readonly string[];
  readonly filter: string | undefined;
  readonly to: string;
}

export class ScuReport {
  readonly #context: Context;
  readonly #options: ReplayScuOptions;
  readonly #json: JsonReport | undefined;
  readonly #junit: JunitReport | undefined;
  #progress: Progress | undefined;
  #printed = 0;

  /** Throws the system's error where a report cannot be written. */
  constructor(context: Context, options: ReplayScuOptions, head: ReportHead) {
    this.#context = context;
    this.#options = options;
    const { report, junit } = options;
    const name = `dicomtap replay scu ${head.captures.join(" ")} --to ${head.to}`;
    if (report !== undefined) this.#json = new JsonReport(report, { ...head, product: PRODUCT });
    if (junit !== undefined) this.#junit = new JunitReport(junit, name);
  }

  exchange(event: ExchangeEvent): void {
    this.#json?.exchange(event);
    this.#junit?.exchange(event);
    const { out } = this.#context;
    if (this.#options.json) out.json(event);
    else if (event.outcome !== "same" && ++this.#printed <= MAX_PRINTED) {
      for (const line of this.#lines(event)) out.line(line);
    }
  }

  warning(text: string): void {
    const { err, errPaint } = this.#context;
    this.#progress?.done();
    err.line(errPaint.yellow(escapeControls(text)));
  }

  progress(done: number, total: number): void {
    this.#progress ??= this.#context.progress("replay", total);
    this.#progress.at(done);
  }

  end({ summary, recording }: ReplayScuResult, target: string): void {
    this.#progress?.done();
    const { err, errPaint } = this.#context;
    if (recording !== undefined) err.line(errPaint.dim(`Recorded in ${escapeControls(recording)}`));
    this.#json?.end(summary);
    this.#junit?.end(summary);
    const { out, paint } = this.#context;
    if (this.#options.json) {
      out.json(summary);
      return;
    }
    const unprinted = this.#printed - MAX_PRINTED;
    if (unprinted > 0)
      out.line(`and ${formatCount(unprinted)} more (--json and --report have all)`);
    const rows = Object.entries(summary.commands).map(([command, of]) => {
      const { exchanges, errors, latency_ms: latency } = of;
      const times = latency === null ? [] : [latency.p50, latency.p95, latency.p99, latency.max];
      return [
        command,
        formatCount(exchanges),
        errors === 0 ? "0" : paint.red(formatCount(errors)),
        ...times.map(formatDurationMs),
      ];
    });
    for (const line of tableLines(COLUMNS, rows, { head: paint.bold })) out.line(line);
    const { associations, exchanges, same, differs, skipped, failed, duration_ms: ms } = summary;
    const words = [
      paint.green(`${formatCount(same)} same`),
      counted(differs, "differ", paint.red),
      counted(skipped, "skipped", paint.yellow),
      counted(failed, "failed", paint.red),
    ];
    out.line(
      `${plural(associations, "association")} to ${target}, ${plural(exchanges, "exchange")} in ${formatDurationMs(ms)}: ${words.filter((word) => word !== "").join(", ")}`,
    );
  }

  *#lines(event: ExchangeEvent): Generator<string> {
    const { paint } = this.#context;
    const where = `${event.capture} association ${event.association}`;
    const what = event.index < 0 ? event.request : `${event.request} [${event.index}]`;
    const status = event.status === null ? "" : ` ${printStatus(event.status)}`;
    const outcome = (event.outcome === "skipped" ? paint.yellow : paint.red)(WORDS[event.outcome]);
    const reason = event.reason === null ? "" : `: ${escapeControls(event.reason)}`;
    yield `${escapeControls(where)} ${escapeControls(what)}${status} ${outcome}${reason}`;
    for (const difference of event.differences.slice(0, MAX_DIFFERENCES)) {
      yield `    ${differenceWords(difference)}`;
    }
    const more = event.differences.length - MAX_DIFFERENCES;
    if (more > 0) yield `    and ${more} more differences (--json has them all)`;
  }
}

/** "Status: 0000H recorded, A700H now"; `sides` for other words than those. */
export function differenceWords(
  { path, recorded, got }: Difference,
  sides: readonly [string, string] = ["recorded", "now"],
): string {
  const isStatus =
    path.endsWith("Status") && typeof recorded === "number" && typeof got === "number";
  const shown = (value: unknown): string => {
    if (value === null || value === undefined) return "nothing";
    if (value === "") return "no value";
    if (isStatus) return printStatus(value as number);
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return escapeControls(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text);
  };
  return `${escapeControls(path)}: ${shown(recorded)} ${sides[0]}, ${shown(got)} ${sides[1]}`;
}

function counted(count: number, word: string, paint: (text: string) => string): string {
  return count === 0 ? "" : paint(`${formatCount(count)} ${word}`);
}

const WORDS: Readonly<Record<ExchangeOutcome, string>> = {
  same: "same",
  differs: "differs",
  skipped: "skipped",
  timeout: "timed out",
  failed: "failed",
};
/** Exchanges that are not as recorded, and differences of each, on a terminal. */
const MAX_PRINTED = 200;
const MAX_DIFFERENCES = 20;
const MAX_TEXT = 200;
const COLUMNS = [
  { title: "request" },
  { title: "exchanges", align: "right" },
  { title: "not same", align: "right" },
  { title: "p50", align: "right" },
  { title: "p95", align: "right" },
  { title: "p99", align: "right" },
  { title: "max", align: "right" },
] as const;
