/** An association as requestor, ready for operations. */
import type { Association } from "../io/association.ts";
import { type RequestOptions, requestAssociation } from "../io/request_association.ts";
import type { ContextProposal } from "../ul/negotiate.ts";
import { ServiceUser, type ServiceUserOptions } from "./service_user.ts";
import { abstractSyntaxesFor, sopClassUid } from "./sop_class.ts";

export interface OpenOptions
  extends Omit<RequestOptions, "contexts">,
    Pick<ServiceUserOptions, "perform"> {
  /**
   * What is proposed, 128 contexts at most: SOP classes by UID, keyword or name, in Explicit and
   * Implicit VR Little Endian, or contexts with transfer syntaxes and roles of their own. Needed
   * unless `request` is given.
   */
  readonly contexts?: readonly (string | ContextProposal)[] | undefined;
}

/**
 * Connects, proposes contexts and waits for the answer. Rejects with an `AssociationError` that says
 * in words why there is no association, and with a TypeError for a SOP class that PS3.6 does not
 * have. That a context was refused is no error: see `association.contexts`.
 */
export async function openAssociation(options: OpenOptions): Promise<ServiceUser> {
  const { perform, contexts = [], ...rest } = options;
  const association: Association = await requestAssociation({
    ...rest,
    contexts: contexts.flatMap(proposalsOf),
  });
  return new ServiceUser(association, {
    ...(options.dimseTimeout !== undefined && { dimseTimeout: options.dimseTimeout }),
    ...(perform !== undefined && { perform }),
  });
}

/** A SOP class by name as the contexts that it may be negotiated under. */
export function proposalsOf(context: string | ContextProposal): readonly ContextProposal[] {
  if (typeof context !== "string") return [context];
  const uid = sopClassUid(context);
  if (uid === undefined) throw new TypeError(`Cannot propose "${context}": no such SOP class`);
  return abstractSyntaxesFor(uid).map((abstractSyntax) => ({
    abstractSyntax,
    transferSyntaxes: PLAIN,
  }));
}

/** Explicit and Implicit VR Little Endian: every application has the latter (PS3.5 10.1). */
export const PLAIN: readonly string[] = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"];
