/**
 * An association in a few words, from its summary alone: "stored 3 CT images, queried a worklist".
 * No data set is looked at, so that a list of many thousands stays fast.
 */
import { uidName } from "../dictionary/uids.ts";
import { failedStatuses } from "../dimse/status.ts";
import type { AssociationJson } from "../observe/summary.ts";
import { className, counted } from "./names.ts";
import { normalizedPhrases, normalizedRequests } from "./normalized_words.ts";

/** undefined where nothing was asked for. */
export function associationMeaning(summary: AssociationJson): string | undefined {
  const failed = failures(summary);
  const allFailed = isAllFailed(summary, failed);
  const composite = Object.entries(summary.commands).flatMap(([command, count]) => {
    const phrase = phraseOf(command, { count, summary, allFailed });
    return phrase === undefined ? [] : [phrase];
  });
  const normalized = normalizedWords(summary, allFailed);
  const words = [...composite, ...normalized.words].join(", ");
  if (words === "") return undefined;
  const isSaid = failed === 0 || (allFailed && normalized.certain);
  return isSaid ? words : `${words}; ${failed} failed`;
}

/** Final responses of class failure (PS3.7 Annex C). */
function failures({ statuses }: AssociationJson): number {
  return failedStatuses(statuses).reduce((sum, status) => sum + (statuses[status] ?? 0), 0);
}

/**
 * Every request was answered with failure and with nothing before it: Pending responses may have
 * brought matches, or instances to where they were to be moved.
 */
function isAllFailed({ commands, gaps }: AssociationJson, failed: number): boolean {
  if (failed === 0 || gaps > 0) return false;
  let requests = 0;
  let responses = 0;
  for (const [command, count] of Object.entries(commands)) {
    if (command === "C-CANCEL-RQ") continue; // no response is to that (PS3.7 9.3.2.3)
    if (command.endsWith("-RQ")) requests += count;
    else responses += count;
  }
  return requests === failed && responses === failed;
}

function phraseOf(
  command: string,
  {
    count,
    summary,
    allFailed,
  }: { readonly count: number; readonly summary: AssociationJson; readonly allFailed: boolean },
): string | undefined {
  const done = (did: string, failed: string) => (allFailed ? `could not ${failed}` : did);
  const times = count === 1 || allFailed ? "" : ` ${count} times`;
  switch (command) {
    case "C-ECHO-RQ":
      return `${done("verified", "verify")} the connection${times}`;
    case "C-STORE-RQ": {
      // the C-STOREs of a C-GET come from the acceptor (PS3.4 C.4.3)
      const verb = summary.commands["C-GET-RQ"]
        ? done("received", "receive")
        : done("stored", "store");
      const some = allFailed ? "" : lessThanAll(count, summary);
      return `${verb} ${some}${storedWords(count, summary)}`;
    }
    case "C-FIND-RQ": {
      const classes = usedClasses(summary, / - FIND$|UPS|Unified Procedure Step/);
      const matches = Math.max((summary.commands["C-FIND-RSP"] ?? 0) - count, 0);
      const found = allFailed ? "" : `, ${counted(matches, "match")}`;
      return `${done("queried", "query")} ${classes}${times}${found}`;
    }
    case "C-MOVE-RQ":
      return `${done("moved", "move")} from ${usedClasses(summary, / - MOVE$/)}${times}`;
    case "C-GET-RQ":
      return `${done("retrieved", "retrieve")} from ${usedClasses(summary, / - GET$/)}${times}`;
    case "C-CANCEL-RQ":
      return "canceled";
  }
  return undefined;
}

/**
 * Where nobody can tell what was for which, "MPPS, UPS Push: N-CREATE, N-SET", and then it is not
 * `certain`. Contexts have to be unpacked for it, so they are asked for last.
 */
function normalizedWords(
  summary: AssociationJson,
  allFailed: boolean,
): { readonly words: readonly string[]; readonly certain: boolean } {
  const requests = normalizedRequests(summary);
  if (requests.length === 0) return { words: [], certain: true };
  const uids = usedContexts(summary).filter((uid) => !COMPOSITE.test(uidName(uid)));
  const phrases = normalizedPhrases(requests, { uids, allFailed });
  if (phrases !== undefined) return { words: phrases, certain: true };
  const operations = requests.map(({ operation, count }) =>
    count === 1 ? operation : `${operation} ${count}`,
  );
  return { words: [`${usedClasses(summary, /./)}: ${operations.join(", ")}`], certain: false };
}

/** Classes of DIMSE-C alone. */
const COMPOSITE = /^Verification|Storage( - .*)?$| - (FIND|MOVE|GET)$/;

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
