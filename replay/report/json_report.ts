/** `--report`: one JSON document with every exchange and the summary, an exchange a line. */
import { escapeJson } from "../../src/escape.ts";
import type { ExchangeEvent, SummaryEvent } from "../events.ts";
import { ReportFile } from "./report_file.ts";

export class JsonReport {
  readonly #file: ReportFile;
  #count = 0;

  /** Throws the system's error where the file cannot be written. */
  constructor(path: string, head: Readonly<Record<string, unknown>>) {
    this.#file = new ReportFile(path);
    const members = Object.entries(head).map(([name, value]) => `${json(name)}:${json(value)}`);
    this.#file.write(`{${[...members, '"exchanges":['].join(",\n")}`);
  }

  exchange(event: ExchangeEvent): void {
    this.#file.write(`${this.#count++ === 0 ? "" : ","}\n${json(event)}`);
  }

  end(summary: SummaryEvent): void {
    this.#file.write(`\n],\n"summary":${json(summary)}}\n`);
    this.#file.close();
  }

  /** Leaves no report behind, unless this one has its end. */
  discard(): void {
    this.#file.discard();
  }
}

function json(value: unknown): string {
  return escapeJson(JSON.stringify(value ?? null));
}
