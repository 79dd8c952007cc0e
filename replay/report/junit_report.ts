/**
 * `--junit`: every exchange as a test case, as continuous integration reads it. The counts in the head
 * are known at the end and written into a place that is kept for them: a pipe has no such place.
 */
import { escapeControls } from "../../src/escape.ts";
import type { ExchangeEvent, SummaryEvent } from "../events.ts";
import { ReportFile } from "./report_file.ts";

export class JunitReport {
  readonly #file: ReportFile;
  readonly #name: string;
  #timeouts = 0;

  /** Throws the system's error where the file cannot be written. */
  constructor(path: string, name: string) {
    this.#file = new ReportFile(path, { changesHead: true });
    this.#name = attribute(name.slice(0, 200));
    this.#file.write(this.#head(EMPTY));
  }

  exchange(event: ExchangeEvent): void {
    const { capture, association, index, request, ms } = event;
    if (event.outcome === "timeout") this.#timeouts++;
    const name = index < 0 ? request : `${index} ${request}`;
    const place = `classname="${attribute(`${capture} association ${association}`)}"`;
    const time = `time="${((ms ?? 0) / 1000).toFixed(6)}"`;
    const open = `<testcase ${place} name="${attribute(name)}" ${time}`;
    const inside = verdict(event);
    this.#file.write(inside === "" ? `${open}/>\n` : `${open}>${inside}</testcase>\n`);
  }

  end(summary: SummaryEvent): void {
    const { exchanges, differs, failed, skipped, duration_ms: ms } = summary;
    this.#file.write("</testsuite>\n</testsuites>\n");
    const failures = differs + this.#timeouts;
    const errors = failed - this.#timeouts;
    this.#file.writeOverHead(
      this.#head({ tests: exchanges, failures, errors, skipped, seconds: ms / 1000 }),
    );
    this.#file.close();
  }

  /** Leaves no report behind, unless this one has its end. */
  discard(): void {
    this.#file.discard();
  }

  /** As long as ever: the room that numbers leave is filled with spaces. */
  #head({ tests, failures, errors, skipped, seconds }: Counts): string {
    const counts = `tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds.toFixed(3)}"`;
    const suite = (tag: string): string => `<${tag} name="${this.#name}" ${counts.padEnd(ROOM)}>\n`;
    return `<?xml version="1.0" encoding="UTF-8"?>\n${suite("testsuites")}${suite("testsuite")}`;
  }
}

interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly seconds: number;
}

const EMPTY: Counts = { tests: 0, failures: 0, errors: 0, skipped: 0, seconds: 0 };
/** Five numbers of 15 digits and their names. */
const ROOM = 140;

function verdict({ outcome, reason, differences }: ExchangeEvent): string {
  const message = attribute(reason ?? differences[0]?.path ?? outcome);
  const details = differences
    .slice(0, MAX_DIFFERENCES)
    .map(({ path, recorded, got }) => `${path}: ${say(recorded)} recorded, ${say(got)} now`)
    .join("\n");
  switch (outcome) {
    case "same":
      return "";
    case "skipped":
      return `<skipped message="${message}"/>`;
    case "failed":
      return `<error type="failed" message="${message}"/>`;
    case "differs":
    case "timeout":
      return `<failure type="${outcome}" message="${message}">${xml(details)}</failure>`;
    default:
      return outcome satisfies never;
  }
}

const MAX_DIFFERENCES = 100;

function say(value: unknown): string {
  return JSON.stringify(value ?? null);
}

function attribute(text: string): string {
  return xml(escapeControls(text));
}

/** Without what XML 1.0 cannot have (2.2): controls, lone surrogates, FFFE, FFFF. */
function xml(text: string): string {
  return text
    .replace(/[^\t\n\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "?")
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};
