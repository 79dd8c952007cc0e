/**
 * Starts the worker threads of this program, from TypeScript source on every runtime and from the
 * bundle in dist/.
 *
 * Node without type stripping (20, and 22 before 22.18) cannot start a `.ts` file as a worker, not
 * even when tsx is registered in the main thread; there worker_bootstrap.mjs registers tsx inside
 * the new thread and imports the file named in its first argument. In the bundle each worker is an entry point
 * of its own beside main.mjs (rolldown.config.ts reads WORKERS, so there is one list).
 */
import { type TransferListItem, Worker } from "node:worker_threads";
import { runtime } from "./runtime.ts";

/** Worker name -> its source, from the root of the repository. */
export const WORKERS = {
  dashboard: "src/dashboard/worker.ts",
  probe: "src/io/worker_probe.ts",
  recorder: "proxy/recorder/worker.ts",
} as const satisfies Readonly<Record<string, string>>;

export type WorkerName = keyof typeof WORKERS;

export interface StartWorkerOptions {
  /** What the worker finds as `workerData` of node:worker_threads. */
  readonly workerData?: unknown;
  readonly transferList?: readonly TransferListItem[];
}

export function startWorker(name: WorkerName, options: StartWorkerOptions = {}): Worker {
  const entry = workerEntry(name);
  const needsHelp = entry.href.endsWith(".ts") && !runtime.typescript;
  return new Worker(needsHelp ? new URL("./worker_bootstrap.mjs", import.meta.url) : entry, {
    name: `dicomtap ${name}`,
    argv: needsHelp ? [entry.href] : [],
    workerData: options.workerData,
    transferList: [...(options.transferList ?? [])],
  });
}

/** Where the code of a worker is: a `.ts` file in a checkout, an `.mjs` file in dist/. */
export function workerEntry(name: WorkerName): URL {
  return import.meta.url.endsWith(".ts")
    ? new URL(`../../${WORKERS[name]}`, import.meta.url)
    : new URL(`./${name}_worker.mjs`, import.meta.url);
}
