/**
 * Command sets of two responses, or of two requests that a peer made (PS3.7 9.3, 10.3).
 *
 * Rule: Status is told first. Elements that a response may repeat of its request, or leave out, are no
 * difference where one side has them (9.3, usage U); a count that is left out is zero.
 */
import { commandElementByKeyword } from "../../src/dimse/command_dictionary.ts";
import type { CommandValue } from "../../src/dimse/command_set.ts";
import type { CommandValues } from "../rewrite/rewriter.ts";
import { sameUids, shownUids } from "./compare_uids.ts";
import type { Comparing } from "./comparison.ts";

export interface CompareCommandSetOptions {
  readonly comparing: Comparing;
  /** Before each path: "[2].", "request.". */
  readonly prefix?: string;
  /** What is looked at; everything, unless told. */
  readonly only?: (keyword: string) => boolean;
}

export function compareCommandSets(
  was: CommandValues,
  is: CommandValues,
  { comparing, prefix = "", only }: CompareCommandSetOptions,
): void {
  const keywords = new Set(["Status", ...Object.keys(was), ...Object.keys(is)]);
  for (const keyword of keywords) {
    if (only?.(keyword) === false || comparing.rules.ignore.keyword(keyword)) continue;
    const one = was[keyword] ?? null;
    const got = is[keyword] ?? null;
    if (!sameCommandValue(keyword, { one, got, comparing })) {
      const isUid = typeof one === "string" && commandElementByKeyword(keyword)?.vr === "UI";
      const recorded = isUid ? shownUids([one], comparing.uids) : one;
      comparing.differs(`${prefix}${keyword}`, { recorded, got });
    }
  }
}

function sameCommandValue(
  keyword: string,
  { one, got, comparing }: { one: CommandValue; got: CommandValue; comparing: Comparing },
): boolean {
  if (one === null || got === null) {
    if (one === got || REPEATED.has(keyword)) return true;
    return COUNTS.has(keyword) && (one ?? 0) === (got ?? 0);
  }
  const entry = commandElementByKeyword(keyword);
  if (typeof one !== "string" || typeof got !== "string" || entry === undefined) {
    return JSON.stringify(one) === JSON.stringify(got);
  }
  if (entry.vr === "UI") return sameUids([one], [got], { tag: entry.tag, ...comparing.uids });
  if (one === got) return true;
  if (entry.vr !== "AE") return false;
  const { rewriter, association } = comparing.rules;
  return rewriter.expectedText(one, { tag: entry.tag, vr: "AE", association }) === got;
}

const REPEATED: ReadonlySet<string> = new Set([
  "AffectedSOPClassUID",
  "RequestedSOPClassUID",
  "AffectedSOPInstanceUID",
  "RequestedSOPInstanceUID",
  "ActionTypeID",
  "EventTypeID",
]);

/** PS3.4 C.4.2.1.6 to C.4.2.1.9. */
const COUNTS: ReadonlySet<string> = new Set([
  "NumberOfRemainingSuboperations",
  "NumberOfCompletedSuboperations",
  "NumberOfFailedSuboperations",
  "NumberOfWarningSuboperations",
]);
