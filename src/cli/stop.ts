/**
 * SIGINT and SIGTERM: the first one asks for an orderly end (stop accepting, drain, flush, exit 0),
 * the second one ends the process now.
 *
 * Rule: a command that listens asks for the signal before it opens a socket. Deno panics when file
 * descriptors run out and no signal handler was registered before.
 */
const EXIT_CODE = { SIGINT: 130, SIGTERM: 143 } as const;

let stop: AbortController | undefined;

export function stopOnSignals(): AbortSignal {
  if (stop !== undefined) return stop.signal;
  const controller = new AbortController();
  stop = controller;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(EXIT_CODE[signal]);
      controller.abort(signal);
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
