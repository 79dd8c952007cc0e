/**
 * An association in a few words, from its summary alone: "stored 3 CT images, queried a worklist".
 * No data set is looked at, so that a list of many thousands stays fast.
 */
import { uidName } from "../dictionary/uids.ts";
import type { AssociationJson } from "../observe/summary.ts";
import { className, counted } from "./names.ts";
import { normalizedPhrases } from "./normalized_words.ts";

/** undefined where nothing was asked for. */
export function associationMeaning(summary: AssociationJson): string | undefined {
  const parts = Object.entries(summary.commands).flatMap(([command, count]) => {
    const phrase = phraseOf(command, { count, summary });
    return phrase === undefined ? [] : [phrase];
  });
  const failed = failures(summary);
  const allFailed = parts.length === 0 && failed > 0 && failed === answers(summary);
  parts.push(...normalizedWords(summary, allFailed));
  if (parts.length === 0) return undefined;
  const words = parts.join(", ");
  return failed === 0 || words.startsWith("could not") ? words : `${words}; ${failed} failed`;
}

/** Final responses. */
function answers({ statuses }: AssociationJson): number {
  return Object.values(statuses).reduce((sum, count) => sum + count, 0);
}

/** Final responses of class failure (PS3.7 Annex C). */
function failures({ statuses }: AssociationJson): number {
  let sum = 0;
  for (const [status, count] of Object.entries(statuses)) {
    if (/^([AC]|01|02)/.test(status) && !WARNINGS.has(status)) sum += count;
  }
  return sum;
}

/** 0107H and 0116H are warnings (PS3.7 Annex C). */
const WARNINGS: ReadonlySet<string> = new Set(["0107", "0116"]);

function phraseOf(
  command: string,
  { count, summary }: { readonly count: number; readonly summary: AssociationJson },
): string | undefined {
  const answers = (summary.commands[command.replace("-RQ", "-RSP")] ?? 0) - count;
  switch (command) {
    case "C-ECHO-RQ":
      return count === 1 ? "verified the connection" : `verified the connection ${count} times`;
    case "C-STORE-RQ":
      // the C-STOREs of a C-GET come from the acceptor (PS3.4 C.4.3)
      return `${summary.commands["C-GET-RQ"] ? "received" : "stored"} ${lessThanAll(count, summary)}${storedWords(count, summary)}`;
    case "C-FIND-RQ":
      return `queried ${usedClasses(summary, / - FIND$|UPS|Unified Procedure Step/)}${times(count)}, ${counted(Math.max(answers, 0), "match")}`;
    case "C-MOVE-RQ":
      return `moved from ${usedClasses(summary, / - MOVE$/)}${times(count)}`;
    case "C-GET-RQ":
      return `retrieved from ${usedClasses(summary, / - GET$/)}${times(count)}`;
    case "C-CANCEL-RQ":
      return "canceled";
  }
  return undefined;
}

/** "MPPS, UPS Push: N-CREATE, N-SET" where nobody can tell what was for which. */
function normalizedWords(summary: AssociationJson, allFailed: boolean): readonly string[] {
  const uids = usedContexts(summary).filter((uid) => !COMPOSITE.test(uidName(uid)));
  const phrases = normalizedPhrases(summary, { uids, allFailed });
  if (phrases !== undefined) return phrases;
  const requests = Object.entries(summary.commands).flatMap(([command, count]) => {
    const [, operation] = /^(N-.*)-RQ$/.exec(command) ?? [];
    return operation === undefined ? [] : [count === 1 ? operation : `${operation} ${count}`];
  });
  return [`${usedClasses(summary, /./)}: ${requests.join(", ")}`];
}

/** Classes of DIMSE-C alone. */
const COMPOSITE = /^Verification|Storage( - .*)?$| - (FIND|MOVE|GET)$/;

function times(count: number): string {
  return count === 1 ? "" : ` ${count} times`;
}

/**
 * "2 of " where two of the instances are known to be stored: what has no answer, or one of class
 * failure, is not. Statuses do not say whose they are, so failures count among C-STOREs alone, and
 * behind a gap in the record nothing is known.
 */
function lessThanAll(count: number, summary: AssociationJson): string {
  if (summary.gaps > 0) return "";
  const requests = Object.keys(summary.commands).filter((command) => command.endsWith("-RQ"));
  const failed = requests.length === 1 ? failures(summary) : 0;
  const done = Math.max((summary.commands["C-STORE-RSP"] ?? 0) - failed, 0);
  return done < count ? `${done} of ` : "";
}

/** "3 CT images" where all are of one class, "7 instances of 3 classes" where they are not. */
function storedWords(count: number, { contexts }: AssociationJson): string {
  const used = new Set(
    contexts
      .filter(({ messages, abstract_syntax }) => messages > 0 && isStorage(abstract_syntax))
      .map(({ abstract_syntax }) => uidName(abstract_syntax ?? "")),
  );
  const [only] = used;
  if (only === undefined || used.size > 1) {
    const classes = used.size > 1 ? ` of ${used.size} classes` : "";
    return `${counted(count, "instance")}${classes}`;
  }
  const image = /^(?:Enhanced )?(.*) Image Storage( - .*)?$/.exec(only);
  return image === null
    ? `${counted(count, "instance")} (${only})`
    : counted(count, `${image[1]} image`);
}

function isStorage(uid: string | null): boolean {
  return uid !== null && (/Storage( |$)/.test(uidName(uid)) || uidName(uid) === uid);
}

/** Abstract syntaxes of the contexts that messages used. */
function usedContexts({ contexts }: AssociationJson): readonly string[] {
  return contexts
    .filter(({ messages }) => messages > 0)
    .map(({ abstract_syntax }) => abstract_syntax ?? "");
}

/** Names of the classes that messages used, of those that the pattern knows. */
function usedClasses(summary: AssociationJson, pattern: RegExp): string {
  const used = usedContexts(summary);
  const fit = used.filter((uid) => pattern.test(uidName(uid)) && !isStorage(uid));
  const names = new Set((fit.length > 0 ? fit : used).map(className).map(withoutMeta));
  return [...names].slice(0, 3).join(", ") || "an unknown class";
}

/** "Basic Grayscale Print Management": that it is a Meta SOP class tells a person nothing. */
function withoutMeta(name: string): string {
  return name.replace(/ Meta$/, "");
}
