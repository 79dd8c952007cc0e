/** What `dicomtap replay scu` prints: an exchange a line where it is not as recorded, and a summary. */
import type { ExchangeEvent, ExchangeOutcome, SummaryEvent } from "../../replay/events.ts";
import { JsonReport } from "../../replay/report/json_report.ts";
import { JunitReport } from "../../replay/report/junit_report.ts";
import { STOPPED } from "../../replay/scu/open_recorded.ts";
import type { ReplayScuResult } from "../../replay/scu/options.ts";
import { printStatus } from "../dimse/status.ts";
import { escapeControls } from "../escape.ts";
import { BoundedMap } from "../observe/service/bounded_map.ts";
import { formatCount, formatDurationMs, plural } from "../units.ts";
import { PRODUCT } from "../version.ts";
import type { Context } from "./context.ts";
import { differenceLines } from "./difference_lines.ts";
import type { Progress } from "./progress.ts";
import type { ReplayScuOptions } from "./replay_scu_options.ts";
import { tableLines } from "./table.ts";

export interface ReportHead {
  readonly captures: readonly string[];
  readonly filter: string | undefined;
  readonly to: string;
}

export class ScuReport implements Disposable {
  readonly #context: Context;
  readonly #options: ReplayScuOptions;
  readonly #json: JsonReport | undefined;
  readonly #junit: JunitReport | undefined;
  #progress: Progress | undefined;
  #printed = 0;
  /** Exchanges that a line about their association tells enough of. */
  #folded = 0;
  /** Of each association the reason that was printed last. */
  readonly #reasons = new BoundedMap<string, string>(MAX_REASONS);

  /** Throws the system's error where a report cannot be written. */
  constructor(context: Context, options: ReplayScuOptions, head: ReportHead) {
    this.#context = context;
    this.#options = options;
    const { report, junit } = options;
    const name = `dicomtap replay scu ${head.captures.join(" ")} --to ${head.to}`;
    if (report !== undefined) this.#json = new JsonReport(report, { ...head, product: PRODUCT });
    try {
      if (junit !== undefined) this.#junit = new JunitReport(junit, name);
    } catch (error) {
      this.#json?.discard();
      throw error;
    }
  }

  exchange(event: ExchangeEvent): void {
    this.#json?.exchange(event);
    this.#junit?.exchange(event);
    const { out } = this.#context;
    if (this.#options.json) out.json(event);
    else this.#print(event);
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
    if (this.#folded > 0)
      out.line(
        `and ${plural(this.#folded, "more exchange")} for the reasons above (--json and --report have all)`,
      );
    const rows = inOrder(summary.commands).map(([command, of]) => {
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
    const left = summary.not_begun;
    const words = [
      paint.green(`${formatCount(same)} same`),
      counted(differs, "differ", paint.red),
      counted(skipped, "skipped", paint.yellow),
      counted(failed, "failed", paint.red),
      left === undefined ? "" : paint.yellow(stoppedWords(left)),
    ];
    out.line(
      `${plural(associations, "association")} to ${target}, ${plural(exchanges, "exchange")} in ${formatDurationMs(ms)}: ${words.filter((word) => word !== "").join(", ")}`,
    );
  }

  /** Reports that have no end are none. */
  [Symbol.dispose](): void {
    this.#json?.discard();
    this.#junit?.discard();
  }

  #print(event: ExchangeEvent): void {
    if (event.outcome === "same" || event.reason === STOPPED) return;
    if (this.#isTold(event)) this.#folded++;
    else if (++this.#printed <= MAX_PRINTED) {
      this.#progress?.done();
      for (const line of this.#lines(event)) this.#context.out.line(line);
    }
  }

  /** Its association could not go on, and a line says why: the rest of it is as clear. */
  #isTold({
    capture,
    association,
    repetition,
    request,
    reason,
    differences,
  }: ExchangeEvent): boolean {
    if (reason === null) return false;
    const key = `${capture} ${association} ${repetition}`;
    const told = this.#reasons.get(key);
    const saysMore = differences.length > 0 && request !== "end";
    if (told !== undefined && reason.endsWith(told) && !saysMore) return true;
    this.#reasons.set(key, reason);
    return false;
  }

  *#lines(event: ExchangeEvent): Generator<string> {
    const { paint } = this.#context;
    const { repetition } = event;
    const again = repetition === undefined ? "" : `, repetition ${repetition}`;
    const where = `${event.capture} association ${event.association}${again}`;
    const isRequest = event.index >= 0 && event.request !== "end";
    const what = isRequest ? `${event.request} [${event.index}]` : event.request;
    const status = event.status === null ? "" : ` ${printStatus(event.status)}`;
    const outcome = (event.outcome === "skipped" ? paint.yellow : paint.red)(WORDS[event.outcome]);
    const reason = event.reason === null ? "" : `: ${escapeControls(event.reason)}`;
    const line = `${escapeControls(where)} ${escapeControls(what)}${status} ${outcome}${reason}`;
    const [difference] = event.differences;
    if (difference?.path === event.request && event.reason !== null) {
      yield `${line}; recorded: ${escapeControls(String(difference.recorded))}`;
      return;
    }
    yield line;
    for (const words of differenceLines(event.differences)) yield `    ${words}`;
  }
}

function stoppedWords(left: number): string {
  return left === 0 ? "stopped" : `stopped with ${plural(left, "association")} not begun`;
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
/** The association first and its end last, whatever was done first. */
function inOrder(commands: SummaryEvent["commands"]): [string, SummaryEvent["commands"][string]][] {
  const place = (command: string): number =>
    command === "A-ASSOCIATE" ? 0 : command === "end" ? 2 : 1;
  return Object.entries(commands).sort(([a], [b]) => place(a) - place(b));
}

/** Exchanges that are not as recorded, on a terminal. */
const MAX_PRINTED = 200;
/** Associations whose reasons are kept. */
const MAX_REASONS = 1000;
const COLUMNS = [
  { title: "request" },
  { title: "exchanges", align: "right" },
  { title: "not same", align: "right" },
  { title: "p50", align: "right" },
  { title: "p95", align: "right" },
  { title: "p99", align: "right" },
  { title: "max", align: "right" },
] as const;
