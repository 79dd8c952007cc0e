/**
 * Writing to stdout and stderr without ever waiting on the thread that forwards. `process.stdout`
 * and `process.stderr` may wait: for a terminal that is stopped (Ctrl-S), and for a pipe that became
 * a blocking one because a child of this process has it too. So each write happens on the runtime's
 * thread pool. (On Deno `fs.write` to a standard stream blocks all the same; its own API does not.)
 *
 * A thread of the pool that waits for a reader for ever would keep the process from ending. On Linux
 * a pipe or terminal can be opened anew, with a mode that no child shares: there nothing waits.
 */
import { constants, fstatSync, openSync, write } from "node:fs";

export type StandardStream = "stdout" | "stderr";

type DenoLike = Readonly<
  Record<StandardStream, { write(bytes: Uint8Array): Promise<number> } | undefined>
>;

const { Deno } = globalThis as { readonly Deno?: DenoLike };

const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;

const DESCRIPTORS = { stdout: 1, stderr: 2 } as const;

/** Descriptors of our own, opened at the first write. */
const own: Partial<Record<StandardStream, number>> = {};

export interface Retry {
  /** How long a full pipe is left alone, milliseconds. */
  readonly ms: number;
  /** Whether the process stays for it. */
  readonly ref: boolean;
}

/** Writes until all is out, however long the reader takes. Rejects with the system's error. */
export async function writeAllStandard(
  stream: StandardStream,
  bytes: Uint8Array,
  { ms, ref }: Retry,
): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += await writeStandard(stream, bytes.subarray(at));
    } catch (error) {
      if (!isFull(error)) throw error;
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        if (!ref) timer.unref();
      });
    }
  }
}

/** Octets that were written, of which there may be fewer. Rejects with the system's error. */
function writeStandard(stream: StandardStream, bytes: Uint8Array): Promise<number> {
  const deno = Deno?.[stream];
  if (deno !== undefined) return deno.write(bytes);
  own[stream] ??= withoutWaiting(DESCRIPTORS[stream]);
  const descriptor = own[stream];
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, 0, bytes.length, null, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
}

/** The same pipe or terminal, where writing fails with EAGAIN instead of waiting. */
function withoutWaiting(descriptor: number): number {
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFIFO() && !stats.isCharacterDevice()) return descriptor;
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return descriptor; // another system, or another user's
  }
}

/** The pipe is full, and its reader has time: to be tried again. */
function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EAGAIN";
}
