/**
 * What a command may touch of the world around it: where to write, how it looks there, and when to
 * stop. Made once by main.ts; tests make their own.
 */
import { UnblockedOutput } from "../io/unblocked_output.ts";
import { Output } from "./output.ts";
import { createPaint, type Paint, wantsColor } from "./paint.ts";
import { Progress } from "./progress.ts";
import { stopOnSignals } from "./stop.ts";

export interface Context {
  /** Data. */
  readonly out: Output;
  /** Words about the work: progress, warnings, hints. */
  readonly err: Output;
  /** Colours for `out`. */
  readonly paint: Paint;
  /** Colours for `err`. */
  readonly errPaint: Paint;
  /** Columns of the terminal on `out`, or Infinity where lines need not fit. */
  readonly width: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Shows how far long work has come, on a terminal only. `total` in the same unit as `at()`. */
  progress(label: string, total: number): Progress;
  /**
   * Aborts at the first SIGINT or SIGTERM; a second one ends the process. Call it before anything
   * else in a command that listens: until then a signal just ends the process.
   */
  stopSignal(): AbortSignal;
}

export function createContext(): Context {
  const { stdout, stderr, env } = process;
  const out = new Output(UnblockedOutput.open("stdout") ?? stdout);
  const err = new Output(UnblockedOutput.open("stderr") ?? stderr);
  return {
    out,
    err,
    paint: createPaint(wantsColor(env, stdout.isTTY === true)),
    errPaint: createPaint(wantsColor(env, stderr.isTTY === true)),
    width: stdout.isTTY === true ? Math.max(stdout.columns, 40) : Number.POSITIVE_INFINITY,
    env,
    progress: (label, total) => new Progress(err, { label, total, shown: stderr.isTTY === true }),
    stopSignal: stopOnSignals,
  };
}
