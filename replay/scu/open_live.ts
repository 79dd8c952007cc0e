/**
 * The live association for a recorded one, and beside it a second one for contexts that were refused,
 * where that is asked for.
 */
import type { Association } from "../../src/io/association.ts";
import { requestAssociation } from "../../src/io/request_association.ts";
import { OPERATIONS } from "../../src/service/operation.ts";
import type { Performer, Performers } from "../../src/service/performance.ts";
import { ServiceUser } from "../../src/service/service_user.ts";
import type { ContextProposal } from "../../src/ul/negotiate.ts";
import type { AAssociateRq } from "../../src/ul/pdu.ts";
import type { RecordedAssociation } from "../recorded.ts";
import type { Run } from "./options.ts";
import { dimseTimeout } from "./patience.ts";

export interface LiveOptions {
  readonly run: Run;
  /** What is played. */
  readonly recorded: RecordedAssociation;
  /** What the peer asks of us, on this association. */
  readonly perform: Performer;
}

/** Rejects with an `AssociationError`. */
export async function openLive(request: AAssociateRq, options: LiveOptions): Promise<ServiceUser> {
  return userOf(await requestAssociation({ ...common(options), request }), options);
}

/** The same with contexts of our own: the AE titles are those of `request`. */
export async function openBeside(
  request: AAssociateRq,
  contexts: readonly ContextProposal[],
  options: LiveOptions,
): Promise<ServiceUser> {
  const { callingAeTitle, calledAeTitle } = request;
  const asked = { ...common(options), callingAeTitle, calledAeTitle, contexts };
  return userOf(await requestAssociation(asked), options);
}

function common({ run, recorded }: LiveOptions) {
  const { options, recorder, signal } = run;
  return {
    host: options.host,
    port: options.port,
    connectTimeout: options.connectTimeout ?? 10_000,
    acseTimeout: options.acseTimeout ?? 30_000,
    dimseTimeout: dimseTimeout(recorded, options.dimseTimeout),
    signal,
    ...(recorder !== undefined && { tap: recorder.connection("requestor", recorded).tap }),
  };
}

function userOf(association: Association, { run, recorded, perform }: LiveOptions): ServiceUser {
  return new ServiceUser(association, {
    dimseTimeout: dimseTimeout(recorded, run.options.dimseTimeout),
    perform: everything(perform),
  });
}

/** One performer for all operations. */
export function everything(perform: Performer): Performers {
  return Object.fromEntries(OPERATIONS.map(({ name }) => [name, perform]));
}
