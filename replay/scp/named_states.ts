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
 * Rule: a rule sees of a recorded request what it would see of the live one, and no more; else the
 * recording would be in states that the live side never comes to.
 */
import { statusClass } from "../../src/dimse/status.ts";
import type { FilterFacts } from "../../src/filter/facts.ts";
import { type Filter, filterErrorLines, isFilterError } from "../../src/filter/filter.ts";
import { matches } from "../../src/filter/match_filter.ts";
import { parseFilter } from "../../src/filter/parse_filter.ts";
import { numberValue } from "../../src/service/service_message.ts";
import type { RecordedDataSet } from "../recorded.ts";
import { tagValues } from "../rewrite/message_facts.ts";
import { exchangesOf, type Library, type RecordedExchange, wallTime } from "./library.ts";
import type { LiveAssociation, LiveRequest } from "./responder.ts";

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
  readonly #recordedIn = new WeakMap<RecordedExchange, string>();
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
    return this.#stateOf(exchange) === this.#current;
  }

  /** A request has its final answer: it may bring a state about. */
  async answered(request: LiveRequest, status: number): Promise<void> {
    if (this.#rules.length === 0 || !isGranted(status)) return;
    const dataSet = hasPassed(request) ? undefined : await readIdentifier(request);
    this.#current = this.#broughtBy(stateFacts(request, { status, dataSet })) ?? this.#current;
  }

  #stateOf(exchange: RecordedExchange): string {
    const known = this.#recordedIn.get(exchange);
    if (known !== undefined) return known;
    this.#changes ??= this.#recordedChanges();
    const at = wallTime(exchange, exchange.request.at);
    const state = this.#changes.findLast((change) => change.at <= at)?.name ?? START;
    this.#recordedIn.set(exchange, state);
    return state;
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
        const name = this.#broughtBy(recordedFacts(exchange, status));
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
async function readIdentifier(request: LiveRequest): Promise<Readable | undefined> {
  try {
    const identifier = await request.identifier();
    return identifier && { read: () => identifier };
  } catch {
    return undefined;
  }
}

/** Nobody holds the data set of a C-STORE: rules go by its command set alone. */
function hasPassed({ operation }: Pick<LiveRequest, "operation">): boolean {
  return operation === "C-STORE";
}

function recordedFacts(exchange: RecordedExchange, status: number): FilterFacts {
  const { association, request } = exchange;
  const { summary, contexts } = association;
  const { contextId: id, command, values, dataSet } = request;
  const asked: Asked = {
    ...exchange,
    command,
    values,
    context: { id, transferSyntax: contexts.find((context) => context.id === id)?.transferSyntax },
    association: {
      callingAeTitle: summary.calling_ae_title ?? undefined,
      calledAeTitle: summary.called_ae_title ?? undefined,
    },
  };
  return stateFacts(asked, { status, dataSet: hasPassed(exchange) ? undefined : dataSet });
}

type Readable = Pick<RecordedDataSet, "read">;

/** What a recorded request and a live one both tell. */
interface Asked extends Pick<LiveRequest, "values" | "sopClassUid" | "sopInstanceUid"> {
  readonly command: string;
  readonly context: { readonly id: number; readonly transferSyntax: string | undefined };
  readonly association: {
    readonly [Title in "callingAeTitle" | "calledAeTitle"]: LiveAssociation[Title] | undefined;
  };
}

/** `status`: of the final answer. */
function stateFacts(
  { association, command, values, context, sopClassUid, sopInstanceUid }: Asked,
  { status, dataSet }: { readonly status: number; readonly dataSet: Readable | undefined },
): FilterFacts {
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
    tagValues: (path) => tagValues(path, { values, dataSet }),
  };
}
