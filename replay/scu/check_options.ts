/**
 * Options of `replayAsScu` that cannot be: refused before anything is read, since a replay with them
 * would play nothing and find no difference, or never end.
 */
import { readIgnore } from "../compare/ignore_rules.ts";
import type { ReplayScuOptions } from "./options.ts";

/** Throws a RangeError that names the option. */
export function checkScuOptions(options: ReplayScuOptions): void {
  const { port, speed = 1, maxGap = 0, repeat = 1, concurrency = "recorded" } = options;
  const { ratePerSecond = 1, fragment = "max" } = options;
  check("port", port, { takes: "1 to 65535", is: isWhole(port, 1) && port <= 65_535 });
  check("speed", speed, { takes: "more than 0, Infinity for no pauses", is: speed > 0 });
  check("maxGap", maxGap, { takes: "milliseconds", is: maxGap >= 0 });
  check("repeat", repeat, { takes: "a whole number of at least 1", is: isWhole(repeat, 1) });
  check("concurrency", concurrency, {
    takes: '"recorded" or a whole number of at least 1',
    is: concurrency === "recorded" || isWhole(concurrency, 1),
  });
  check("ratePerSecond", ratePerSecond, { takes: "more than 0", is: ratePerSecond > 0 });
  check("fragment", fragment, {
    takes: `"max", "recorded", "one-pdv" or octets of at least ${LEAST_FRAGMENT}`,
    is: typeof fragment === "string" || isWhole(fragment, LEAST_FRAGMENT),
  });
  for (const rule of options.ignore ?? []) readIgnore(rule);
}

/** Two octets of a message behind the head of a PDV (PS3.8 9.3.5.1, E.2). */
export const LEAST_FRAGMENT = 8;

function check(
  name: keyof ReplayScuOptions,
  value: unknown,
  { is, takes }: { readonly is: boolean; readonly takes: string },
): void {
  if (!is) throw new RangeError(`Cannot replay with ${name} ${String(value)}: it takes ${takes}`);
}

function isWhole(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}
