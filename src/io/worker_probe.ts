/**
 * The smallest worker: answers with what it was given and where it runs. It exists so that a test
 * (and a puzzled user) can tell whether worker threads start at all, apart from what they do.
 */
import { parentPort, workerData } from "node:worker_threads";
import { runtime } from "./runtime.ts";

export interface ProbeAnswer {
  readonly runtime: string;
  readonly workerData: unknown;
}

const answer: ProbeAnswer = { runtime: runtime.name, workerData };
parentPort?.postMessage(answer);
