/**
 * What the program says about its own work, on stderr: `14:15:02.123 warning relay: ...`, or one
 * JSON object a line.
 *
 * Rules: values from the wire are escaped (P-15); data sets, patient data, passwords and tokens are
 * never logged, not even at debug level (P-05): say which association, not whose; a flood of like
 * messages is cut short (O-09).
 *
 *     const log = logger("relay");
 *     log.warn("Cannot connect to {target}: {reason}", { target, reason });
 */
import { configureSync, getLogger, type Logger, type LogRecord } from "@logtape/logtape";
import { escapeControls } from "../escape.ts";
import { formatCount } from "../units.ts";
import { LogLimiter } from "./log_limiter.ts";
import { StderrLines } from "./stderr_lines.ts";

export type LogLevel = "debug" | "info" | "warning" | "error";

export interface LogOptions {
  readonly level?: LogLevel;
  readonly json?: boolean;
  readonly lines?: StderrLines;
}

const FLUSH_MS = 500;
let lines: StderrLines | undefined;
let limiter = new LogLimiter();
let json = false;
let suppressed = 0;

export function logger(part: string): Logger {
  return getLogger(["dicomtap", part]);
}

/** Until it is called, nothing is logged. */
export function configureLog(options: LogOptions = {}): void {
  lines = options.lines ?? new StderrLines();
  limiter = new LogLimiter();
  json = options.json === true;
  configureSync({
    reset: true,
    sinks: { stderr: receive },
    loggers: [
      { category: "dicomtap", lowestLevel: options.level ?? "info", sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  });
  setInterval(tellSuppressed, limiter.windowMs).unref();
}

/** Messages that were only counted since the program started, because too many were alike (O-09). */
export function suppressedMessages(): number {
  return suppressed;
}

/** Call it before the process ends. Waits half a second for a reader, not longer. */
export async function flushLog(): Promise<void> {
  for (const { kind, count } of limiter.collect(Number.POSITIVE_INFINITY)) tell(kind, count);
  await lines?.flush(FLUSH_MS);
}

function receive(record: LogRecord): void {
  const part = record.category.slice(1).join(".");
  const template =
    typeof record.rawMessage === "string" ? record.rawMessage : record.rawMessage.join("");
  if (!limiter.passes(`${part}: ${template}`, performance.now())) {
    suppressed += 1;
    return;
  }
  lines?.write(json ? jsonLine(record, part) : textLine(record, part));
}

function textLine(record: LogRecord, part: string): string {
  const time = new Date(record.timestamp).toISOString().slice(11, 23);
  return `${time} ${record.level} ${part}: ${messageText(record)}`;
}

function jsonLine(record: LogRecord, part: string): string {
  const time = new Date(record.timestamp).toISOString();
  return JSON.stringify({ time, level: record.level, part, message: messageText(record) });
}

/** The template with its values. Odd members are values; even ones are our own words. */
function messageText(record: LogRecord): string {
  return record.message.map((member) => escapeControls(valueText(member))).join("");
}

function valueText(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function tellSuppressed(): void {
  for (const { kind, count } of limiter.collect(performance.now())) tell(kind, count);
}

function tell(kind: string, count: number): void {
  const text = `${formatCount(count)} more like "${escapeControls(kind)}"`;
  const time = new Date().toISOString();
  lines?.write(
    json
      ? JSON.stringify({ time, level: "warning", part: "log", message: text })
      : `${time.slice(11, 23)} warning log: ${text}`,
  );
}
