/** After a replay that is not as recorded: the next step, where one is likely to help. */
import type { ExchangeEvent } from "../../replay/events.ts";
import type { ReplayScuResult } from "../../replay/scu/options.ts";
import { contextResultName, rejectReasonName } from "../ul/names.ts";
import type { ReplayScuOptions } from "./replay_scu_options.ts";

export function nextStep(
  { different, wanted, established, summary }: ReplayScuResult,
  { "refused-context": refusedContext }: Pick<ReplayScuOptions, "refused-context">,
): string | undefined {
  if (summary.not_begun !== undefined) return undefined;
  const began = different.filter(({ request }) => request === "A-ASSOCIATE");
  if (began.some((event) => isRejected(event, CALLED_UNKNOWN))) {
    return "It calls itself otherwise: say how with --ae called=TITLE, or play only what went to it: a filter such as '~called TITLE'";
  }
  if (began.some((event) => isRejected(event, CALLING_UNKNOWN))) {
    return "It does not know who calls: add the title there, or call as somebody it knows with --ae calling=TITLE";
  }
  if (wanted > 0 && established === 0) return whyNone(began);
  if (refusedContext === "skip" && different.some(({ reason }) => reason?.includes(SYNTAXES))) {
    return "--refused-context retry asks for what was refused on a second association, in the usual transfer syntaxes";
  }
  return undefined;
}

/** There was no association at all. */
function whyNone(began: readonly ExchangeEvent[]): string | undefined {
  if (began.every(({ outcome }) => outcome === "failed")) {
    return "Check the address and the port, and that the other system runs and speaks DICOM";
  }
  if (began.every(({ outcome }) => outcome === "timeout")) {
    return "It may be the wrong port, or busy: --connect-timeout and --acse-timeout wait longer";
  }
  if (began.every(({ differences: [difference] }) => difference?.got === "closed")) {
    return "Something listens there, but it may not be DICOM, or it wants TLS";
  }
  return undefined;
}

function isRejected({ differences }: ExchangeEvent, reason: string): boolean {
  return differences.some(({ got }) => typeof got === "string" && got.endsWith(reason));
}

/** PS3.8 9.3.4, Table 9-21: by the UL service-user. */
const CALLED_UNKNOWN = rejectReasonName(1, 7);
const CALLING_UNKNOWN = rejectReasonName(1, 3);
/** PS3.8 9.3.3.2, Table 9-18. */
const SYNTAXES = contextResultName(4);
