/** Two messages: command sets, then data sets. */
import { DataSet } from "../../src/dataset/data_set.ts";
import { compareCommandSets } from "./compare_command_sets.ts";
import { type CompareDataSetOptions, compareDataSets } from "./compare_data_sets.ts";
import type { Comparing } from "./comparison.ts";
import type { ExchangeMessage } from "./exchange_message.ts";

export interface CompareMessagesOptions extends CompareDataSetOptions {
  readonly comparing: Comparing;
  /** Elements of the command sets that are looked at; all, unless told. */
  readonly only?: (keyword: string) => boolean;
}

export function compareMessages(
  recorded: ExchangeMessage,
  live: ExchangeMessage,
  options: CompareMessagesOptions,
): void {
  compareCommandSets(recorded.values, live.values, options);
  compareData(recorded, live, options);
}

function compareData(
  recorded: ExchangeMessage,
  live: ExchangeMessage,
  options: CompareMessagesOptions,
): void {
  const { comparing, prefix = "" } = options;
  const [one, other] = [sideOf(recorded), sideOf(live)];
  if (one === undefined || other === undefined) {
    if (!sameOctets(recorded, live)) compareUnread(recorded, live, options);
    return;
  }
  const isThere = (side: DataSet): boolean => side.elements.length > 0;
  if (isThere(one) !== isThere(other)) {
    comparing.differs(`${prefix}DataSet`, { recorded: summary(one), got: summary(other) });
    return;
  }
  if (recorded.inPart === true) comparing.notes.add("the recording has the data set in part only");
  compareDataSets(
    { dataSet: one, bulk: recorded.bulk },
    { dataSet: other, bulk: live.bulk },
    { ...options, recordedInPart: recorded.inPart === true },
  );
}

/** The same octets in the same transfer syntax. */
function sameOctets(recorded: ExchangeMessage, live: ExchangeMessage): boolean {
  return (
    recorded.sha256 !== undefined &&
    recorded.sha256 === live.sha256 &&
    (recorded.transferSyntax ?? live.transferSyntax) ===
      (live.transferSyntax ?? recorded.transferSyntax)
  );
}

/** A transfer syntax that is not known, or more than could be held: lengths and hashes are left. */
function compareUnread(
  recorded: ExchangeMessage,
  live: ExchangeMessage,
  { comparing, prefix = "" }: CompareMessagesOptions,
): void {
  if (recorded.sha256 === undefined || live.sha256 === undefined) {
    comparing.notes.add("a data set could not be read and is not compared");
    return;
  }
  const told = (message: ExchangeMessage): string =>
    `${message.length ?? 0} octets, SHA-256 ${message.sha256}`;
  comparing.differs(`${prefix}DataSet`, { recorded: told(recorded), got: told(live) });
}

/** No data set and one without elements are the same; undefined where there is one, not read. */
function sideOf(message: ExchangeMessage): DataSet | undefined {
  if (message.dataSet !== undefined) return message.dataSet;
  return (message.length ?? 0) === 0 ? NOTHING : undefined;
}

function summary({ elements }: DataSet): string | null {
  if (elements.length === 0) return null;
  return elements.length === 1 ? "1 element" : `${elements.length} elements`;
}

const NOTHING = new DataSet([]);
