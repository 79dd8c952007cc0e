/**
 * Why an association of the list did not do what it was for, in few words: so that nobody has to open
 * it to see why the images do not arrive. Undefined where there is nothing to say.
 */
import { failedStatuses } from "../../../dimse/status.ts";
import { rejectReasonName } from "../../../ul/names.ts";
import type { AssociationRow } from "../../api_types.ts";
import { plural } from "../format.ts";
import type { Tone } from "../parts/tone.ts";

export interface Trouble {
  readonly tone: Extract<Tone, "bad" | "warn">;
  readonly words: string;
}

type Facts = Pick<
  AssociationRow,
  "outcome" | "reject" | "explanation" | "statuses" | "refused_contexts" | "messages"
>;

export function troubleOf(row: Facts): Trouble | undefined {
  const { outcome, reject, explanation, statuses, refused_contexts: refused, messages } = row;
  if (reject !== undefined) {
    return { tone: "bad", words: rejectReasonName(reject.source, reject.reason) };
  }
  if (outcome !== "released" && outcome !== "open" && explanation !== undefined) {
    return { tone: outcome === "opaque" ? "warn" : "bad", words: firstSentence(explanation) };
  }
  const failed = failedStatuses(statuses);
  if (failed.length > 0) {
    const named = failed.slice(0, MOST).map((status) => `${status}H`);
    const more = failed.length - named.length;
    return { tone: "bad", words: `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}` };
  }
  if (refused > 0 && messages === 0) {
    return { tone: "warn", words: `${plural(refused, "context")} refused` };
  }
  return undefined;
}

/** Statuses that are named. */
const MOST = 2;

/** What is behind it says what to do. */
function firstSentence(text: string): string {
  return /^.*?[.;](?= )/.exec(text)?.[0].slice(0, -1) ?? text.replace(/\.$/, "");
}
