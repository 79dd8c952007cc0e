/** What the PDUs that open or break off an association say to a reader of the ladder. */
import type { ContextJson } from "../../../observe/summary.ts";
import type { PduRow } from "../../api_types.ts";
import { plural } from "../format.ts";
import type { Tone } from "../parts/tone.ts";
import { contextName, isRefused } from "./context_words.ts";

export interface PduFacts {
  readonly words: string;
  /** What became of it, where that is worth a mark. */
  readonly end?: { readonly tone: Tone; readonly word: string };
}

/** `contexts`: of the association, PS3.8 9.3.2.2 and 9.3.3.2. */
export function pduFacts(pdu: PduRow, contexts: readonly ContextJson[]): PduFacts {
  const { words } = pdu;
  switch (pdu.pdu_type) {
    case "A-ASSOCIATE-RQ":
      return { words: `proposes ${plural(contexts.length, "context")}${namesOf(contexts)}` };
    case "A-ASSOCIATE-AC": {
      const accepted = contexts.filter(({ result }) => result === 0).length;
      const refused = contexts.filter(isRefused).length;
      const said = `accepts ${accepted} of ${plural(contexts.length, "context")}`;
      if (refused === 0) return { words: said };
      return {
        words: said,
        end: { tone: accepted === 0 ? "bad" : "warn", word: `${refused} refused` },
      };
    }
    case "A-ASSOCIATE-RJ":
      return { words, end: { tone: "bad", word: "rejected" } };
    case "A-ABORT":
      return { words, end: { tone: "bad", word: "aborted" } };
    default:
      return { words };
  }
}

/** Abstract syntaxes that are named. */
const MOST = 2;

function namesOf(contexts: readonly ContextJson[]): string {
  const distinct = [...new Set(contexts.map(contextName))].filter((name) => name !== "");
  if (distinct.length === 0) return "";
  const more = distinct.length - MOST;
  return `: ${distinct.slice(0, MOST).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
