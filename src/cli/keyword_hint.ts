/** "Did you mean": the next step where an assignment names an element that PS3.6 does not have. */
import { nearestKeyword } from "../dictionary/nearest_keyword.ts";
import type { AssignmentError } from "../service/assignments.ts";

export function keywordHint({ keyword }: AssignmentError): string | undefined {
  const near = keyword === undefined ? undefined : nearestKeyword(keyword);
  return near === undefined ? undefined : `Did you mean ${near}?`;
}
