/**
 * `replayAsScp`: captures play the association-acceptor, the PACS, for live requestors.
 *
 *     await using pacs = await replayAsScp({ captures: ["pacs.dcap"] });
 *     const user = await openAssociation({ host: pacs.host, port: pacs.port, contexts: [...] });
 *
 * Rule: it opens no connection but to the destinations that are told.
 */
import type { AssociationServer } from "../../src/io/accept_associations.ts";
import type { AssociateAnswer, Peer } from "../../src/io/accepted_connection.ts";
import type { Association } from "../../src/io/association.ts";
import { AssociationError } from "../../src/io/association_error.ts";
import type { TransportTap } from "../../src/io/transport_tap.ts";
import { OPERATIONS } from "../../src/service/operation.ts";
import type { Performer, Performers } from "../../src/service/performance.ts";
import { ReceivedFiles } from "../../src/service/received_files.ts";
import { serveAssociations } from "../../src/service/serve_associations.ts";
import type { PerformRequest } from "../../src/service/service_message.ts";
import type { ServiceUser } from "../../src/service/service_user.ts";
import type { AAssociateRq } from "../../src/ul/pdu.ts";
import type { RequestEvent, ServedAssociationEvent } from "../events.ts";
import type { RecordedConnection } from "../record/recorded_connection.ts";
import { ReplayRecorder } from "../record/replay_recorder.ts";
import { type Pace, pauseMs, wait } from "../scu/pace.ts";
import { openRecordings, type RecordingProblem, type Recordings } from "../source/recordings.ts";
import { type Acceptance, Acceptor } from "./acceptance.ts";
import { responderChain } from "./chain.ts";
import { InstanceMap } from "./instance_map.ts";
import { Cursors, Library } from "./library.ts";
import {
  DEFAULT_ACSE_TIMEOUT,
  DEFAULT_DIMSE_TIMEOUT,
  DEFAULT_IDLE_TIMEOUT,
  DEFAULT_MAX_GAP,
  type ReplayScpOptions,
} from "./options.ts";
import type { LiveServer, Responder } from "./responder.ts";
import { Session } from "./session.ts";
import { StateMap } from "./state_map.ts";

export interface ReplayScp extends AsyncDisposable {
  readonly host: string;
  /** The real one where 0 was asked for. */
  readonly port: number;
  /** Recorded associations that can be played. */
  readonly associations: number;
  /** Path of the capture that is being written; null where there is none. */
  readonly record: string | null;
  /** What of the captures cannot be replayed, each in words. */
  readonly problems: readonly string[];
  /** Stops listening, and waits so many milliseconds for what is under way; then as `close`. */
  stop(options: { readonly drainMs: number }): Promise<void>;
  /** Stops listening, and aborts what is still there. */
  close(): Promise<void>;
}

/** Listens. Rejects with a `ListenError`, and with the system's error where a directory cannot be made. */
export async function replayAsScp(options: ReplayScpOptions): Promise<ReplayScp> {
  const recordings = openRecordings(options.captures);
  try {
    const replay = new Replay(recordings, options);
    return await replay.start();
  } catch (error) {
    recordings[Symbol.dispose]();
    throw error;
  }
}

class Replay implements ReplayScp, LiveServer {
  readonly state = new StateMap();
  readonly instances = new InstanceMap();
  readonly showPatient: boolean;
  readonly problems: readonly string[];
  readonly #options: ReplayScpOptions;
  readonly #recordings: Recordings;
  readonly #library: Library;
  readonly #acceptor: Acceptor;
  readonly #responders: readonly Responder[];
  readonly #pace: Pace;
  readonly #files: ReceivedFiles | undefined;
  readonly #stopping = new AbortController();
  readonly #accepted = new WeakMap<AAssociateRq, { acceptance: Acceptance; number: number }>();
  readonly #sessions = new WeakMap<Association, Session>();
  readonly #beside = new Set<Promise<void>>();
  readonly #recorder: ReplayRecorder | undefined;
  readonly #recorded = new WeakMap<Peer, RecordedConnection>();
  #server: AssociationServer | undefined;
  #count = 0;

