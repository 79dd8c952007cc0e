/** Several captures as one order of associations. */
import type { RecordedAssociation } from "../recorded.ts";

export interface DatedCapture {
  /** No association of it began before, as its `started` is written; "" where that is not known. */
  readonly notBefore: string;
  readonly associations: Iterable<Listed>;
}

/** Undefined: there is none yet, but something was read. */
type Listed = RecordedAssociation | undefined;

/**
 * By the wall clock at which they began. Within a capture the order is kept whatever the clock says;
 * one that tells no time comes at once, and of two at the same time that of the first capture.
 *
 * A capture is begun when its time comes: of a long row of them few are read at once.
 */
export function* merged(captures: readonly DatedCapture[]): Generator<Listed, void, undefined> {
  const waiting = captures
    .map(({ notBefore, associations }, order) => ({ notBefore, associations, order }))
    .sort((a, b) => (a.notBefore < b.notBefore ? -1 : a.notBefore > b.notBefore ? 1 : 0));
  const heads: Head[] = [];
  for (;;) {
    let first = earliest(heads);
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (first !== undefined && startOf(first) < next.notBefore) break;
      waiting.shift();
      const rest = next.associations[Symbol.iterator]();
      const begun = yield* following(rest);
      if (begun !== undefined) heads.push({ next: begun, rest, order: next.order });
      first = earliest(heads);
    }
    if (first === undefined) return;
    yield first.next;
    const next = yield* following(first.rest);
    if (next === undefined) heads.splice(heads.indexOf(first), 1);
    else first.next = next;
  }
}

interface Head {
  next: RecordedAssociation;
  readonly rest: Iterator<Listed>;
  /** Place of its capture among those that were given. */
  readonly order: number;
}

/** The next association; undefined where there is none any more. */
function* following(rest: Iterator<Listed>): Generator<undefined, Listed, undefined> {
  for (;;) {
    const next = rest.next();
    if (next.done === true) return undefined;
    if (next.value !== undefined) return next.value;
    yield undefined;
  }
}

function earliest(heads: readonly Head[]): Head | undefined {
  let first: Head | undefined;
  for (const head of heads) if (first === undefined || isBefore(head, first)) first = head;
  return first;
}

function isBefore(a: Head, b: Head): boolean {
  const [at, than] = [startOf(a), startOf(b)];
  return at < than || (at === than && a.order < b.order);
}

function startOf({ next }: Head): string {
  return next.summary.started ?? "";
}
