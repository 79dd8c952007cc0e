/**
 * SIGINT and SIGTERM: the first one asks for an orderly end (stop accepting, drain, flush, exit 0),
 * the second one ends the process now, unless it is the same key once more.
 *
 * Rule: a command that listens asks for the signal before it opens a socket. Deno panics when file
 * descriptors run out and no signal handler was registered before.
 */
const EXIT_CODE = { SIGINT: 130, SIGTERM: 143 } as const;

interface Signaled {
  readonly signal: keyof typeof EXIT_CODE;
  /** Milliseconds, of a clock that is never set. */
  readonly at: number;
}

let stop: AbortController | undefined;

export function stopOnSignals(): AbortSignal {
  if (stop !== undefined) return stop.signal;
  const controller = new AbortController();
  let first: Signaled | undefined;
  stop = controller;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      const came = { signal, at: performance.now() };
      if (first === undefined) {
        first = came;
        controller.abort(signal);
      } else if (!isSameKey(first, came)) process.exit(EXIT_CODE[signal]);
    });
  }
  return controller.signal;
}

/** Whether the first signal came. */
export function isStopping(): boolean {
  return stop?.signal.aborted === true;
}

/** For `catch`: undefined where nothing but the signal ended the work. */
export function unlessStopped(stop: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (stop.aborted && error === stop.reason) return undefined;
    throw error;
  };
}

/**
 * Ctrl-C reaches every program of the terminal's group, and `deno task` and `bun run` hand it on to
 * theirs as well: one key, two signals. Nobody means two with less than this between them.
 */
export function isSameKey(first: Signaled, next: Signaled): boolean {
  const areKeys = first.signal === "SIGINT" && next.signal === "SIGINT";
  return areKeys && next.at - first.at < SAME_KEY_MS;
}

const SAME_KEY_MS = 500;
