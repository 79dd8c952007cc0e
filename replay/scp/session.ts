/**
 * One live association: each request goes through the chain of responders, its answers go out with
 * the recorded pauses, and what the recorded acceptor did on its own is done at its place.
 */

import { isFinal } from "../../src/dimse/status.ts";
import type { Association } from "../../src/io/association.ts";
import { AssociationError } from "../../src/io/association_error.ts";
import { operation } from "../../src/service/operation.ts";
import type { Answer, PerformRequest } from "../../src/service/service_message.ts";
import type { ServiceUser } from "../../src/service/service_user.ts";
import type { Difference, RequestEvent } from "../events.ts";
import type { RecordedAssociation, RecordedEnd } from "../recorded.ts";
import { answerOctets } from "./answer_octets.ts";
import type { CompareRequests } from "./compare_requests.ts";
import { type Keep, KeptCopy } from "./kept_copy.ts";
import type { Cursors, Library } from "./library.ts";
import { type HeldRequest, liveRequest } from "./live_request.ts";
import { liveUids } from "./live_uids.ts";
import { LookedAtStore } from "./looked_at_store.ts";
import { ownInitiative } from "./own_initiative.ts";
import { sendRecordedReport } from "./recorded_report.ts";
import type { Answered, LiveAnswer, LiveAssociation, LiveServer, Responder } from "./responder.ts";
import { liveAnswer } from "./service/instances/live_references.ts";
import { StateMap } from "./state_map.ts";
import { failureOf } from "./unmatched_responder.ts";

export interface SessionOptions {
  readonly number: number;
  readonly recorded: RecordedAssociation | undefined;
  readonly cursors: Cursors;
  readonly library: Library;
  readonly server: LiveServer;
  readonly responders: readonly Responder[];
  readonly told: (event: RequestEvent) => void;
  /** Keeps a C-STORE that was answered with success or a warning; gives the status of that. */
  readonly keep: Keep | undefined;
  readonly compare: CompareRequests;
  /** Work that goes on beside the traffic; the server waits for it when it ends. */
  readonly beside: (work: Promise<void>) => void;
}

export class Session implements LiveAssociation {
  readonly user: ServiceUser;
  readonly state = new StateMap();
  readonly #options: SessionOptions;
  readonly #over = new AbortController();
  readonly #performing = new Set<Promise<void>>();
  #turn: Promise<unknown> = Promise.resolve();
  #answered = 0;
  #endedAsRecorded = false;

