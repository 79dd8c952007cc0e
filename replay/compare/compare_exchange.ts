/**
 * A recorded exchange against the live one: what is not as it was.
 *
 * Rule: compared is what responses mean, not how they are encoded. What a peer makes anew each time
 * (`ignore_rules.ts`) is no difference, and a UID that it makes is learnt as an alias of the recorded
 * one: used alike it is the same.
 */
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { Difference } from "../events.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import { type CommandValues, Rewriter } from "../rewrite/rewriter.ts";

/** A message as it came. `readForCompare` makes all of it but `values` from a stream. */
export interface ExchangeMessage {
  readonly values: CommandValues;
  readonly dataSet?: DataSet | undefined;
  /** Octets of the data set. */
  readonly length?: number | undefined;
  /** Of these octets, hexadecimal. */
  readonly sha256?: string | undefined;
  /** SHA-256 of values that `dataSet` does not hold, by their offset in it. */
  readonly bulk?: ReadonlyMap<number, string> | undefined;
}

export interface RecordedExchange {
  readonly association: RecordedAssociation;
  readonly request: RecordedMessage;
}

export interface LiveExchange {
  /** Only where it is to be compared: a request that the peer made. */
  readonly request?: ExchangeMessage | undefined;
  /** In the order in which they came, the final one last. */
  readonly responses: readonly ExchangeMessage[];
}

export interface CompareOptions {
  /** What was changed before it was sent, and what was learnt; nothing unless told. */
  readonly rewriter?: Rewriter;
  /** As typed after `--ignore`, beside the defaults: "PatientName", "0008,0012", "Study*". */
  readonly ignore?: readonly string[];
  /** Give names and identifiers of patients in differences; `***` otherwise. */
  readonly showPhi?: boolean;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** What is worth knowing and no difference: "the matches came in another order". */
  readonly notes: readonly string[];
}

export async function compareExchange(
  recorded: RecordedExchange,
  live: LiveExchange,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { association, request } = recorded;
  const rewriter = options.rewriter ?? new Rewriter();
  const responses = request.responses
    .map((index) => association.messages[index])
    .filter((message) => message !== undefined && message.command.endsWith("-RSP"));
  const final = responses.at(-1);
  if (final === undefined) return { differences: [], notes: [] };
  const expected = rewriter.expected(final.values, { association, message: final });
  const got = live.responses.at(-1)?.values["Status"] ?? null;
  if (expected["Status"] === got) return { differences: [], notes: [] };
  return {
    differences: [{ path: "Status", recorded: expected["Status"], got }],
    notes: [],
  };
}
