/**
 * Two sets of captures, association by association and exchange by exchange: A as what was recorded, B
 * as what is there now.
 *
 * Rule: associations are read when their turn comes, two at a time, and let go.
 * Rule: a UID of A for which B has another one is learnt, over all associations: used alike it is the
 * same, and the summary counts them.
 */

import { numberValue, textValue } from "../../src/service/service_message.ts";
import { rejectionName } from "../../src/ul/names.ts";
import type { Difference } from "../events.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import { Aliases } from "../rewrite/aliases.ts";
import { Rewriter } from "../rewrite/rewriter.ts";
import { ACCEPTED, judgeAccepted, recordedBeginning } from "../scu/compare_association.ts";
import { endWords } from "../scu/live_end.ts";
import { finalResponse } from "../scu/verdict.ts";
import { type CompareOptions, compareExchange } from "./compare_exchange.ts";
import { recordedMessage } from "./compared_message.ts";
import type { DiffEvent, DiffPlace, DiffSummary, LoneAssociationEvent } from "./diff_events.ts";
import type { ExchangeMessage } from "./exchange_message.ts";
import { type AssociationFacts, associationFacts, pairAssociations } from "./pair_associations.ts";
import { pairExchanges } from "./pair_exchanges.ts";

/** What can be gone through several times: `openRecordings`. */
export interface Recorded {
  associations(): Iterable<RecordedAssociation>;
}

export type DiffOptions = Omit<CompareOptions, "rewriter">;

/** The last one is the summary. */
export async function* diffCaptures(
  sides: { readonly a: Recorded; readonly b: Recorded },
  options: DiffOptions = {},
): AsyncGenerator<DiffEvent | LoneAssociationEvent | DiffSummary> {
  const [factsA, factsB] = [factsOf(sides.a), factsOf(sides.b)];
  const { pairs, onlyInA, onlyInB } = pairAssociations(factsA, factsB);
  const [a, b] = [new ByPlace(sides.a), new ByPlace(sides.b)];
  const tally = new Tally();
  const aliases = new Aliases();
  for (const pair of pairs) {
    const one = a.at(pair.a);
    const other = b.at(pair.b);
    if (one === undefined || other === undefined) continue;
    for await (const event of diffAssociations(one, other, { ...options, aliases })) {
      tally.count(event);
      yield event;
    }
  }
  for (const [places, side, outcome] of [
    [onlyInA, a, "only in A"],
    [onlyInB, b, "only in B"],
  ] as const) {
    for (const place of places) {
      const lone = side.at(place);
      if (lone !== undefined) yield loneEvent(lone, outcome);
    }
  }
  const associations = { a: factsA.length, b: factsB.length, paired: pairs.length };
  const lone = { a: onlyInA.length, b: onlyInB.length };
  yield tally.summary({ associations, lone, otherUids: aliases.others });
}

function factsOf(recorded: Recorded): readonly AssociationFacts[] {
  const facts: AssociationFacts[] = [];
  /** Whether a capture is of a replay: its first association says. */
  const replays = new Map<string, boolean>();
  for (const association of recorded.associations()) {
    const { capture } = association;
    const isReplay = replays.get(capture) ?? association.replayOf !== undefined;
    replays.set(capture, isReplay);
    facts.push(associationFacts(association, { isReplay }));
  }
  return facts;
}

/** Associations by their place; gone through once more, and again where an earlier one is wanted. */
class ByPlace {
  readonly #recorded: Recorded;
  #ahead = new Map<number, RecordedAssociation>();
  #iterator: Iterator<RecordedAssociation>;
  #next = 0;
  #last: { readonly place: number; readonly association: RecordedAssociation } | undefined;

  constructor(recorded: Recorded) {
    this.#recorded = recorded;
    this.#iterator = recorded.associations()[Symbol.iterator]();
  }

