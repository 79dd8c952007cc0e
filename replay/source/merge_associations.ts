/** Several captures as one order of associations. */
import type { RecordedAssociation } from "../recorded.ts";

/**
 * By the wall clock at which they began. Within a capture the order is kept whatever the clock says;
 * one that tells no time comes at once, and of two at the same time that of the first capture.
 */
export function* merged(
  captures: readonly Iterable<RecordedAssociation>[],
): Generator<RecordedAssociation, void, undefined> {
  const heads: Head[] = [];
  for (const capture of captures) {
    const rest = capture[Symbol.iterator]();
    const next = rest.next();
    if (next.done !== true) heads.push({ next: next.value, rest });
  }
  while (heads.length > 0) {
    const first = heads.reduce((a, b) => (startOf(b) < startOf(a) ? b : a));
    yield first.next;
    const next = first.rest.next();
    if (next.done === true) heads.splice(heads.indexOf(first), 1);
    else first.next = next.value;
  }
}

interface Head {
  next: RecordedAssociation;
  readonly rest: Iterator<RecordedAssociation>;
}

/** Times in ISO 8601 with as many digits each: their text is in their order. */
function startOf({ next }: Head): string {
  return next.summary.started ?? "";
}
