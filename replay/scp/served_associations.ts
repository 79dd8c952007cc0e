/**
 * Live associations from their request to their end: accepted, served by a session, told of.
 *
 * Rule: of each association that is told as accepted an end is told, and before that every request.
 */
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

/** What can be had when the captures are read. */
export interface Played {
  readonly acceptor: Acceptor;
  readonly library: Library;
  readonly responders: readonly Responder[];
}

export interface ServedAssociationsOptions {
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
  readonly #asked = new WeakMap<AAssociateRq, Accepted>();
  readonly #sessions = new WeakMap<Association, Session>();
  readonly #connections = new WeakMap<Peer, RecordedConnection>();
  readonly #reading: Promise<Played>;
  #read: (played: Played) => void = () => undefined;
  #played: Played | undefined;
  #count = 0;

  constructor(options: ServedAssociationsOptions) {
    this.#options = options;
    this.#reading = new Promise((resolve) => {
      this.#read = resolve;
    });
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

  /** The captures are read: who came before is answered now. */
  play(played: Played): void {
    this.#played = played;
    this.#read(played);
  }

  answer(request: AAssociateRq, peer: Peer): AssociateAnswer | Promise<AssociateAnswer> {
    const answered = ({ acceptor }: Played): AssociateAnswer => {
      // It left while the captures were read: nothing of them is used up for it, and nothing told.
      if (!peer.isWaiting) return { type: "close" };
      return this.#answered(request, { peer, acceptance: acceptor.answer(request) });
    };
    return this.#played === undefined ? this.#reading.then(answered) : answered(this.#played);
  }

  begin(user: ServiceUser): void {
    const { live, kept, compare, told } = this.#options;
    if (this.#played === undefined) throw new TypeError("Cannot begin before it is answered");
    const { library, responders } = this.#played;
    const { association } = user;
    const { acceptance, number = 0 } = this.#asked.get(association.request) ?? {};
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
    const { number = 0 } = this.#asked.get(request) ?? {};
    const session = this.#sessions.get(association);
    const asRecorded = session?.endedAsRecorded === true;
    const reason = asRecorded ? "As recorded" : (error?.message ?? null);
    const tell = (): void => this.#tell(request, { number, outcome: outcomeOf(error), reason });
    if (session === undefined || session.isTold) tell();
    else this.#options.live.beside(session.untilTold().then(tell));
  }

  #answered(
    request: AAssociateRq,
    { peer, acceptance }: { readonly peer: Peer; readonly acceptance: Acceptance },
  ): AssociateAnswer {
    const { answer, recorded, reason } = acceptance;
    if (recorded !== undefined) this.#connections.get(peer)?.link(recorded);
    const number = ++this.#count;
    this.#asked.set(request, { acceptance, number });
    this.#tell(request, { number, outcome: OUTCOMES[answer.type], reason });
    return answer;
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
