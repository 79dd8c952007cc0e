/** "Did you mean": the next step where an assignment names an element that PS3.6 does not have. */
import { allElements } from "../dictionary/elements.ts";
import { nearestName } from "../nearest.ts";
import type { AssignmentError } from "../service/assignments.ts";

export function keywordHint({ keyword }: AssignmentError): string | undefined {
  if (keyword === undefined) return undefined;
  const near = nearestName(
    keyword,
    allElements().map((entry) => entry.keyword),
  );
  return near === undefined ? undefined : `Did you mean ${near}?`;
}
