/**
 * `fuzzReplay`: captures played to a target with seeded changes, until it fails; then with fewer of
 * them, until nothing can be left out.
 *
 * Rule: the target has to be this machine. What is sent is meant to break what reads it.
 */
import { isThisMachine } from "../../src/address.ts";
import { openRecordings } from "../source/recordings.ts";
import type { TurnOptions } from "../source/turns.ts";
import { type FuzzScript, fuzzScript, stepOctets } from "./fuzz_script.ts";
import { type FindingKind, FuzzTarget } from "./fuzz_target.ts";
import { type FuzzCase, minimise } from "./minimise.ts";
import { mutate } from "./mutate.ts";
import { SeededRandom } from "./seeded_random.ts";

export interface FuzzOptions {
  /** Paths of captures, and of directories that stand for the captures in them. */
  readonly captures: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly seed: string;
  /** Cases to play at the most. */
  readonly cases: number;
  /** Milliseconds to wait for the answer to a message; 200 unless told. */
  readonly stepTimeout?: number;
  /** Milliseconds for the answer of a target that is well; 5,000 unless told. */
  readonly healthTimeout?: number;
  /** Milliseconds that a target may take to be restarted; 5,000 unless told. */
  readonly restartTimeout?: number;
  /** Ends the run. While captures are read, it rejects with the reason. */
  readonly signal?: AbortSignal;
  readonly onFinding?: (finding: FuzzFinding) => void;
  readonly onProgress?: (cases: number) => void;
}

/** In the shape of `--json`. */
export interface FuzzFinding {
  readonly event: "finding";
  readonly what: FindingKind;
  readonly seed: string;
  /** The case of this seed that found it. */
  readonly case: number;
  /** The association that was changed: "x.dcap, association 3". */
  readonly association: string;
  /** What was changed, in words. */
  readonly changes: readonly string[];
  /** Everything that is still sent was needed; else the target did not come back to try. */
  readonly minimised: boolean;
  /** What the requestor sends, in hexadecimal, all of it. */
  readonly octets: string;
  readonly ms: number;
}

export interface FuzzResult {
  readonly cases: number;
  readonly findings: readonly FuzzFinding[];
  /** The target was well before the first case. */
  readonly reached: boolean;
  readonly durationMs: number;
}

/** Findings of `connection lost` that are looked into; a target may do that all the time. */
const MAX_LOST = 5;
/** Associations of the captures that are changed. */
const MAX_SCRIPTS = 200;

/** Rejects with a RangeError for a target that is not this machine, and where there is nothing to play. */
export async function fuzzReplay(options: FuzzOptions): Promise<FuzzResult> {
  const { host, port, seed, cases, captures, signal } = options;
  if (!isThisMachine(host)) {
    throw new RangeError(`Cannot fuzz ${host}: changed messages are sent to this machine only`);
  }
  const scripts = await scriptsOf(captures, { signal });
  const [probe] = scripts;
  if (probe === undefined) throw new RangeError("Cannot fuzz: there is no association to change");
  const started = performance.now();
  const target = new FuzzTarget(probe, {
    target: { host, port },
    connectTimeout: 5_000,
    stepTimeout: options.stepTimeout ?? 200,
    healthTimeout: options.healthTimeout ?? 5_000,
    restartTimeout: options.restartTimeout ?? 5_000,
  });
  const findings: FuzzFinding[] = [];
  const lost = new Set<string>();
  const reached = await target.isWell();
  let played = 0;
  for (; reached && played < cases && signal?.aborted !== true; played++) {
    const random = new SeededRandom(seed, played);
    const script = random.pick(scripts);
    const mutations = mutate(script, random);
    const what = await target.play(script, mutations);
    options.onProgress?.(played + 1);
    if (what === undefined) continue;
    if (what === "connection lost" && lost.size >= MAX_LOST) continue;
    const least = await minimise({ script, mutations }, target);
    const reported = findingOf(least ?? { script, mutations });
    if (what === "connection lost" && lost.has(reported.changes.join())) continue;
    if (what === "connection lost") lost.add(reported.changes.join());
    const facts = { what, seed, case: played, minimised: least !== undefined };
    const ms = Math.round(performance.now() - started);
    const finding: FuzzFinding = { event: "finding", ...facts, ...reported, ms };
    findings.push(finding);
    options.onFinding?.(finding);
    if (what !== "connection lost") {
      played += 1;
      break;
    }
  }
  const durationMs = Math.round(performance.now() - started);
  return { cases: played, findings, reached, durationMs };
}

/** Associations that can be changed: those that were accepted. */
export async function scriptsOf(
  captures: readonly string[],
  { signal }: TurnOptions = {},
): Promise<FuzzScript[]> {
  using recordings = openRecordings(captures);
  const scripts: FuzzScript[] = [];
  for await (const association of recordings.inTurns({ signal })) {
    if (scripts.length === MAX_SCRIPTS) break;
    if (association.answer?.type !== "A-ASSOCIATE-AC") continue;
    const script = await fuzzScript(association);
    if (script !== undefined) scripts.push(script);
  }
  signal?.throwIfAborted(); // also where nothing was there to be read
  return scripts;
}

function findingOf({ script, mutations }: FuzzCase) {
  const octets = Buffer.concat(script.steps.map((step) => stepOctets(step, mutations)));
  return {
    association: script.name,
    changes: mutations.map(({ words }) => words),
    octets: octets.toString("hex"),
  };
}
