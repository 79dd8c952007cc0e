/** Associations as acceptor, with a handler an operation. */
import {
  type AcceptOptions,
  type AssociationServer,
  acceptAssociations,
} from "../io/accept_associations.ts";
import type { Peer } from "../io/accepted_connection.ts";
import type { ContextProposal } from "../ul/negotiate.ts";
import { proposalsOf } from "./open_association.ts";
import type { Performers } from "./performance.ts";
import { ServiceUser } from "./service_user.ts";

export interface ServeOptions
  extends Omit<AcceptOptions, "supported" | "handle" | "serve" | "dimseTimeout"> {
  /**
   * What is accepted: SOP classes by UID, keyword or name, in Explicit and Implicit VR Little
   * Endian, or abstract syntaxes with transfer syntaxes and roles of their own. Needed unless
   * `answer` is given. A requestor that asks for the SCP role of a class without roles of its own is
   * granted it where `perform` has what an SCU performs: N-EVENT-REPORT, or C-GET, which we answer
   * with C-STOREs (PS3.7 D.3.3.4).
   */
  readonly supported?: readonly (string | ContextProposal)[] | undefined;
  /** One handler an operation; what has none is answered 0211H, Unrecognized operation. */
  readonly perform: Performers;
  /** Milliseconds to wait for each part of a message and each response; 0 for ever. */
  readonly dimseTimeout?: number;
  /** Milliseconds that an association may be silent; for ever (0) unless told. */
  readonly idleTimeout?: number;
  /** An association was accepted: to invoke operations on it, N-EVENT-REPORT for example. */
  readonly accepted?: (user: ServiceUser, peer: Peer) => void;
}

/** Listens, and serves every association until the server is closed. Rejects with a `ListenError`. */
export function serveAssociations(options: ServeOptions): Promise<AssociationServer> {
  const { perform, idleTimeout, dimseTimeout, accepted, supported = [], ...rest } = options;
  return acceptAssociations({
    ...rest,
    ...(dimseTimeout !== undefined && { dimseTimeout }),
    supported: supported.flatMap(proposalsOf).map((proposal) => withRoles(proposal, perform)),
    serve: async (association, peer) => {
      const user = new ServiceUser(association, {
        perform,
        ...(dimseTimeout !== undefined && { dimseTimeout }),
        ...(idleTimeout !== undefined && { idleTimeout }),
      });
      accepted?.(user, peer);
      await user.ended();
    },
  });
}

function withRoles(proposal: ContextProposal, perform: Performers): ContextProposal {
  const needsScp = perform["N-EVENT-REPORT"] !== undefined || perform["C-GET"] !== undefined;
  return needsScp && proposal.roles === undefined
    ? { ...proposal, roles: { scu: true, scp: true } }
    : proposal;
}
