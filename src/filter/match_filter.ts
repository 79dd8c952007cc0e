/**
 * Judges facts by a filter, in three values: true, false, and `undefined` for "cannot be known yet".
 * A recorder that decides while an association runs keeps what is `undefined` until it is known.
 *
 * Rule: true and false are final. More facts never turn one into the other, because lists only grow
 * and `complete` comes last.
 */
import { uidName } from "../dictionary/uids.ts";
import type { FilterFacts } from "./facts.ts";
import type { Comparison, Filter, StatusPattern, TextField } from "./filter.ts";
import { matchesPattern } from "./pattern_match.ts";
import { statusMatches } from "./status_pattern.ts";

export type Verdict = boolean | undefined;

export function matches(filter: Filter, facts: FilterFacts): Verdict {
  switch (filter.kind) {
    case "all":
      return true;
    case "not": {
      const verdict = matches(filter.of, facts);
      return verdict === undefined ? undefined : !verdict;
    }
    case "and":
      return every(filter.of, facts);
    case "or":
      return some(filter.of, facts);
    case "word":
      return anyOf(
        WORD_FIELDS.flatMap((field) => [...texts(field, facts)]),
        {
          facts,
          test: (text) => matchesPattern(filter.pattern, text),
        },
      );
    case "text":
      return anyOf(texts(filter.field, facts), {
        facts,
        known: isKnown(filter.field, facts),
        test: (text) => matchesPattern(filter.pattern, text),
      });
    case "sop instance":
      return anyOf(facts.sopInstanceUids, { facts, test: (uid) => trimmed(uid) === filter.uid });
    case "context":
      return anyOf(facts.contextIds, {
        facts,
        known: facts.negotiated === true,
        test: (id) => id === filter.id,
      });
    case "status":
      return anyOf(facts.statuses, { facts, test: (status) => hasStatus(filter.patterns, status) });
    case "tag":
      return matchesTag(filter, facts);
    case "outcome":
      if (facts.outcome === undefined || facts.outcome === "open") return absent(facts);
      return facts.outcome === filter.is;
    case "faulty":
      return anyOf(facts.findings, { facts, test: (finding) => finding.severity === "error" });
    case "compare":
      return matchesAmount(filter, facts);
    case "time": {
      if (facts.startedAt === undefined) return absent(facts);
      const isLater = facts.startedAt >= filter.at;
      return filter.field === "since" ? isLater : !isLater;
    }
    default:
      return filter satisfies never;
  }
}

const WORD_FIELDS: readonly TextField[] = [
  "AE title",
  "source",
  "destination",
  "command",
  "SOP class",
];

/** Whether a field says all it ever will, though the association goes on. */
function isKnown(field: TextField, facts: FilterFacts): boolean {
  const { callingAeTitle, calledAeTitle } = facts;
  switch (field) {
    case "AE title":
      return callingAeTitle !== undefined && calledAeTitle !== undefined;
    case "calling AE title":
      return callingAeTitle !== undefined;
    case "called AE title":
      return calledAeTitle !== undefined;
    case "source":
      return facts.source !== undefined;
    case "destination":
      return facts.destination !== undefined;
    case "SOP class":
    case "transfer syntax":
      return facts.negotiated === true;
    case "command":
    case "finding":
      return false;
    default:
      return field satisfies never;
  }
}

/** The texts of a field, as far as they are known. */
function* texts(field: TextField, facts: FilterFacts): Iterable<string> {
  switch (field) {
    case "command":
      yield* facts.commands;
      return;
    case "AE title":
      yield* known(facts.callingAeTitle, facts.calledAeTitle);
      return;
    case "calling AE title":
      yield* known(facts.callingAeTitle);
      return;
    case "called AE title":
      yield* known(facts.calledAeTitle);
      return;
    case "SOP class":
      yield* withNames(facts.sopClassUids);
      return;
    case "transfer syntax":
      yield* withNames(facts.transferSyntaxUids);
      return;
    case "finding":
      for (const { id, text } of facts.findings) yield* [id, text];
      return;
    case "source":
      yield* known(facts.source);
      return;
    case "destination":
      yield* known(facts.destination);
      return;
    default:
      field satisfies never;
  }
}

/** AE titles are shown without the blanks that pad them (PS3.8 9.3.2), and compared so. */
function known(...values: readonly (string | undefined)[]): string[] {
  return values.flatMap((value) => (value === undefined ? [] : [value.trim()]));
}

function* withNames(uids: Iterable<string>): Iterable<string> {
  for (const uid of uids) {
    const plain = trimmed(uid);
    yield plain;
    const name = uidName(plain);
    if (name !== plain) yield name;
  }
}

function every(filters: readonly Filter[], facts: FilterFacts): Verdict {
  let verdict: Verdict = true;
  for (const filter of filters) {
    const one = matches(filter, facts);
    if (one === false) return false;
    if (one === undefined) verdict = undefined;
  }
  return verdict;
}

function some(filters: readonly Filter[], facts: FilterFacts): Verdict {
  let verdict: Verdict = false;
  for (const filter of filters) {
    const one = matches(filter, facts);
    if (one === true) return true;
    if (one === undefined) verdict = undefined;
  }
  return verdict;
}

interface Asking<T> {
  readonly facts: FilterFacts;
  /** No more values will come, though other facts may. */
  readonly known?: boolean;
  test(value: T): boolean;
}

function anyOf<T>(values: Iterable<T>, { facts, known = false, test }: Asking<T>): Verdict {
  for (const value of values) if (test(value)) return true;
  return known ? false : absent(facts);
}

function absent(facts: FilterFacts): Verdict {
  return facts.complete ? false : undefined;
}

/** Patterns with `!` all have to hold: `~c !0000|!FF00` is neither of the two. */
function hasStatus(patterns: readonly StatusPattern[], status: number): boolean {
  const refused = patterns.filter((pattern) => pattern.not);
  const wanted = patterns.filter((pattern) => !pattern.not);
  if (refused.some((pattern) => statusMatches(pattern.is, status))) return false;
  return wanted.length === 0 || wanted.some((pattern) => statusMatches(pattern.is, status));
}

function matchesTag(filter: Filter & { readonly kind: "tag" }, facts: FilterFacts): Verdict {
  const { path, pattern } = filter;
  // A data set that nobody looked into says nothing either way.
  const values = facts.tagValues?.(path);
  if (values === undefined) return undefined;
  return anyOf(values, {
    facts,
    test: (value) => pattern === undefined || matchesPattern(pattern, value),
  });
}

/** Amounts grow: "more than" is known as soon as it is so, "less than" only at the end. */
function matchesAmount(filter: Filter & { readonly kind: "compare" }, facts: FilterFacts): Verdict {
  const value = {
    duration: facts.durationMs,
    size: facts.size,
    messages: facts.messages,
  }[filter.field];
  if (value === undefined) return absent(facts);
  const holds = compare(value, filter.by, filter.value);
  if (facts.complete) return holds;
  const isOver = value > filter.value || (value === filter.value && filter.by === "<");
  if (isOver) return holds;
  return holds && filter.by === ">=" ? true : undefined;
}

function compare(value: number, by: Comparison, limit: number): boolean {
  switch (by) {
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
    case "=":
      return value === limit;
    default:
      return by satisfies never;
  }
}

/** UIDs are padded to even length on the wire (PS3.5 9.1). */
function trimmed(uid: string): string {
  return uid.replace(/[\0 ]+$/, "");
}