  constructor(user: ServiceUser, options: SessionOptions) {
    this.user = user;
    this.#options = options;
    user.association.untilOver().then(() => this.#over.abort());
    this.#goOn();
  }

  get number(): number {
    return this.#options.number;
  }

  get request(): Association["request"] {
    return this.user.association.request;
  }

  get callingAeTitle(): string {
    return this.request.callingAeTitle;
  }

  get calledAeTitle(): string {
    return this.request.calledAeTitle;
  }

  get recorded(): RecordedAssociation | undefined {
    return this.#options.recorded;
  }

  get cursors(): Cursors {
    return this.#options.cursors;
  }

  /** This side ended it because the recording did. */
  get endedAsRecorded(): boolean {
    return this.#endedAsRecorded;
  }

  /** Every request was told; else `untilTold` waits for that. */
  get isTold(): boolean {
    return this.#performing.size === 0;
  }

  async untilTold(): Promise<void> {
    while (!this.isTold) await Promise.all(this.#performing);
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** For the service user: the answers to one request. */
  async *perform(given: PerformRequest): AsyncGenerator<Answer> {
    let told = (): void => undefined;
    const performing = new Promise<void>((resolve) => {
      told = resolve;
    });
    this.#performing.add(performing);
    try {
      yield* this.#perform(given);
    } finally {
      this.#performing.delete(performing);
      told();
    }
  }

  async *#perform(given: PerformRequest): AsyncGenerator<Answer> {
    const { server, keep, compare } = this.#options;
    const isStore = given.operation === "C-STORE";
    const store = isStore ? new LookedAtStore(given, compare) : undefined;
    const request = store?.request ?? given;
    const copy = keep !== undefined && isStore ? new KeptCopy(request, keep) : undefined;
    const live = liveRequest(request, { association: this, server, dataSet: copy?.dataSet });
    const answered = await this.#answer(live);
    let final: number | undefined;
    let untold: Came | undefined;
    try {
      const uids = await liveUids(live);
      for await (const answer of answered.answers) {
        const { status, after = 0 } = answer;
        await this.#options.server.pause(after, live.canceled);
        if (live.canceled.aborted && this.#isCancelable(live, answered)) break;
        if (isFinal(status)) {
          final = await this.#finalStatus({ live, request, copy }, status);
          untold = await this.#came(live, { answered, store, final });
          await this.#options.server.states.answered(live, final);
        }
        const told = uids === undefined ? answer : liveAnswer(answer, uids);
        const encoded = this.#encoded(live, { ...told, status: final ?? status });
        if (encoded !== undefined) yield encoded;
        if (final !== undefined) return;
      }
      const canceled = live.canceled.aborted;
      if (canceled ? await this.#isOver() : answered.end !== undefined) return;
      await live.drain();
      final = canceled ? CANCELED : failureOf(live.operation);
      this.#tell(live, answered, final);
      yield { status: final };
    } catch (error) {
      if (error instanceof AssociationError || final !== undefined) throw error;
      final = failureOf(live.operation);
      this.#tell(live, { ...answered, reason: notAnswered(error) }, final);
      yield { status: final };
    } finally {
      await copy?.drop();
      // The answer is out: the requestor does not wait for what only the report needs.
      if (untold !== undefined)
        this.#tell(live, answered, final ?? null, await untold.differences());
      else if (final === undefined) this.#tell(live, answered, null);
      if (final === undefined && answered.end !== undefined) this.#end(answered.end);
      else this.#sent(answered);
    }
  }

  /** Whether the association has ended: what is under way is canceled a moment before. */
  async #isOver(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#over.signal.aborted;
  }

  async #answer(request: HeldRequest): Promise<Answered> {
    try {
      for (const responder of this.#options.responders) {
        const answered = await responder.answer(request, this.#options.library);
        if (answered !== undefined) return answered;
      }
      throw new TypeError("no responder takes it");
    } catch (error) {
      // The association is gone; its end tells.
      if (error instanceof AssociationError) throw error;
      const answers = [{ status: failureOf(request.operation) }];
      return { by: null, reason: notAnswered(error), answers };
    }
  }

  #isCancelable({ operation: name }: HeldRequest, { endsCanceled }: Answered): boolean {
    return operation(name).cancelable && endsCanceled !== true;
  }

  async #finalStatus({ live, request, copy }: Stored, status: number): Promise<number> {
    const { keep } = this.#options;
    if (live.operation === "C-STORE" && isTaken(status) && keep !== undefined) {
      return (copy?.begun === true ? await copy.finish() : await keep(request)) || status;
    }
    await live.drain();
    return status;
  }

  /**
   * What came, before it is answered: later requests go by it. What it has other than the recording is
   * left for later.
   */
  async #came(live: HeldRequest, { answered, store, final }: Ending): Promise<Came> {
    const { compare, server } = this.#options;
    const notCompared = (error: unknown): readonly Difference[] => {
      const why = error instanceof Error ? error.message : String(error);
      server.warn(`Cannot compare the data set of ${live.command}: ${why}`);
      return [];
    };
    try {
      const way = { answered, isTaken: isTaken(final) };
      const exchange = (await store?.counterpart(live, way)) ?? answered.exchange;
      const recorded = { by: answered.by, ...(exchange && { exchange }) };
      return {
        differences: () => compare.differences(live, recorded, store?.read()).catch(notCompared),
      };
    } catch (error) {
      const none = notCompared(error);
      return { differences: async () => none };
    }
  }