  constructor(recordings: Recordings, options: ReplayScpOptions) {
    this.#options = options;
    this.#recordings = recordings;
    this.showPatient = options.showPatient ?? false;
    this.#pace = {
      speed: options.speed ?? 1,
      maxGapUs: (options.maxGap ?? DEFAULT_MAX_GAP) * 1000,
    };
    this.#library = new Library(recordings.associations(), { reuse: options.reuse ?? "last" });
    this.problems = [...recordings.problems.map(problemText), ...this.#associationProblems()];
    this.#acceptor = new Acceptor(this.#library, {
      ae: options.ae ?? "any",
      unknownContext: options.unknownContext ?? "accept",
      rejectUnlike: options.unmatched?.do === "reject",
      maximumLength: options.maximumLength,
    });
    this.#responders = responderChain(this.#library, options);
    this.#files = options.store === undefined ? undefined : this.#openFiles(options.store);
    this.#recorder = options.record === undefined ? undefined : this.#openRecord(options.record);
  }

  async start(): Promise<this> {
    const { acseTimeout, dimseTimeout, idleTimeout, maxAssociations } = this.#options;
    this.#server = await serveAssociations({
      host: this.#options.host ?? "127.0.0.1",
      port: this.#options.port ?? 0,
      answer: (request, peer) => this.#answer(request, peer),
      accepted: (user) => this.#begin(user),
      perform: this.#performers(),
      ended: (association, error) => this.#ended(association, error),
      ...(this.#recorder !== undefined && { tap: (peer: Peer) => this.#tap(peer) }),
      acseTimeout: acseTimeout ?? DEFAULT_ACSE_TIMEOUT,
      dimseTimeout: dimseTimeout ?? DEFAULT_DIMSE_TIMEOUT,
      idleTimeout: idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
      ...(maxAssociations !== undefined && { maxAssociations }),
    });
    return this;
  }

  get host(): string {
    return this.#server?.host ?? "";
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  get associations(): number {
    return this.#library.associations.length;
  }

  get record(): string | null {
    return this.#recorder?.path ?? null;
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  pause(microseconds: number, canceled: AbortSignal): Promise<void> {
    return wait(pauseMs(this.#pace, microseconds), canceled);
  }

  warn(text: string): void {
    this.#options.onWarning?.(text);
  }

  async stop({ drainMs }: { readonly drainMs: number }): Promise<void> {
    this.#server?.stopListening();
    const drained = Promise.all([this.#server?.drained(), ...this.#beside]);
    const late = new AbortController();
    await Promise.race([drained, wait(drainMs, late.signal)]);
    late.abort();
    await this.close();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#server?.close();
    await Promise.all(this.#beside);
    await this.#recorder?.close();
    this.#recordings[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #answer(request: AAssociateRq, peer: Peer): AssociateAnswer {
    const acceptance = this.#acceptor.answer(request);
    if (acceptance.recorded !== undefined) this.#recorded.get(peer)?.link(acceptance.recorded);
    const number = ++this.#count;
    this.#accepted.set(request, { acceptance, number });
    const { answer, reason } = acceptance;
    const outcome = OUTCOMES[answer.type];
    this.#tellAssociation(request, { number, outcome, reason });
    return answer;
  }

  #begin(user: ServiceUser): void {
    const { association } = user;
    const { acceptance, number } = this.#accepted.get(association.request) ?? {};
    const recorded = acceptance?.recorded;
    const session = new Session(user, {
      number: number ?? 0,
      recorded,
      cursors: recorded === undefined ? new Cursors() : this.#library.cursorsFor(recorded),
      library: this.#library,
      server: this,
      responders: this.#responders,
      told: (event) => this.#options.onEvent?.(event),
      keep: this.#files && ((request) => this.#keep(request, association)),
      beside: (work) => {
        this.#beside.add(work);
        work.finally(() => this.#beside.delete(work));
      },
    });
    this.#sessions.set(association, session);
  }

  #performers(): Performers {
    const perform: Performer = (request, user) => {
      const session = this.#sessions.get(user.association);
      if (session === undefined) throw new TypeError("Cannot perform before it is accepted");
      return session.perform(request);
    };
    return Object.fromEntries(OPERATIONS.map(({ name }) => [name, perform]));
  }

  #ended(association: Association, error: Error | undefined): void {
    const { number = 0 } = this.#accepted.get(association.request) ?? {};
    const asRecorded = this.#sessions.get(association)?.endedAsRecorded === true;
    const reason = asRecorded ? "As recorded" : (error?.message ?? null);
    this.#tellAssociation(association.request, { number, outcome: outcomeOf(error), reason });
  }

  #tellAssociation(
    request: AAssociateRq,
    { number, ...rest }: { number: number } & Pick<ServedAssociationEvent, "outcome" | "reason">,
  ): void {
    this.#options.onEvent?.({
      event: "association",
      association: number,
      calling_ae_title: request.callingAeTitle,
      called_ae_title: request.calledAeTitle,
      ...rest,
    });
  }

  #openFiles(directory: string): ReceivedFiles {
    return new ReceivedFiles(directory, {
      sendingAeTitle: "",
      receivingAeTitle: "",
      received: () => undefined,
      failed: (error) => this.warn(error.message),
    });
  }

  #openRecord(directory: string): ReplayRecorder {
    return new ReplayRecorder({
      directory,
      sources: new Set(this.#library.associations.map(({ captureId }) => captureId)),
      report: (text) => this.warn(text),
    });
  }

  #tap(peer: Peer): TransportTap | undefined {
    const connection = this.#recorder?.connection("acceptor");
    if (connection !== undefined) this.#recorded.set(peer, connection);
    return connection?.tap;
  }

  async #keep(request: PerformRequest, { request: rq }: Association): Promise<number> {
    const from = { sendingAeTitle: rq.callingAeTitle, receivingAeTitle: rq.calledAeTitle };
    return (await this.#files?.store(request, from))?.status ?? 0;
  }

  #associationProblems(): readonly string[] {
    return this.#library.associations.flatMap(({ capture, id, problems }) =>
      problems.map((problem) => `${capture}, association ${id}: ${problem}`),
    );
  }
}

export type ScpEvent = RequestEvent | ServedAssociationEvent;

function problemText({ path, what }: RecordingProblem): string {
  return `${path}: ${what}`;
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