  at(place: number): RecordedAssociation | undefined {
    if (this.#last?.place === place) return this.#last.association;
    const association = this.#ahead.get(place) ?? this.#seek(place);
    this.#ahead.delete(place);
    if (association !== undefined) this.#last = { place, association };
    return association;
  }

  #seek(place: number): RecordedAssociation | undefined {
    if (place < this.#next) {
      this.#ahead = new Map();
      this.#iterator = this.#recorded.associations()[Symbol.iterator]();
      this.#next = 0;
    }
    for (;;) {
      const step = this.#iterator.next();
      if (step.done === true) return undefined;
      const at = this.#next++;
      if (at === place) return step.value;
      // not read yet, so it is light
      this.#ahead.set(at, step.value);
    }
  }
}

interface AssociationDiffOptions extends DiffOptions {
  readonly aliases: Aliases;
}

async function* diffAssociations(
  a: RecordedAssociation,
  b: RecordedAssociation,
  { aliases, ...options }: AssociationDiffOptions,
): AsyncGenerator<DiffEvent> {
  const rewriter = new Rewriter({ ae: titlesOf(b) }, { aliases });
  const places = (indexA: number, indexB: number) => ({
    a: placeOf(a, indexA),
    b: placeOf(b, indexB),
  });
  yield event("A-ASSOCIATE", { ...places(-1, -1), ...beginnings(a, b) });
  for (const pair of pairExchanges(a, b)) {
    const place = {
      a: pair.a === undefined ? null : placeOf(a, pair.a.index),
      b: pair.b === undefined ? null : placeOf(b, pair.b.index),
    };
    const facts = { ...place, ...times({ a, b }, pair) };
    if (pair.a === undefined || pair.b === undefined) {
      yield event((pair.a ?? pair.b)?.command ?? "", facts);
      continue;
    }
    const live = await liveExchange(b, pair.b);
    const compared = { association: a, request: pair.a };
    const { differences, notes } = await compareExchange(compared, live, { ...options, rewriter });
    const reason = notes.length === 0 ? null : notes.join("; ");
    yield event(pair.a.command, { ...facts, differences, reason });
  }
  const [was, is] = [endWords(a.end), endWords(b.end)];
  const differences = was === is ? [] : [{ path: "end", recorded: was, got: is }];
  yield event("end", { ...places(a.messages.length, b.messages.length), differences });
}

async function liveExchange(association: RecordedAssociation, request: RecordedMessage) {
  const responses: ExchangeMessage[] = [];
  for (const index of request.responses) {
    const message = association.messages[index];
    if (message?.command.endsWith("-RSP")) responses.push(await recordedMessage(message));
  }
  return { request: await recordedMessage(request), responses };
}

function beginnings(
  a: RecordedAssociation,
  b: RecordedAssociation,
): Pick<DiffEvent, "differences" | "reason"> {
  const [was, is] = [beginning(a), beginning(b)];
  if (was !== is) {
    return { differences: [{ path: "A-ASSOCIATE", recorded: was, got: is }], reason: null };
  }
  const differences = was === ACCEPTED ? contextDifferences(a, b) : [];
  if (differences.length === 0 || !areSubOperations(a, b)) return { differences, reason: null };
  return { differences: [], reason: OWN_CONTEXTS };
}

/**
 * Which contexts a C-MOVE SCP proposes to the destination is its own choice, as nobody asked it for any
 * (PS3.4 C.4.2.3.1): what it stores there is compared, exchange by exchange.
 */
const OWN_CONTEXTS = "sub-operations of a C-MOVE in other presentation contexts: not compared";

/** C-STOREs and nothing else, of which one side says that they are a C-MOVE's (PS3.7 9.1.1.1). */
function areSubOperations(a: RecordedAssociation, b: RecordedAssociation): boolean {
  const requests = [...a.messages, ...b.messages].filter(({ command }) => command.endsWith("-RQ"));
  return (
    requests.some(({ values }) => textValue(values, "MoveOriginatorApplicationEntityTitle")) &&
    requests.every(({ command }) => command === "C-STORE-RQ")
  );
}

