/** "Did you mean": the keyword of PS3.6 that a misspelt one was meant for. */
import { nearestName } from "../nearest.ts";
import { allElements } from "./elements.ts";

export function nearestKeyword(keyword: string): string | undefined {
  const known = allElements().flatMap((entry) => (entry.keyword === "" ? [] : [entry.keyword]));
  return nearestName(keyword, known);
}
