/**
 * Measuring in turns: A B C, A B C, ... so that what the machine does meanwhile hits all alike.
 */
import type { Contender } from "./contenders.ts";

/** By name of the contender, one value a round. */
export type Values = ReadonlyMap<string, readonly number[]>;

export async function inTurns(
  contenders: readonly Contender[],
  rounds: number,
  measure: (contender: Contender) => Promise<number>,
): Promise<Values> {
  const values = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await measure(contender); // warm, not counted
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) values.get(contender.name)?.push(await measure(contender));
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  return values;
}

export function valuesOf(values: Values, name: string): readonly number[] {
  return values.get(name) ?? [];
}
