/**
 * Named states (`--state NAME=FILTER`): a request that FILTER takes, and that was granted, brings NAME
 * about. The recording goes through the same rules, so each recorded exchange has the state that it was
 * recorded in, and a live request is answered from those of the state that is now.
 *
 *     done=~m N-SET ~tag PerformedProcedureStepStatus=COMPLETED
 *
 * "The worklist is empty once the step is completed" needs no more: the recorded queries before and
 * after it are of two states, however often each is asked live.
 *
 * Rule: it begins with `start`, and a rule of that name leads back to it. Of several rules that take a
 * request the last one counts. All associations share the state.
 * Rule: where nothing was recorded in a state, what was recorded in any is asked.
 */
import type { DataSet } from "../../src/dataset/data_set.ts";
import { statusClass } from "../../src/dimse/status.ts";
import type { FilterFacts } from "../../src/filter/facts.ts";
import { type Filter, filterErrorLines, isFilterError } from "../../src/filter/filter.ts";
import { matches } from "../../src/filter/match_filter.ts";
import { parseFilter } from "../../src/filter/parse_filter.ts";
import { numberValue } from "../../src/service/service_message.ts";
import { messageFacts, tagValues } from "../rewrite/message_facts.ts";
import { exchangesOf, type Library, type RecordedExchange, wallTime } from "./library.ts";
import type { LiveRequest } from "./responder.ts";

export interface StateRule {
  readonly name: string;
  readonly filter: Filter;
}

const START = "start";

/** "NAME=FILTER". Throws a RangeError that begins with what was typed. */
export function readStateRule(typed: string): StateRule {
  const [, name, text = ""] = /^([A-Za-z0-9_-]+)=(.+)$/s.exec(typed) ?? [];
  if (name === undefined) {
    throw new RangeError(`${typed}: NAME=FILTER is needed, such as "done=~m N-SET"`);
  }
  const filter = parseFilter(text);
  if (!isFilterError(filter)) return { name, filter };
  throw new RangeError(`${typed}: ${filterErrorLines(text, filter).join("\n")}`);
}

export class NamedStates {
  readonly #rules: readonly StateRule[];
  readonly #library: Library;
  #changes: readonly Change[] | undefined;
  #current = START;

  /** Throws a RangeError for a rule that cannot be read. */
  constructor(library: Library, rules: readonly string[]) {
    this.#rules = rules.map(readStateRule);
    this.#library = library;
  }

  /** What answers come from now; undefined where no rule was given. */
  get current(): string | undefined {
    return this.#rules.length === 0 ? undefined : this.#current;
  }

  /** Whether it was recorded in the state that is now. */
  isOfNow(exchange: RecordedExchange): boolean {
    this.#changes ??= this.#recordedChanges();
    const at = wallTime(exchange, exchange.request.at);
    const before = this.#changes.findLast((change) => change.at <= at);
    return (before?.name ?? START) === this.#current;
  }

  /** A request has its final answer: it may bring a state about. */
  async answered(request: LiveRequest, status: number): Promise<void> {
    if (this.#rules.length === 0 || !isGranted(status)) return;
    this.#current = this.#broughtBy(await liveFacts(request, status)) ?? this.#current;
  }

  #broughtBy(facts: FilterFacts): string | undefined {
    return this.#rules.findLast(({ filter }) => matches(filter, facts) === true)?.name;
  }

  #recordedChanges(): readonly Change[] {
    const changes: Change[] = [];
    for (const association of this.#library.associations) {
      for (const exchange of exchangesOf(association)) {
        const last = exchange.responses.at(-1);
        const status = numberValue(last?.values ?? {}, "Status");
        if (last === undefined || status === undefined || !isGranted(status)) continue;
        const name = this.#broughtBy(messageFacts(exchange.request, association));
        if (name !== undefined) changes.push({ name, at: wallTime(exchange, last.endedAt) });
      }
    }
    return changes.sort((one, other) => one.at - other.at);
  }
}

interface Change {
  readonly name: string;
  /** Microseconds of the wall clock. */
  readonly at: number;
}

function isGranted(status: number): boolean {
  const meaning = statusClass(status);
  return meaning === "success" || meaning === "warning";
}

/** Undefined too where it has passed unread. */
async function readIdentifier(request: LiveRequest): Promise<DataSet | undefined> {
  try {
    return await request.identifier();
  } catch {
    return undefined;
  }
}

/** Of a C-STORE the command set alone: its data set has passed. */
async function liveFacts(request: LiveRequest, status: number): Promise<FilterFacts> {
  const { association, command, values, context, sopClassUid, sopInstanceUid, operation } = request;
  const dataSet = operation === "C-STORE" ? undefined : await readIdentifier(request);
  return {
    complete: true,
    negotiated: true,
    callingAeTitle: association.callingAeTitle,
    calledAeTitle: association.calledAeTitle,
    commands: [command],
    sopClassUids: [sopClassUid],
    sopInstanceUids: sopInstanceUid === undefined ? [] : [sopInstanceUid],
    transferSyntaxUids: context.transferSyntax === undefined ? [] : [context.transferSyntax],
    contextIds: [context.id],
    statuses: [status],
    findings: [],
    tagValues: (path) => tagValues(path, { values, dataSet: dataSet && { read: () => dataSet } }),
  };
}