function contextDifferences(a: RecordedAssociation, b: RecordedAssociation): readonly Difference[] {
  const known = new Set(a.contexts.map(({ id }) => id));
  const added = b.contexts.filter(({ id }) => !known.has(id));
  return [
    ...(judgeAccepted(a, b.contexts).differences ?? []),
    ...added.map(({ id, abstractSyntax }) => {
      return { path: `PresentationContext[${id}]`, recorded: null, got: abstractSyntax };
    }),
  ];
}

function beginning(association: RecordedAssociation): string {
  const { answer } = association;
  if (answer?.type === "A-ASSOCIATE-RJ") return rejectionName(answer);
  return recordedBeginning(association) ?? "not answered";
}

/** Titles inside of A's messages are expected as B's, where they are the recorded ones. */
function titlesOf({ summary }: RecordedAssociation): { calling?: string; called?: string } {
  const { calling_ae_title: calling, called_ae_title: called } = summary;
  return { ...(calling !== null && { calling }), ...(called !== null && { called }) };
}

function times(
  sides: { readonly a: RecordedAssociation; readonly b: RecordedAssociation },
  pair: { readonly a: RecordedMessage | undefined; readonly b: RecordedMessage | undefined },
): Pick<DiffEvent, "recorded_status" | "status" | "recorded_ms" | "ms"> {
  const of = (association: RecordedAssociation, request: RecordedMessage | undefined) => {
    const final = request && finalResponse(association, request);
    if (request === undefined || final === undefined) return { status: null, ms: null };
    const status = numberValue(final.values, "Status") ?? null;
    return { status, ms: (final.endedAt - request.at) / 1000 };
  };
  const [a, b] = [of(sides.a, pair.a), of(sides.b, pair.b)];
  return { recorded_status: a.status, status: b.status, recorded_ms: a.ms, ms: b.ms };
}

function event(request: string, facts: Partial<DiffEvent>): DiffEvent {
  const { a = null, b = null, differences = [] } = facts;
  const both = differences.length === 0 ? "same" : "differs";
  return {
    event: "exchange",
    request,
    outcome: a === null ? "only in B" : b === null ? "only in A" : both,
    a,
    b,
    recorded_status: facts.recorded_status ?? null,
    status: facts.status ?? null,
    differences,
    reason: facts.reason ?? null,
    recorded_ms: facts.recorded_ms ?? null,
    ms: facts.ms ?? null,
  };
}

function placeOf({ capture, id }: RecordedAssociation, index: number): DiffPlace {
  return { capture, association: id, index };
}

function loneEvent(
  { capture, id, summary }: RecordedAssociation,
  outcome: "only in A" | "only in B",
): LoneAssociationEvent {
  const { calling_ae_title, called_ae_title, messages } = summary;
  return {
    event: "association",
    outcome,
    capture,
    association: id,
    calling_ae_title,
    called_ae_title,
    messages,
  };
}

class Tally {
  readonly #counts = { same: 0, differs: 0, "only in A": 0, "only in B": 0 };

  count({ outcome }: DiffEvent): void {
    this.#counts[outcome] += 1;
  }

  /** Associations without a partner count as one each in what is only on one side. */
  summary(facts: {
    readonly associations: DiffSummary["associations"];
    readonly lone: { readonly a: number; readonly b: number };
    readonly otherUids: number;
  }): DiffSummary {
    const { same, differs } = this.#counts;
    const [onlyA, onlyB] = [this.#counts["only in A"], this.#counts["only in B"]];
    return {
      event: "summary",
      associations: facts.associations,
      exchanges: same + differs + onlyA + onlyB,
      same,
      differs,
      only_in_a: onlyA + facts.lone.a,
      only_in_b: onlyB + facts.lone.b,
      other_uids: facts.otherUids,
    };
  }
}
