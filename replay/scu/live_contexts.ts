/**
 * Where a recorded message goes now: presentation contexts of the recording found again among those
 * that the live acceptor took, by abstract syntax and transfer syntax, not by ID (PS3.8 9.3.3.2).
 *
 * Rule: never convert needlessly. The same context ID with the same syntaxes first, then any context
 * with the same syntaxes, then one whose transfer syntax the data set can be re-encoded in without loss
 * (uncompressed to uncompressed); a message without a data set goes on any context of its class.
 */
import { uidName } from "../../src/dictionary/uids.ts";
import { PLAIN } from "../../src/service/open_association.ts";
import type { ServiceUser } from "../../src/service/service_user.ts";
import { contextResultName } from "../../src/ul/names.ts";
import type { AgreedContext, ContextProposal } from "../../src/ul/negotiate.ts";
import type { RecordedMessage } from "../recorded.ts";

export interface Place {
  readonly user: ServiceUser;
  readonly context: AgreedContext;
}

export type Placed = Place | { readonly refused: string };

/** Of a message by its recorded context; `users` in the order in which they are tried. */
export function placeOf(
  message: RecordedMessage,
  {
    recorded,
    users,
    canSend,
  }: {
    readonly recorded: readonly AgreedContext[];
    readonly users: readonly ServiceUser[];
    /** Whether a data set recorded in one transfer syntax can be sent in another. */
    readonly canSend: (from: string, to: string) => boolean;
  },
): Placed {
  const was = recorded.find(({ id }) => id === message.contextId);
  if (was === undefined) {
    return { refused: `context ${message.contextId} was never proposed (PS3.8 9.3.2.2)` };
  }
  const wanted = message.dataSet?.transferSyntax ?? was.transferSyntax;
  const candidates = users.flatMap((user) =>
    user.association.contexts
      .filter(({ result, abstractSyntax }) => result === 0 && abstractSyntax === was.abstractSyntax)
      .map((context) => ({ user, context })),
  );
  const same = candidates.filter(({ context }) => context.transferSyntax === wanted);
  const found =
    same.find(({ context }) => context.id === was.id) ??
    same[0] ??
    candidates.find(
      ({ context }) =>
        message.dataSet === undefined || canSend(wanted ?? "", context.transferSyntax ?? ""),
    );
  return found ?? { refused: refusal(was, { wanted, candidates, users }) };
}

/** What a second association proposes for the contexts that these messages lack: one each syntax. */
export function retryProposals(
  messages: readonly RecordedMessage[],
  recorded: readonly AgreedContext[],
): readonly ContextProposal[] {
  const proposals = new Map<string, ContextProposal>();
  for (const message of messages) {
    const was = recorded.find(({ id }) => id === message.contextId);
    if (was === undefined) continue;
    const { abstractSyntax, roles } = was;
    const wanted = message.dataSet?.transferSyntax ?? was.transferSyntax;
    for (const uid of new Set([...(wanted === undefined ? [] : [wanted]), ...PLAIN])) {
      const isDefault = roles.scu && !roles.scp;
      proposals.set(`${abstractSyntax} ${uid}`, {
        abstractSyntax,
        transferSyntaxes: [uid],
        ...(!isDefault && { roles }),
      });
    }
  }
  return [...proposals.values()];
}

function refusal(
  was: AgreedContext,
  facts: {
    readonly wanted: string | undefined;
    readonly candidates: readonly Place[];
    readonly users: readonly ServiceUser[];
  },
): string {
  const name = `context ${was.id}, ${uidName(was.abstractSyntax)}`;
  const { wanted, candidates, users } = facts;
  if (candidates.length > 0) {
    const taken = new Set(candidates.map(({ context }) => uidName(context.transferSyntax ?? "")));
    return `${name} was accepted in ${[...taken].join(", ")} alone, and the data set is in ${uidName(wanted ?? "")}, which cannot be converted without loss (PS3.5 8.2)`;
  }
  const live = users[0]?.association.contexts.find(({ id }) => id === was.id);
  const why =
    live?.result === undefined
      ? "was not answered"
      : `was refused: ${live.result}, ${contextResultName(live.result)}`;
  return `${name} ${why} (PS3.8 9.3.3.2)`;
}
