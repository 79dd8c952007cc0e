/** Contexts that the other side refused, in words (PS3.8 9.3.3.2, PS3.7 D.3.3.4). */
import { uidName } from "../dictionary/uids.ts";
import { escapeControls } from "../escape.ts";
import type { ServiceUser } from "../service/service_user.ts";
import { contextResultName } from "../ul/names.ts";
import type { AgreedContext } from "../ul/negotiate.ts";
import { CommandError } from "./command_error.ts";
import type { PlannedRequest } from "./send_request.ts";

/** The context that a request goes on. Throws a CommandError where there is none. */
export function contextToUse(
  user: ServiceUser,
  { request, abstractSyntaxes, sopClassUid, contexts }: PlannedRequest,
): AgreedContext {
  for (const abstractSyntax of abstractSyntaxes) {
    const context = user.association.contextFor(abstractSyntax);
    if (context === undefined) continue;
    const proposed = contexts.find((one) => one.abstractSyntax === abstractSyntax);
    if (proposed?.transferSyntaxes.includes(context.transferSyntax ?? "") === false) {
      throw new CommandError(
        `The other side accepted ${uidName(abstractSyntax)} in ${escapeControls(uidName(context.transferSyntax ?? "nothing"))}, which was not proposed (PS3.8 9.3.3.2)`,
        { exitCode: 3, hint: "That is a fault of the other side: its log may say more." },
      );
    }
    if (
      request.operation === "N-EVENT-REPORT" &&
      !context.roles.scp &&
      request.unchecked !== true
    ) {
      throw new CommandError(
        `The other side accepted ${uidName(abstractSyntax)}, but not that we report events: it did not grant the SCP role (PS3.7 D.3.3.4)`,
        { exitCode: 3, hint: "--force sends the N-EVENT-REPORT all the same." },
      );
    }
    return context;
  }
  const refused = user.association.contexts.filter(({ abstractSyntax }) =>
    abstractSyntaxes.includes(abstractSyntax),
  );
  throw new CommandError(
    `The association was accepted, but no context for ${uidName(sopClassUid)}: ${refused.map(why).join("; ")} (PS3.8 9.3.3.2)`,
    { exitCode: 3, hint: hintFor(refused) },
  );
}

/** "CT Image Storage: transfer syntaxes not supported". */
export function why({ abstractSyntax, result }: AgreedContext): string {
  const answer = result === undefined ? "no answer" : contextResultName(result);
  return `${escapeControls(uidName(abstractSyntax))}: ${answer}`;
}

export function hintFor(refused: readonly AgreedContext[]): string {
  if (refused.some(({ result }) => result === TRANSFER_SYNTAXES_NOT_SUPPORTED)) {
    return "It knows the service, but none of the transfer syntaxes: try another --syntax.";
  }
  if (refused.every(({ result }) => result === ABSTRACT_SYNTAX_NOT_SUPPORTED)) {
    return "It does not offer this service to this pair of AE titles: check --called, --calling and --class.";
  }
  return "The log of the other side may say why.";
}

/** PS3.8 Table 9-18. */
const ABSTRACT_SYNTAX_NOT_SUPPORTED = 3;
const TRANSFER_SYNTAXES_NOT_SUPPORTED = 4;