  /** Undefined for a pending one that cannot be sent. */
  #encoded(live: HeldRequest, answer: LiveAnswer): Answer | undefined {
    const { status, values, omit, dataSet = answer.passing } = answer;
    const plain = { status, ...(values && { values }), ...(omit && { omit }) };
    if (dataSet === undefined) return plain;
    try {
      return { ...plain, dataSet: answerOctets(dataSet, live.context.transferSyntax ?? "") };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#options.server.warn(
        `An answer to ${live.command} went out without it: ${error.message}`,
      );
      return isFinal(status) ? plain : undefined;
    }
  }

  #tell(
    request: HeldRequest,
    answered: Answered,
    status: number | null,
    differences: readonly Difference[] = [],
  ): void {
    const { by, exchange, missed = [], reason = null, score } = answered;
    const { state } = request;
    this.#options.told({
      event: "request",
      association: this.number,
      request: request.command,
      matched: by !== null,
      by,
      candidate: exchange
        ? {
            capture: exchange.association.capture,
            association: exchange.association.id,
            message: exchange.request.index,
          }
        : null,
      missed,
      ...(score !== undefined && { score }),
      differences,
      ...(state !== undefined && { state }),
      status,
      reason: reason ?? (status === null ? "The association ended before the final answer" : null),
    });
  }

  #sent({ after }: Answered): void {
    this.#answered++;
    if (after !== undefined) this.#beside(after());
    this.#goOn();
  }

  /** What the recorded acceptor did on its own after so many answers. */
  #goOn(): void {
    if (this.recorded === undefined || this.#over.signal.aborted) return;
    const { reports, end } = ownInitiative(this.recorded);
    const now = reports.filter(({ place }) => place === this.#answered);
    const isEnd = end?.place === this.#answered;
    if (now.length === 0 && !isEnd) return;
    const work = async (): Promise<void> => {
      for (const report of now) {
        await this.#options.server.pause(report.after, this.#over.signal);
        if (this.#over.signal.aborted) return;
        await sendRecordedReport(report, { user: this.user, server: this.#options.server });
      }
      if (!isEnd) return;
      await this.#options.server.pause(end.after, this.#over.signal);
      this.#end(end.end);
    };
    this.#beside(this.inTurn(work));
  }

  #end({ how, source, reason }: Pick<RecordedEnd, "how" | "source" | "reason">): void {
    if (this.#over.signal.aborted) return;
    this.#endedAsRecorded = true;
    const { association } = this.user;
    switch (how) {
      case "closed":
      case "open":
        association.close();
        return;
      case "reset":
        association.reset();
        return;
      case "aborted":
      case "released":
      case "rejected":
        association.abort({ source: source ?? 0, reason: reason ?? 0 });
        return;
      default:
        how satisfies never;
    }
  }

  #beside(work: Promise<void>): void {
    const told = work.catch((error: unknown) => {
      // The other side left before its turn.
      if (error instanceof AssociationError) return;
      this.#options.server.warn(error instanceof Error ? error.message : String(error));
    });
    this.#options.beside(told);
  }
}

interface Ending {
  readonly answered: Answered;
  readonly store: LookedAtStore | undefined;
  readonly final: number;
}

interface Came {
  /** From the recording, for the report alone. Never rejects. */
  differences(): Promise<readonly Difference[]>;
}

interface Stored {
  readonly live: HeldRequest;
  readonly request: PerformRequest;
  /** Of a C-STORE that is to be kept, where somebody else reads it. */
  readonly copy: KeptCopy | undefined;
}

/** With success or a warning (PS3.4 B.2.3). */
function isTaken(status: number): boolean {
  return status === 0x0000 || status >>> 12 === 0xb;
}

function notAnswered(error: unknown): string {
  return `Cannot answer: ${error instanceof Error ? error.message : String(error)}`;
}

/** PS3.7 C.3: operation terminated due to a C-CANCEL request. */
const CANCELED = 0xfe00;
