/** How much of a busy processor a thread gets, beside the others of this process. */
import { setPriority } from "node:os";
import process from "node:process";

/** In the system's own count: from -20, the most, to 19; threads begin with 0. */
const BEHIND_OTHERS = 10;

/**
 * Puts the thread that calls this behind the others of this process, and behind other programs:
 * where all processors are busy, a relay gets some ten times its time. Where none waits, it is as
 * fast as before. Programs that it starts inherit it.
 *
 * Only on Linux, where each thread has a priority of its own (setpriority(2)); elsewhere it would be
 * that of the whole process, and nothing is done.
 */
export function stepBehindOthers(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(0, BEHIND_OTHERS); // 0: who calls
  } catch {
    // not allowed here: then it stays as it was
  }
}
