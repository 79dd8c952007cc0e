/** Live associations from their request to their end: accepted, served by a session, told of. */
import type { AssociateAnswer, Peer } from "../../src/io/accepted_connection.ts";
import type { Association } from "../../src/io/association.ts";
import { AssociationError } from "../../src/io/association_error.ts";
import type { TransportTap } from "../../src/io/transport_tap.ts";
import { OPERATIONS } from "../../src/service/operation.ts";
import type { Performer, Performers } from "../../src/service/performance.ts";
import type { ServiceUser } from "../../src/service/service_user.ts";
import type { AAssociateRq } from "../../src/ul/pdu.ts";
import type { RequestEvent, ServedAssociationEvent } from "../events.ts";
import type { RecordedConnection } from "../record/recorded_connection.ts";
import type { Acceptance, Acceptor } from "./acceptance.ts";
import type { CompareRequests } from "./compare_requests.ts";
import type { Kept } from "./kept.ts";
import { Cursors, type Library } from "./library.ts";
import type { LiveReplay } from "./live_replay.ts";
import type { Responder } from "./responder.ts";
import { Session } from "./session.ts";

export interface ServedAssociationsOptions {
  readonly acceptor: Acceptor;
  readonly library: Library;
  readonly responders: readonly Responder[];
  readonly live: LiveReplay;
  readonly kept: Kept;
  readonly compare: CompareRequests;
  readonly told: (event: RequestEvent | ServedAssociationEvent) => void;
}

interface Accepted {
  readonly acceptance: Acceptance;
  readonly number: number;
}

export class ServedAssociations {
  /** The session of each association performs everything. */
  readonly performers: Performers;
  readonly #options: ServedAssociationsOptions;
  readonly #accepted = new WeakMap<AAssociateRq, Accepted>();
  readonly #sessions = new WeakMap<Association, Session>();
  readonly #connections = new WeakMap<Peer, RecordedConnection>();
  #count = 0;

  constructor(options: ServedAssociationsOptions) {
    this.#options = options;
    const perform: Performer = (request, { association }) => {
      const session = this.#sessions.get(association);
      if (session === undefined) throw new TypeError("Cannot perform before it is accepted");
      return session.perform(request);
    };
    this.performers = Object.fromEntries(OPERATIONS.map(({ name }) => [name, perform]));
  }

  tap(peer: Peer): TransportTap | undefined {
    const connection = this.#options.kept.connection();
    if (connection !== undefined) this.#connections.set(peer, connection);
    return connection?.tap;
  }

  answer(request: AAssociateRq, peer: Peer): AssociateAnswer {
    const acceptance = this.#options.acceptor.answer(request);
    const { answer, recorded, reason } = acceptance;
    if (recorded !== undefined) this.#connections.get(peer)?.link(recorded);
    const number = ++this.#count;
    this.#accepted.set(request, { acceptance, number });
    this.#tell(request, { number, outcome: OUTCOMES[answer.type], reason });
    return answer;
  }

  begin(user: ServiceUser): void {
    const { library, responders, live, kept, compare, told } = this.#options;
    const { association } = user;
    const { acceptance, number = 0 } = this.#accepted.get(association.request) ?? {};
    const recorded = acceptance?.recorded;
    const session = new Session(user, {
      number,
      recorded,
      cursors: recorded === undefined ? new Cursors() : library.cursorsFor(recorded),
      library,
      server: live,
      responders,
      told,
      compare,
      keep: kept.keepsInstances ? (request) => kept.instance(request, association) : undefined,
      beside: (work) => live.beside(work),
    });
    this.#sessions.set(association, session);
  }

  end(association: Association, error: Error | undefined): void {
    const { request } = association;
    const { number = 0 } = this.#accepted.get(request) ?? {};
    const asRecorded = this.#sessions.get(association)?.endedAsRecorded === true;
    const reason = asRecorded ? "As recorded" : (error?.message ?? null);
    this.#tell(request, { number, outcome: outcomeOf(error), reason });
  }

  #tell(
    request: AAssociateRq,
    { number, ...rest }: { number: number } & Pick<ServedAssociationEvent, "outcome" | "reason">,
  ): void {
    this.#options.told({
      event: "association",
      association: number,
      calling_ae_title: request.callingAeTitle,
      called_ae_title: request.calledAeTitle,
      ...rest,
    });
  }
}

function outcomeOf(error: Error | undefined): ServedAssociationEvent["outcome"] {
  if (error === undefined) return "released";
  if (error instanceof AssociationError && error.kind === "closed") return "closed";
  return "aborted";
}

const OUTCOMES: Readonly<Record<AssociateAnswer["type"], ServedAssociationEvent["outcome"]>> = {
  "A-ASSOCIATE-AC": "accepted",
  "A-ASSOCIATE-RJ": "rejected",
  "A-ABORT": "aborted",
  close: "closed",
  reset: "closed",
};
