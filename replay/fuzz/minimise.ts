/**
 * The least that still makes a target fail: fewer and milder changes, fewer messages, smaller ones.
 *
 * Rule: bounded by `MAX_TRIES`; what is given back failed when it was tried.
 */
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { type FuzzScript, withUnit } from "./fuzz_script.ts";
import type { FuzzTarget } from "./fuzz_target.ts";
import type { Mutation } from "./mutation.ts";

export interface FuzzCase {
  readonly script: FuzzScript;
  readonly mutations: readonly Mutation[];
}

/** Each may have to wait for the target to come back. */
const MAX_TRIES = 60;

/** Undefined where it does not fail again: then nothing can be left out. */
export async function minimise(found: FuzzCase, target: FuzzTarget): Promise<FuzzCase | undefined> {
  let tries = 0;
  const fails = async ({ script, mutations }: FuzzCase): Promise<boolean> => {
    if (tries >= MAX_TRIES || !(await target.isBack())) return false;
    tries += 1;
    // one that is restarted at once is only seen to lose the connection
    return (await target.play(script, mutations)) !== undefined;
  };
  if (!(await fails(found))) return undefined;
  let least = found;
  for (const smaller of [
    fewerMutations,
    fewerSteps,
    fewerContexts,
    smallerDataSets,
    milderMutations,
  ]) {
    for (let candidates = [...smaller(least)]; candidates.length > 0; ) {
      const candidate = candidates.shift();
      if (candidate === undefined || !(await fails(candidate))) continue;
      least = candidate;
      candidates = [...smaller(least)];
    }
  }
  await target.isBack();
  return least;
}

function* fewerMutations({ script, mutations }: FuzzCase): Generator<FuzzCase> {
  if (mutations.length < 2) return;
  for (const [left] of mutations.entries()) {
    yield { script, mutations: mutations.filter((_, index) => index !== left) };
  }
}

/** Without the messages that are not changed, all of them first; request and release stay. */
function* fewerSteps({ script, mutations }: FuzzCase): Generator<FuzzCase> {
  const changed = new Set(mutations.map(({ unit }) => unit));
  const { steps } = script;
  const last = steps.length - 1;
  const spare = steps.filter(({ unit, units }, index) => {
    return index > 0 && index < last && !units.some((_, at) => changed.has(unit + at));
  });
  if (spare.length > 1) {
    const left = steps.filter((step) => !spare.includes(step));
    yield { script: { ...script, steps: left }, mutations };
  }
  for (const one of spare) {
    yield { script: { ...script, steps: steps.filter((step) => step !== one) }, mutations };
  }
}

/** Only the contexts that are still used are proposed. */
function* fewerContexts({ script, mutations }: FuzzCase): Generator<FuzzCase> {
  if (mutations.some(({ unit }) => unit === 0)) return;
  const used = new Set(script.steps.map(({ contextId }) => contextId));
  const { request } = script;
  const items = request.items.filter((item) => {
    return item.item !== "presentation context RQ" || used.has(item.id);
  });
  if (items.length === request.items.length || used.size < 2) return;
  const fewer = withUnit(script, 0, encodePdu({ ...request, items }));
  yield { script: { ...fewer, request: { ...request, items } }, mutations };
}

/** Of messages that stay, where the data set is as it was. */
function* smallerDataSets({ script, mutations }: FuzzCase): Generator<FuzzCase> {
  for (const { unit, units } of script.steps) {
    const [, dataSet] = units;
    if (dataSet === undefined || dataSet.octets.length === 0) continue;
    if (mutations.some((mutation) => mutation.unit === unit + 1)) continue;
    for (const length of [0, (dataSet.octets.length >> 2) & ~1]) {
      const octets = dataSet.octets.slice(0, length);
      if (length < dataSet.octets.length) {
        yield { script: withUnit(script, unit + 1, octets), mutations };
      }
    }
  }
}

function* milderMutations({ script, mutations }: FuzzCase): Generator<FuzzCase> {
  for (const [index, { milder }] of mutations.entries()) {
    for (const mutation of milder?.() ?? []) {
      yield { script, mutations: mutations.with(index, mutation) };
    }
  }
}
