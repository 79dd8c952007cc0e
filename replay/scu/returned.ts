/**
 * A recorded association that the other side made because of ours, in its turn: it is not asked for
 * but waited for, at our listener.
 */
import { operationOfRequest } from "../../src/service/operation.ts";
import type { Played } from "./association_player.ts";
import type { ExpectedRequests } from "./expected_requests.ts";
import type { Run } from "./options.ts";
import { within } from "./pace.ts";
import { eventTimeout } from "./patience.ts";
import type { Listed } from "./playlist.ts";
import { exchangeEvent, type Verdict } from "./verdict.ts";

export interface ReturnedOptions {
  readonly run: Run;
  readonly expected: ExpectedRequests;
  /** Resolves when the association that caused it has ended. */
  readonly causeOver: Promise<Played>;
  /** There is a listener that it can come to. */
  readonly listens: boolean;
}

/** Resolves when all of it came, or when it is waited for no more. */
export async function playReturned(
  { recorded, cause, afterCauseUs = 0, isForUs }: Listed,
  { run, expected, causeOver, listens }: ReturnedOptions,
): Promise<void> {
  const { called_ae_title: receiver, calling_ae_title: sender } = recorded.summary;
  const elsewhere = cause?.capture === recorded.capture ? "" : ` of ${cause?.capture}`;
  const because = `association ${cause?.id}${elsewhere}`;
  const patience = eventTimeout(afterCauseUs, run.options.eventTimeout);
  if (isForUs && listens) {
    await arrived({ run, expected, causeOver, patience }, recorded);
    expected.giveUp(recorded, missing(await causeOver, { because, patience }));
    return;
  }
  const reason = isForUs
    ? `${sender} sent it on an association of its own because of ${because}, and nothing listens for it (--move-listen)`
    : `${sender} sent it to ${receiver} because of ${because}; the live one does so itself`;
  for (const request of recorded.messages) {
    if (request.sender !== "requestor" || operationOfRequest(request.command) === undefined)
      continue;
    run.tell(exchangeEvent({ association: recorded, request }, { outcome: "skipped", reason }));
  }
}

function missing(
  { established, sent }: Played,
  { because, patience }: { readonly because: string; readonly patience: number },
): Pick<Verdict, "outcome" | "reason"> {
  if (!established) return { outcome: "skipped", reason: `there was no ${because}` };
  if (sent === 0) return { outcome: "skipped", reason: `nothing of ${because} was sent` };
  return { outcome: "timeout", reason: `did not come within ${patience} ms after ${because}` };
}

/** As long as more comes, and a while after. */
async function arrived(
  {
    run,
    expected,
    causeOver,
    patience,
  }: Omit<ReturnedOptions, "listens"> & { readonly patience: number },
  recorded: Listed["recorded"],
): Promise<void> {
  const all = expected.before(recorded, Number.POSITIVE_INFINITY);
  const caused = await Promise.race([all.then(() => true), causeOver.then(({ sent }) => sent > 0)]);
  if (!caused) return;
  for (;;) {
    const before = expected.arrived(recorded);
    if (await within(patience, all, run.signal)) return;
    if (expected.arrived(recorded) === before || run.signal.aborted) return;
  }
}
