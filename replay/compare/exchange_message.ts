/** What is compared: messages as they came, and what came of a comparison. */
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { Difference } from "../events.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import type { CommandValues } from "../rewrite/rewriter.ts";

/** A message as it came. `readForCompare` makes all of it but `values` from a stream. */
export interface ExchangeMessage {
  readonly values: CommandValues;
  readonly dataSet?: DataSet | undefined;
  /** UID that the data set came in. */
  readonly transferSyntax?: string | undefined;
  /** Octets of the data set. */
  readonly length?: number | undefined;
  /** `dataSet` holds no more octets than these. */
  readonly held?: number | undefined;
  /** Of these octets, hexadecimal. */
  readonly sha256?: string | undefined;
  /** SHA-256 of values that `dataSet` does not hold, by their offset in it. */
  readonly bulk?: ReadonlyMap<number, string> | undefined;
  /** Of the data set, octets are missing in the capture. */
  readonly inPart?: boolean | undefined;
}

export interface RecordedExchange {
  readonly association: RecordedAssociation;
  readonly request: RecordedMessage;
}

export interface LiveExchange {
  /** Only where it is to be compared: a request that the peer made. */
  readonly request?: ExchangeMessage | undefined;
  /** In the order in which they came, the final one last; absent where they were ours to give. */
  readonly responses?: readonly ExchangeMessage[] | undefined;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** What is worth knowing and no difference: "the matches came in another order". */
  readonly notes: readonly string[];
}
