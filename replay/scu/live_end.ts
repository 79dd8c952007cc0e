/**
 * The end of a live association as the recording has it: release, A-ABORT with its source and reason,
 * FIN or RST (PS3.8 7.2, 7.3, 9.3.8); and what it is called beside the recorded one.
 */
import { AssociationError } from "../../src/io/association_error.ts";
import type { RuleId } from "../../src/observe/rule_catalogue.ts";
import type { ServiceUser } from "../../src/service/service_user.ts";
import { userInformation } from "../../src/ul/associate_view.ts";
import type { RecordedAssociation, RecordedEnd } from "../recorded.ts";
import type { Run } from "./options.ts";
import { within } from "./pace.ts";
import { eventTimeout } from "./patience.ts";
import { failure, type Verdict } from "./verdict.ts";

/** How a live association ended; `error` is undefined after a release. */
interface Ended {
  readonly error: Error | undefined;
}

/** A live association, with how it ended as soon as it has. */
export class LiveUser {
  readonly user: ServiceUser;
  /** Resolves at the end, whichever it is. */
  readonly over: Promise<void>;
  #ended: Ended | undefined;

  constructor(user: ServiceUser) {
    this.user = user;
    this.over = user.ended().then(
      () => {
        this.#ended = { error: undefined };
      },
      (error: unknown) => {
        this.#ended = { error: error instanceof Error ? error : new Error(String(error)) };
      },
    );
  }

  get ended(): Ended | undefined {
    return this.#ended;
  }
}

/** Where the other side sent longer PDUs than it was told we take, though it did not before. */
export function tooLong({ user }: LiveUser, { summary }: RecordedAssociation): Verdict | undefined {
  const { request, longestReceived: got } = user.association;
  const limit = userInformation(request).maximumLength ?? 0;
  if (limit === 0 || got <= limit) return undefined;
  if (summary.findings.some(({ id, sender }) => id === RULE && sender === "acceptor"))
    return undefined;
  const reason = `the other side sent a P-DATA-TF of ${got} octets, more than the maximum length of ${limit} (PS3.8 D.1)`;
  const difference = { path: "MaximumLength", recorded: limit, got };
  return { outcome: "differs", differences: [difference], reason };
}

const RULE: RuleId = "pdata-maximum-length";

/** Does what the recorded side did at the end, or waits for what the other side did. */
export async function endLive(
  live: LiveUser,
  { recorded, run }: { readonly recorded: RecordedAssociation; readonly run: Run },
): Promise<Verdict> {
  const associated = recorded.answer?.type === "A-ASSOCIATE-AC";
  // What the acceptor refused to begin in the recording it cannot end as it did.
  const end = associated || recorded.end.by === "requestor" ? recorded.end : RELEASED;
  const graceful = run.options.graceful === true || run.signal.aborted;
  if (end.by === "acceptor" && !graceful) {
    const { messages, answeredAt } = recorded;
    const last = messages.at(-1)?.endedAt ?? answeredAt ?? end.at;
    const patience = eventTimeout(end.at - last, run.options.eventTimeout);
    await within(patience, live.over, run.signal);
  }
  if (live.ended !== undefined) return judge(end, live.ended);
  const mine = end.by === "acceptor" || graceful ? RELEASED : end;
  try {
    await endAs(mine, live);
  } catch (error) {
    return failure(error);
  }
  if (graceful || end.how === "open" || end.how === "rejected") {
    return { outcome: "same", reason: graceful ? GRACEFUL : NO_END };
  }
  if (end.by !== "acceptor") return { outcome: "same" };
  const got = "still open when it was waited for no more";
  return { outcome: "differs", differences: [{ path: "end", recorded: endWords(end), got }] };
}

async function endAs(end: RecordedEnd, { user, over }: LiveUser): Promise<void> {
  const { association } = user;
  switch (end.how) {
    case "aborted":
      association.abort({
        ...(end.source !== undefined && { source: end.source }),
        ...(end.reason !== undefined && { reason: end.reason }),
      });
      break;
    case "closed":
      association.close();
      break;
    case "reset":
      association.reset();
      break;
    case "released":
    case "rejected":
    case "open":
      await user.release();
      break;
    default:
      end.how satisfies never;
  }
  await over;
}

/** The other side ended it. */
function judge(end: RecordedEnd, { error }: Ended): Verdict {
  const got = liveWords(error);
  const was = endWords(end);
  const reason = error?.message ?? null;
  if (was === got || (end.how === "open" && error === undefined))
    return { outcome: "same", reason };
  return { outcome: "differs", differences: [{ path: "end", recorded: was, got }], reason };
}

export function endWords({ how, by, source, reason }: RecordedEnd): string {
  const who = by === undefined ? "" : ` by the ${by}`;
  const why = how === "aborted" && source !== undefined ? `, ${source}/${reason ?? 0}` : "";
  return `${how}${who}${why}`;
}

function liveWords(error: Error | undefined): string {
  if (error === undefined) return "released by the acceptor";
  if (!(error instanceof AssociationError)) return "aborted by the requestor";
  if (error.kind === "aborted" && error.abort !== undefined) {
    return endWords({ how: "aborted", by: "acceptor", at: 0, ...error.abort });
  }
  if (error.kind === "closed") {
    return endWords({ how: error.reset ? "reset" : "closed", by: "acceptor", at: 0 });
  }
  return KINDS[error.kind] ?? error.kind;
}

/** How we ended it. */
const KINDS: Readonly<Partial<Record<AssociationError["kind"], string>>> = {
  timeout: "aborted by the requestor: no answer in time",
  protocol: "aborted by the requestor: the acceptor broke the protocol",
};

const RELEASED: RecordedEnd = { how: "released", by: "requestor", at: 0 };
const NO_END = "the recording has no end of it; it was released";
const GRACEFUL = "it was released, whatever the recording has";
