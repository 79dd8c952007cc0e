/**
 * One `dicomtap replay scu` as a process: its capture in a file that only we may read and that goes
 * when it ends, its events from its standard output.
 *
 * Rule: lines longer than `MAX_LINE` are no events; of what it says besides, the end is kept.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { NewFile } from "../../io/file_new.ts";
import { ownProgram } from "../../io/own_program.ts";
import type { ReplayEvent } from "../api_types.ts";

const MAX_LINE = 262_144;
const MAX_WORDS = 2_000;

/** Milliseconds from the request to stop to the end by force. */
const STOP_MS = 5_000;

export interface ReplayProcessOptions {
  readonly capture: AsyncIterable<Uint8Array>;
  /** Behind the capture. */
  readonly args: readonly string[];
  readonly event: (event: ReplayEvent) => void;
  readonly ended: (end: {
    readonly exitCode: number | null;
    /** The last thing that it said. */
    readonly error: string | null;
  }) => void;
}

export class ReplayProcess {
  readonly #options: ReplayProcessOptions;
  #child: ChildProcess | undefined;
  #stopped = false;
  #words = "";

  constructor(options: ReplayProcessOptions) {
    this.#options = options;
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    const child = this.#child;
    if (child === undefined) return;
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    timer.unref();
    child.once("exit", () => clearTimeout(timer));
  }

  async #run(): Promise<void> {
    let directory: string | undefined;
    try {
      directory = mkdtempSync(join(tmpdir(), "dicomtap-replay-"));
      const path = await this.#write(directory);
      if (this.#stopped) this.#end(null, null);
      else this.#end(await this.#play(path), this.#lastWords());
    } catch (error) {
      this.#end(null, error instanceof Error ? error.message : String(error));
    } finally {
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    }
  }

  async #write(directory: string): Promise<string> {
    const file = new NewFile(join(directory, "selection.dcap"));
    for await (const piece of this.#options.capture) {
      if (this.#stopped) break;
      file.write(piece);
    }
    file.finish();
    return file.path;
  }

  #play(path: string): Promise<number | null> {
    const [program, ...start] = ownProgram();
    const args = [...start, "replay", "scu", path, ...this.#options.args];
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (line) => this.#line(line));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#words = (this.#words + text).slice(-MAX_WORDS);
    });
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      // when its output is read too
      child.once("close", (code) => resolve(code));
    });
  }

  #line(line: string): void {
    if (line.length > MAX_LINE) return;
    try {
      const event: unknown = JSON.parse(line);
      if (typeof event === "object" && event !== null && "event" in event) {
        this.#options.event(event as ReplayEvent);
      }
    } catch {
      this.#words = `${this.#words}${line}\n`.slice(-MAX_WORDS);
    }
  }

  #lastWords(): string | null {
    const lines = this.#words.trim().split("\n");
    return lines.at(-1) === "" ? null : lines.slice(-3).join(" ");
  }

  #end(exitCode: number | null, error: string | null): void {
    this.#child = undefined;
    this.#options.ended({ exitCode, error });
  }
}
