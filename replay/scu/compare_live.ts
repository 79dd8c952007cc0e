/** Live messages beside recorded ones: read as they come, compared when the exchange is over. */
import type { AgreedContext } from "../../src/ul/negotiate.ts";
import {
  compareExchange,
  type ExchangeMessage,
  type LiveExchange,
  type RecordedExchange,
} from "../compare/compare_exchange.ts";
import { readForCompare } from "../compare/read_for_compare.ts";
import type { AsOf } from "../rewrite/aliases.ts";
import type { CommandValues, Rewriter } from "../rewrite/rewriter.ts";
import type { Run } from "./options.ts";
import type { Verdict } from "./verdict.ts";

/** Reads the data set to its end, in bounded memory. */
export async function readMessage(
  values: CommandValues,
  dataSet: AsyncIterable<Uint8Array> | undefined,
  { transferSyntax }: AgreedContext,
): Promise<ExchangeMessage> {
  if (dataSet === undefined) return { values };
  return { values, transferSyntax, ...(await readForCompare(dataSet, transferSyntax ?? "")) };
}

export interface CompareLiveOptions {
  readonly run: Run;
  readonly rewriter: Rewriter;
  /** When the request went out that the responses answer. */
  readonly asOf?: AsOf;
}

/** "same" or "differs", with what differs. */
export async function compareLive(
  recorded: RecordedExchange,
  live: LiveExchange,
  { run, rewriter, asOf }: CompareLiveOptions,
): Promise<Verdict> {
  const { ignore, showPatient } = run.options;
  const { differences, notes } = await compareExchange(recorded, live, {
    rewriter,
    ...(ignore !== undefined && { ignore }),
    ...(asOf !== undefined && { asOf }),
    ...(showPatient !== undefined && { showPhi: showPatient }),
  });
  return {
    outcome: differences.length === 0 ? "same" : "differs",
    differences,
    reason: notes.length === 0 ? null : notes.join("; "),
  };
}
