/**
 * A recorded exchange against the live one: what is not as it was.
 *
 * Rule: compared is what responses mean, not how they are encoded. What a peer makes anew each time
 * (`ignore_rules.ts`) is no difference, and a UID that it makes is learnt as an alias of the recorded
 * one: used alike it is the same.
 * Rule: pending responses of a C-MOVE or C-GET are the SCP's choice (PS3.4 C.4.2.3.1): the final one
 * counts. Those of a C-FIND are its matches.
 * Rule: where the requestor canceled, how much came before is chance: what came is compared.
 */

import { statusClass } from "../../src/dimse/status.ts";
import { operationOfRequest } from "../../src/service/operation.ts";
import { numberValue } from "../../src/service/service_message.ts";
import type { RecordedMessage } from "../recorded.ts";
import type { AsOf } from "../rewrite/aliases.ts";
import { Rewriter } from "../rewrite/rewriter.ts";
import { compareMatches } from "./compare_matches.ts";
import { compareMessages } from "./compare_messages.ts";
import { recordedMessage } from "./compared_message.ts";
import { Comparing, type ComparisonRules } from "./comparison.ts";
import type {
  Comparison,
  ExchangeMessage,
  LiveExchange,
  RecordedExchange,
} from "./exchange_message.ts";
import { IgnoreRules } from "./ignore_rules.ts";

export type {
  Comparison,
  ExchangeMessage,
  LiveExchange,
  RecordedExchange,
} from "./exchange_message.ts";

export interface CompareOptions {
  /** What was changed before it was sent, and what was learnt; nothing unless told. */
  readonly rewriter?: Rewriter;
  /** As typed after `--ignore`, beside the defaults: "PatientName", "0008,0012", "Study*". */
  readonly ignore?: readonly string[];
  /** Give names and identifiers of patients in differences; `***` otherwise. */
  readonly showPhi?: boolean;
  /** No UID stands for another one. */
  readonly exactUids?: boolean;
  /** When the request went out: what was sent since then is nothing that the answers have to know. */
  readonly asOf?: AsOf;
}

export async function compareExchange(
  recorded: RecordedExchange,
  live: LiveExchange,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { association, request } = recorded;
  const rewriter = options.rewriter ?? new Rewriter();
  const aliases =
    options.asOf === undefined ? rewriter.aliases : rewriter.aliases.asOf(options.asOf);
  const comparing = new Comparing(
    {
      rewriter,
      association,
      exactUids: options.exactUids ?? false,
      ignore: ignoreRules([...(options.ignore ?? []), ...rewriter.set]),
      showPhi: options.showPhi ?? false,
    } satisfies ComparisonRules,
    aliases,
  );
  if (live.request !== undefined) {
    const prefix = "request.";
    compareMessages(await recordedMessage(request), live.request, { comparing, prefix });
  }
  if (live.responses !== undefined) await compareResponses(recorded, live.responses, comparing);
  if (aliases !== rewriter.aliases) aliases.commit();
  const more = comparing.more === 0 ? [] : [`${comparing.more} more differences`];
  return { differences: comparing.differences, notes: [...comparing.notes, ...more] };
}

async function compareResponses(
  { association, request }: RecordedExchange,
  responses: readonly ExchangeMessage[],
  comparing: Comparing,
): Promise<void> {
  const all = request.responses
    .map((index) => association.messages[index])
    .filter((message) => message?.command.endsWith("-RSP") === true) as readonly RecordedMessage[];
  const [pending, final] = split(all);
  const [livePending, liveFinal] = split(responses);
  const canceled = request.canceledBy !== undefined;
  await compareFinals({ recorded: final, live: liveFinal }, { comparing, canceled });
  if (request.command === "C-FIND-RQ") {
    const count = Math.min(pending.length, livePending.length);
    const part = canceled || final === undefined ? count : Number.POSITIVE_INFINITY;
    if (pending.length !== livePending.length && part !== count) {
      comparing.differs("matches", { recorded: pending.length, got: livePending.length });
    }
    const matches = { recorded: pending.slice(0, part), live: livePending.slice(0, part) };
    await compareMatches(matches, comparing);
  } else if (operationOfRequest(request.command)?.cancelable !== true) {
    if (livePending.length > pending.length) {
      comparing.differs("responses", { recorded: all.length, got: responses.length });
    }
  }
}

interface Finals {
  readonly recorded: RecordedMessage | undefined;
  readonly live: ExchangeMessage | undefined;
}

async function compareFinals(
  { recorded, live }: Finals,
  { comparing, canceled }: { readonly comparing: Comparing; readonly canceled: boolean },
): Promise<void> {
  if (recorded === undefined) {
    comparing.notes.add("the recording has no final response to compare with");
    return;
  }
  if (live === undefined) {
    comparing.differs("Status", { recorded: recorded.values["Status"] ?? null, got: null });
    return;
  }
  const one = await recordedMessage(recorded);
  if (!canceled) {
    compareMessages(one, live, { comparing });
    return;
  }
  // an SCP that was done, or that takes no C-CANCEL-RQ, ends with its own status (PS3.7 9.3.2.3)
  const [was, is] = [numberValue(one.values, "Status"), numberValue(live.values, "Status")];
  if (was !== is && ENDS_CANCELED.has(was ?? -1) && ENDS_CANCELED.has(is ?? -1)) {
    comparing.notes.add("canceled at another point than in the recording");
    return;
  }
  compareMessages({ values: one.values }, { values: live.values }, { comparing, only: isStatus });
}

const ENDS_CANCELED: ReadonlySet<number> = new Set([0xfe00, 0x0000]);

function isStatus(keyword: string): boolean {
  return keyword === "Status";
}

function split<M extends Pick<ExchangeMessage, "values">>(
  responses: readonly M[],
): readonly [readonly M[], M | undefined] {
  const final = responses.findLast(({ values }) => !isPending(values));
  return [responses.filter(({ values }) => isPending(values)), final];
}

function isPending(values: ExchangeMessage["values"]): boolean {
  const status = numberValue(values, "Status");
  return status !== undefined && statusClass(status) === "pending";
}

const RULES = new Map<string, IgnoreRules>();
const MAX_RULES = 100;

/** Made once for a run, in which they are asked for with each exchange. */
function ignoreRules(rules: readonly string[]): IgnoreRules {
  const key = rules.join("\n");
  const known = RULES.get(key);
  if (known !== undefined) return known;
  const made = new IgnoreRules(rules);
  if (RULES.size < MAX_RULES) RULES.set(key, made);
  return made;
}
