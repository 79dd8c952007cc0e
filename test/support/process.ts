/**
 * Programs that a test starts, and the directories that they work in. Everything belongs to a
 * `Scope`; closing the scope kills each program with all that it started, whatever became of the
 * test, and removes the directories. Output is kept up to a limit, never without one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { PATIENCE_MS } from "./patience.ts";
import { portOpen } from "./ports.ts";
import { forgetGroup, killGroup, rememberGroup } from "./process_group.ts";
import { KeptText } from "./process_output.ts";

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Finished extends Exit {
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes kept of each stream; what comes after them is read and dropped. */
  readonly keep?: number;
}

export interface RunOptions extends StartOptions {
  readonly limitMs?: number;
}

/** Runs `work` with a scope of its own, which is closed whatever happens. */
export async function inScope<T>(work: (scope: Scope) => Promise<T>): Promise<T> {
  const scope = new Scope();
  try {
    return await work(scope);
  } finally {
    await scope.close();
  }
}

export class Scope {
  readonly #running: RunningProcess[] = [];
  readonly #undo: (() => void | Promise<void>)[] = [];

  start(command: readonly string[], options: StartOptions = {}): RunningProcess {
    const running = new RunningProcess(command, options);
    this.#running.push(running);
    return running;
  }

  /** Runs a program to its end. Whatever its exit code is, that is the result. */
  async run(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
    const { limitMs = PATIENCE_MS, ...rest } = options;
    const started = Date.now();
    const running = this.start(command, { keep: 256 * 2 ** 20, ...rest });
    const exit = await running.exit(limitMs);
    const { stdout, stderr } = running;
    return { ...exit, stdout, stderr, ms: Date.now() - started };
  }

  tempDir(): string {
    const path = mkdtempSync(join(tmpdir(), "dicomtap-e2e-"));
    this.defer(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  /** Something else to do when the scope closes, last in first out. */
  defer(undo: () => void | Promise<void>): void {
    this.#undo.push(undo);
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((running) => running.end()));
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }
}

export class RunningProcess {
  readonly command: string;
  readonly #child: ChildProcess;
  readonly #out: KeptText;
  readonly #err: KeptText;
  readonly #exited: Promise<Exit>;
  readonly #watchers = new Set<() => void>();
  #over = false;

  constructor(command: readonly string[], options: StartOptions) {
    const [program = "", ...args] = command;
    const { cwd, env = {}, keep = 2 ** 20 } = options;
    this.command = command.join(" ");
    this.#out = new KeptText(keep);
    this.#err = new KeptText(keep);
    // A group of its own: partners fork, and runtimes are started through launchers.
    this.#child = spawn(program, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    rememberGroup(this.#child);
    this.#collect(this.#child.stdout, this.#out);
    this.#collect(this.#child.stderr, this.#err);
    this.#exited = new Promise((resolve) => {
      const done = (exit: Exit) => {
        this.#over = true;
        forgetGroup(this.#child);
        resolve(exit);
        this.#changed();
      };
      this.#child.once("close", (code, signal) => done({ code, signal }));
      this.#child.once("error", (error) => {
        this.#err.add(Buffer.from(`${error.message}\n`));
        done({ code: null, signal: null });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get stdout(): string {
    return this.#out.text;
  }

  get stderr(): string {
    return this.#err.text;
  }

  get over(): boolean {
    return this.#over;
  }

  /** The first line of stdout or stderr that matches, also when it came before the call. */
  line(pattern: RegExp, limitMs = PATIENCE_MS): Promise<string> {
    return this.until(
      () => {
        for (const text of [this.stdout, this.stderr]) {
          const found = wholeLines(text).find((line) => pattern.test(line));
          if (found !== undefined) return found;
        }
        return undefined;
      },
      { limitMs, what: `a line like ${pattern}` },
    );
  }

  /** Waits until `look` finds something; it is asked again whenever output comes. */
  until<T>(
    look: () => T | undefined,
    { limitMs = PATIENCE_MS, what = "that" }: { limitMs?: number; what?: string } = {},
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(check);
        act();
      };
      const check = () => {
        const found = look();
        if (found !== undefined) settle(() => resolve(found));
        else if (this.#over) settle(() => reject(this.#failure(`ended without ${what}`)));
      };
      const late = () =>
        settle(() => reject(this.#failure(`did not give ${what} in ${limitMs} ms`)));
      const timer = setTimeout(late, limitMs);
      this.#watchers.add(check);
      check();
    });
  }

  /** Resolves when something listens on the port that this program was told. */
  async listens(port: number, limitMs = PATIENCE_MS): Promise<void> {
    if (await portOpen(port, { limitMs, isOver: () => this.#over })) return;
    if (this.#over) throw this.#failure(`ended before it listened on port ${port}`);
    throw this.#failure(`does not listen on port ${port} in ${limitMs} ms`);
  }

  async exit(limitMs = PATIENCE_MS): Promise<Exit> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), limitMs);
    });
    const exit = await Promise.race([this.#exited, late]);
    clearTimeout(timer);
    if (exit === undefined) throw this.#failure(`did not end in ${limitMs} ms`);
    return exit;
  }

  /** To the program alone, as a supervisor does it. */
  signal(name: NodeJS.Signals): void {
    // Not `child.kill`: on Deno that makes the exit look like one by the signal.
    if (!this.#over) process.kill(this.pid, name);
  }

  /** Kills the program and everything that it started. */
  async end(): Promise<void> {
    killGroup(this.#child);
    await this.exit(10_000).catch(() => undefined);
  }

  #collect(stream: NodeJS.ReadableStream | null, into: KeptText): void {
    stream?.on("data", (bytes: Buffer) => {
      into.add(bytes);
      this.#changed();
    });
    stream?.on("error", () => undefined);
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #failure(what: string): Error {
    return new Error(
      `${this.command}\n${what}. It printed:\n${tail(this.stdout)}${tail(this.stderr)}`,
    );
  }
}

function wholeLines(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

function tail(text: string): string {
  return text.length > 4000 ? `...${text.slice(-4000)}` : text;
}
