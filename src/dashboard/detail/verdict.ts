/**
 * What became of an association, in plain words, for the top of its page: what happened, why, and
 * what to do.
 */
import { failedStatuses } from "../../dimse/status.ts";
import { associationMeaning } from "../../meaning/association_meaning.ts";
import type { AssociationJson, FindingJson } from "../../observe/summary.ts";
import { abortReasonName, abortSourceName, rejectReasonName } from "../../ul/names.ts";
import { formatDurationMs, plural } from "../../units.ts";
import type { Verdict } from "../api_types.ts";

/** Findings that are named one by one. */
const MAX_FINDINGS = 3;

/** `known`: what other associations with the same acceptor tell, see `knownTitles`. */
export function verdictOf(summary: AssociationJson, known?: string): Verdict {
  const { headline, level, section } = headlineOf(summary);
  const details: string[] = known === undefined ? [] : [known];
  if (summary.explanation !== undefined) details.push(sentence(summary.explanation));
  const failed = failures(summary);
  if (failed !== undefined) details.push(failed);
  const refused = summary.contexts.filter(({ result }) => result !== null && result !== 0);
  for (const { explanation, id } of refused.slice(0, MAX_FINDINGS)) {
    details.push(sentence(`Presentation context ${id} was refused: ${explanation ?? "no reason"}`));
  }
  if (refused.length > MAX_FINDINGS) {
    details.push(`${plural(refused.length - MAX_FINDINGS, "more context")} refused.`);
  }
  const errors = summary.findings.filter(({ severity }) => severity === "error");
  for (const { text, sender, section: where } of distinct(errors).slice(0, MAX_FINDINGS)) {
    details.push(sentence(`The ${sender} broke a rule: ${text} (${where})`));
  }
  if (summary.gaps > 0) {
    details.push(
      `${plural(summary.gaps, "gap")} in the record: not everything that passed is here.`,
    );
  }
  const worst = level === "good" && (failed !== undefined || errors.length > 0) ? "bad" : level;
  const notable = worst === "good" && (refused.length > 0 || summary.gaps > 0);
  return {
    level: notable ? "notable" : worst,
    headline,
    details,
    ...(section === undefined ? {} : { section }),
  };
}

function headlineOf(summary: AssociationJson): Omit<Verdict, "details"> {
  const { outcome, reject, abort, duration_ms } = summary;
  const meaning = associationMeaning(summary);
  const took = formatDurationMs(duration_ms);
  switch (outcome) {
    case "released":
      return {
        level: "good",
        headline:
          meaning === undefined
            ? `Released after ${took}, nothing was asked for`
            : `${capital(meaning)} in ${took}`,
      };
    case "rejected": {
      const why = reject === undefined ? "" : `: ${rejectReasonName(reject.source, reject.reason)}`;
      return { level: "bad", headline: `Rejected${why}`, section: "PS3.8 9.3.4" };
    }
    case "aborted": {
      if (abort === undefined) return { level: "bad", headline: `Aborted after ${took}` };
      const { sender, source, reason } = abort;
      const why = source === 2 ? `: ${abortReasonName(source, reason)}` : "";
      const who = `${sender} (${abortSourceName(source)})`;
      return {
        level: "bad",
        headline: `Aborted by the ${who} after ${took}${why}`,
        section: "PS3.8 9.3.8",
      };
    }
    case "closed":
      return {
        level: "bad",
        headline: `Closed without a release after ${took}`,
        section: "PS3.8 9.2",
      };
    case "reset":
      return { level: "bad", headline: `The connection was reset after ${took}` };
    case "refused":
      return { level: "bad", headline: "No connection to the acceptor" };
    case "timeout":
      return { level: "bad", headline: "The acceptor did not answer the connection in time" };
    case "open":
      return {
        level: "open",
        headline: meaning === undefined ? "Open" : `Open: ${meaning} so far`,
      };
    case "opaque":
      return {
        level: "notable",
        headline:
          summary.protocol === undefined
            ? "Not readable as DICOM"
            : `${summary.protocol}, not DICOM`,
      };
    default:
      return outcome satisfies never;
  }
}

/** Final responses that say that something was not done (PS3.7 Annex C). */
function failures({ statuses }: AssociationJson): string | undefined {
  const failed = failedStatuses(statuses);
  if (failed.length === 0) return undefined;
  const named = failed.map((status) => {
    const count = statuses[status];
    return `${status}H ${count === 1 ? "once" : `${count} times`}`;
  });
  return `Requests failed with status ${named.join(", ")}.`;
}

/** One of each rule. */
function distinct(findings: readonly FindingJson[]): FindingJson[] {
  return [...new Map(findings.map((found) => [found.id, found])).values()];
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? capital(text) : `${capital(text)}.`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
