/** A recorded message as one to compare: read when it is asked for, as far as the capture has it. */
import type { RecordedDataSet, RecordedMessage } from "../recorded.ts";
import type { ExchangeMessage } from "./exchange_message.ts";
import { readAtHand, readForCompare } from "./read_for_compare.ts";

export async function recordedMessage(
  message: RecordedMessage,
  options: { readonly hashes?: boolean } = {},
): Promise<ExchangeMessage> {
  const { values, dataSet } = message;
  if (dataSet === undefined) return { values };
  const { length, sha256, transferSyntax } = dataSet;
  if (message.complete && dataSet.complete) {
    try {
      const { passing } = dataSet;
      const read =
        passing === undefined
          ? await readForCompare(dataSet.octets(), transferSyntax, options)
          : await readAtHand(passing.call(dataSet), { syntax: transferSyntax, length, ...options });
      return { values, transferSyntax, ...read };
    } catch {
      // the file was damaged or cut since it was listed: what can be had of it is compared
    }
  }
  const part = partOf(dataSet);
  return { values, transferSyntax, length, sha256, ...(part && { dataSet: part, inPart: true }) };
}

function partOf(dataSet: RecordedDataSet): ExchangeMessage["dataSet"] {
  try {
    return dataSet.read();
  } catch {
    return undefined;
  }
}
