/** Commands run in the test's own process, with what they print kept. */
import type { Context } from "../../src/cli/context.ts";
import { Output, type WritableLike } from "../../src/cli/output.ts";
import { createPaint } from "../../src/cli/paint.ts";
import { Progress } from "../../src/cli/progress.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs in this process, with stdout and stderr kept. */
export async function inProcess(work: (context: Context) => Promise<number>): Promise<Ran> {
  const [out, err] = [new KeptStream(), new KeptStream()];
  const [outLines, errLines] = [new Output(out), new Output(err)];
  const code = await work({
    out: outLines,
    err: errLines,
    paint: createPaint(false),
    errPaint: createPaint(false),
    width: 80,
    env: {},
    progress: (label, total) => new Progress(errLines, { label, total, shown: true }),
    stopSignal: () => new AbortController().signal,
  });
  await Promise.all([outLines.flush(), errLines.flush()]);
  return { code, out: out.text, err: err.text };
}

class KeptStream implements WritableLike {
  text = "";
  readonly writableNeedDrain = false;
  write(text: string, done?: () => void): boolean {
    this.text += text;
    done?.();
    return true;
  }
  once(): void {}
  on(): void {}
  off(): void {}
}
