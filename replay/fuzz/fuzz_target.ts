/**
 * Is the target well? After a case that ended without a word it is asked what it was asked in the
 * recording, unchanged.
 */
import type { FuzzScript } from "./fuzz_script.ts";
import type { Mutation } from "./mutation.ts";
import { type CaseOptions, playCase } from "./play_case.ts";

/**
 * - `target gone`: it takes no connections any more
 * - `target hangs`: it takes them and answers nothing
 * - `connection lost`: it ended this one without an A-ABORT (PS3.8 9.3.8); others it serves
 */
export type FindingKind = "target gone" | "target hangs" | "connection lost";

export interface TargetOptions extends CaseOptions {
  /** Milliseconds that a target which is gone may take to come back, where something restarts it. */
  readonly restartTimeout: number;
  /** Milliseconds for the answer of a target that is well. */
  readonly healthTimeout: number;
}

export class FuzzTarget {
  readonly #options: TargetOptions;
  readonly #probe: FuzzScript;
  /** Cases that were played, probes not counted. */
  cases = 0;

  /** `probe`: what the target answers when it is well. */
  constructor(probe: FuzzScript, options: TargetOptions) {
    this.#probe = onlyAssociation(probe);
    this.#options = options;
  }

  /** Undefined where the target took it well: it answered, said no, or waits for more. */
  async play(script: FuzzScript, mutations: readonly Mutation[]): Promise<FindingKind | undefined> {
    this.cases += 1;
    const end = await playCase(script, mutations, this.#options);
    if (end === "rejected" || end === "aborted") return undefined;
    if (end === "answered" && this.cases % LOOK_EVERY !== 0) return undefined;
    const health = await this.#ask();
    if (health === "unreachable") return "target gone";
    if (health === "silent") return "target hangs";
    return end === "closed" || end === "reset" ? "connection lost" : undefined;
  }

  async isWell(): Promise<boolean> {
    return (await this.#ask()) === "well";
  }

  /** Waits until it is well again. False where it does not come back. */
  async isBack(): Promise<boolean> {
    const until = performance.now() + this.#options.restartTimeout;
    for (;;) {
      if (await this.isWell()) return true;
      if (performance.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
    }
  }

  async #ask(): Promise<"well" | "silent" | "unreachable"> {
    const stepTimeout = this.#options.healthTimeout;
    const end = await playCase(this.#probe, [], { ...this.#options, stepTimeout });
    if (end === "silent") return "silent";
    // a connection that is lost at once: what listened for it is being taken down
    return ["unreachable", "reset", "closed"].includes(end) ? "unreachable" : "well";
  }
}

/** How often a target that answers is asked whether it is well, in cases. */
const LOOK_EVERY = 50;

/** Milliseconds. */
const LOOK_AGAIN = 50;

/** Requested and released: the least that every SCP can do. */
function onlyAssociation(script: FuzzScript): FuzzScript {
  const [first, last] = [script.steps[0], script.steps.at(-1)];
  const steps = first === undefined || last === undefined ? [] : [first, last];
  return { ...script, steps };
}
