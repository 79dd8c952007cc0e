/**
 * One recorded association played as its requestor: asked for, its requests sent in their order, the
 * peer's own requests answered, and ended as it was.
 *
 * Rule: a request goes out when everything that had ended before it in the recording has ended now:
 * our own operations, and the peer's requests. What overlapped may overlap, as far as the live
 * Asynchronous Operations Window allows (PS3.7 D.3.3.3).
 * Rule: every recorded request has one event, whatever happens; none waits without a limit.
 */
import { operationOfRequest } from "../../src/service/operation.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import { playExchange } from "./exchange_player.ts";
import type { ExpectedRequests } from "./expected_requests.ts";
import { endLive, type LiveUser, tooLong } from "./live_end.ts";
import { openRecorded, placeNow, STOPPED } from "./open_recorded.ts";
import type { Play, Run } from "./options.ts";
import { pauseMs, wait, within } from "./pace.ts";
import { dimseTimeout, eventTimeout } from "./patience.ts";
import { associationEvent, exchangeEvent, finalResponse, type Verdict } from "./verdict.ts";

/** What came of a recorded association. */
export interface Played {
  /** There was one. */
  readonly established: boolean;
  /** Requests that were sent again. */
  readonly sent: number;
}

/** Never rejects. */
export async function playAssociation(
  play: Play,
  { run, expected }: { readonly run: Run; readonly expected: ExpectedRequests },
): Promise<Played> {
  const player = new AssociationPlayer(play, run, expected);
  return await player.play();
}

class AssociationPlayer {
  readonly #recorded: RecordedAssociation;
  readonly #play: Play;
  readonly #run: Run;
  readonly #expected: ExpectedRequests;
  readonly #messageIds = new Set<number>();
  /** Exchanges under way, by the index of their request. */
  readonly #outstanding = new Map<number, Outstanding>();
  /** The first is the recorded one; a second one has the contexts that were refused there. */
  #users: readonly LiveUser[] = [];
  /** Why nothing more can be sent. */
  #stopped: string | undefined;
  #ending = false;
  /** When the next request that is not sent yet was. */
  #unsentAt = 0;
  #sent = 0;
  #skipped = 0;

  constructor(play: Play, run: Run, expected: ExpectedRequests) {
    this.#play = play;
    this.#recorded = play.recorded;
    this.#run = run;
    this.#expected = expected;
  }

  async play(): Promise<Played> {
    const { timeline, startedAt } = this.#play;
    timeline?.advance(this.#recorded, startedAt);
    try {
      await timeline?.until(startedAt, this.#recorded);
      return await this.#playAll();
    } finally {
      timeline?.advance(this.#recorded, Number.POSITIVE_INFINITY);
    }
  }

  async #playAll(): Promise<Played> {
    for (const problem of this.#recorded.problems) this.#run.warn(`${this.#name}: ${problem}`);
    const requests = this.#recorded.messages.filter(
      ({ sender, command }) =>
        sender === "requestor" && command.endsWith("-RQ") && command !== "C-CANCEL-RQ",
    );
    const firstAt = requests[0]?.at ?? Number.POSITIVE_INFINITY;
    this.#reached(firstAt);
    const late = setTimeout(() => this.#unanswered(), UNANSWERED_MS);
    this.#expected.expect(this.#recorded, "acceptor");
    const { users, stopped } = await openRecorded(this.#recorded, {
      run: this.#run,
      rewriter: this.#play.rewriter,
      perform: (request) => this.#expected.answer(request, this.#recorded),
    });
    clearTimeout(late);
    this.#users = users;
    this.#stopped = stopped;
    for (const [at, message] of requests.entries()) {
      this.#reached(message.at);
      await this.#request(message);
      this.#reached(requests[at + 1]?.at ?? Number.POSITIVE_INFINITY);
    }
    await this.#finish();
    return { established: this.#users.length > 0, sent: this.#sent };
  }

  get #name(): string {
    return `${this.#recorded.capture}, association ${this.#recorded.id}`;
  }

  /** Waits for its turn and sends it; its responses come beside what follows. */
  async #request(message: RecordedMessage): Promise<void> {
    await this.#turn(message);
    const reason = this.#whyNot(message);
    const place =
      reason === undefined ? placeNow(message, this.#recorded, this.#users) : { refused: reason };
    if ("refused" in place) {
      const verdict = { outcome: "skipped", reason: place.refused } as const;
      this.#run.tell(exchangeEvent({ association: this.#recorded, request: message }, verdict));
      this.#skipped++;
      if (message.command === "C-GET-RQ") {
        this.#retrieved(message, { outcome: "skipped", reason: "its C-GET-RQ was not sent" });
      }
      return;
    }
    this.#sent++;
    while (this.#outstanding.size > 0 && place.user.outstanding >= place.user.window) {
      await this.#oneOver();
    }
    const final = finalResponse(this.#recorded, message);
    const over = playExchange(message, {
      run: this.#run,
      association: this.#recorded,
      rewriter: this.#play.rewriter,
      expected: this.#expected,
      place,
      messageIds: this.#messageIds,
      isEnding: () => this.#ending,
    }).then((event) => {
      this.#outstanding.delete(message.index);
      this.#reached(this.#unsentAt);
      this.#run.tell(event);
      if (message.command !== "C-GET-RQ") return;
      const reason = "did not come before the final response of its C-GET";
      this.#retrieved(message, { outcome: "differs", reason });
    });
    const { index: until, endedAt: endsAt } = final ?? NEVER;
    this.#outstanding.set(message.index, { over, until, endsAt });
  }

  /** All before this time on the capture's clock is out; what is outstanding had ended later. */
  #reached(unsentAt: number): void {
    this.#unsentAt = unsentAt;
    const { timeline } = this.#play;
    if (timeline === undefined) return;
    let time = unsentAt;
    for (const { endsAt } of this.#outstanding.values()) time = Math.min(time, endsAt);
    // Until it is over, it may still be heard of.
    timeline.advance(this.#recorded, Math.min(this.#onTimeline(time), Number.MAX_SAFE_INTEGER));
  }

  /** An SCP may take one association after another: then the others must not wait for this one. */
  #unanswered(): void {
    const { timeline } = this.#play;
    if (timeline === undefined) return;
    timeline.advance(this.#recorded, Number.MAX_SAFE_INTEGER);
    this.#run.warn(
      "An association is not answered while others are open: the order of their requests is not kept",
    );
  }

  #onTimeline(at: number): number {
    return this.#play.startedAt + at - this.#recorded.openedAt;
  }

  /** A C-GET is over: no further sub-operation of it comes (PS3.4 C.4.3). */
  #retrieved(request: RecordedMessage, verdict: Pick<Verdict, "outcome" | "reason">): void {
    const final = finalResponse(this.#recorded, request);
    const range = { after: request.index, ...(final !== undefined && { before: final.index }) };
    this.#expected.giveUp(this.#recorded, verdict, range);
  }

  /** Until what was over before a message is over, and its pause is. */
  async #turn(message: RecordedMessage): Promise<void> {
    if (this.#users.length === 0) return;
    for (const { until, over } of [...this.#outstanding.values()]) {
      if (until < message.index) await over;
    }
    await this.#expectedBefore(message.index);
    await this.#play.timeline?.until(this.#onTimeline(message.at), this.#recorded);
    await wait(pauseMs(this.#run.pace, this.#pauseBefore(message)), this.#run.signal);
  }

  async #expectedBefore(index: number): Promise<void> {
    const [first] = this.#users;
    const missing = this.#expected.missingBefore(this.#recorded, index);
    if (first === undefined || missing === undefined) return;
    if (this.#skipped > 0 && this.#sent === 0) {
      const reason = "nothing was sent that it could follow";
      this.#expected.giveUp(this.#recorded, { outcome: "skipped", reason }, { before: index });
      return;
    }
    const came = this.#expected.before(this.#recorded, index);
    const limit = Promise.race([came, first.over]);
    const recordedUs = this.#pauseBefore(missing);
    const patience = eventTimeout(recordedUs, this.#run.options.eventTimeout);
    if (await within(patience, limit, this.#run.signal)) return;
    const reason =
      first.ended === undefined
        ? `did not come within ${patience} ms`
        : "did not come before the association ended";
    const outcome = first.ended === undefined ? "timeout" : "differs";
    this.#expected.giveUp(this.#recorded, { outcome, reason }, { before: index });
  }

  /** Microseconds between what came last before it and this message, in the recording. */
  #pauseBefore({ index, at }: RecordedMessage): number {
    const before = this.#recorded.messages[index - 1];
    if (before !== undefined) return at - Math.min(before.endedAt, at);
    return at - (this.#recorded.answeredAt ?? at);
  }

  #whyNot(message: RecordedMessage): string | undefined {
    const [first] = this.#users;
    if (this.#stopped !== undefined) return this.#stopped;
    if (this.#run.signal.aborted) return STOPPED;
    if (first?.ended !== undefined) {
      return `the association had ended: ${first.ended.error?.message ?? "it was released by the peer"}`;
    }
    if (operationOfRequest(message.command) === undefined) {
      return `${message.command} is no operation of PS3.7 9.1 or 10.1`;
    }
    if (message.dataSet?.complete === false) {
      return `the capture does not have all ${message.dataSet.length} octets of its data set`;
    }
    if (!message.complete) return "the capture does not have it whole";
    return undefined;
  }

  async #oneOver(): Promise<void> {
    await Promise.race([...this.#outstanding.values()].map(({ over }) => over));
  }

  async #finish(): Promise<void> {
    const [first, ...beside] = this.#users;
    const { end, messages } = this.#recorded;
    if (first !== undefined) {
      const interrupted = end.by === "requestor" && end.how !== "released";
      for (const { until, over } of [...this.#outstanding.values()]) {
        // What the recorded requestor did not wait for is not waited for now, either.
        if (!interrupted || this.#run.options.graceful === true || until < messages.length) {
          await over;
        }
      }
      await this.#expectedBefore(messages.length);
      const last = messages.at(-1)?.endedAt ?? this.#recorded.answeredAt ?? end.at;
      await wait(pauseMs(this.#run.pace, end.at - last), this.#run.signal);
      await this.#allSent(first);
      for (const { user } of beside) await user.release().catch(() => user.abort());
      this.#ending = true;
      const started = performance.now();
      const verdict = await endLive(first, { recorded: this.#recorded, run: this.#run });
      const ms = performance.now() - started;
      const long = verdict.outcome === "same" ? tooLong(first, this.#recorded) : undefined;
      this.#tell("end", { ...(long ?? verdict), ms });
      await Promise.all([...this.#outstanding.values()].map(({ over }) => over));
    }
    const stopped = this.#stopped;
    this.#expected.giveUp(
      this.#recorded,
      stopped === undefined
        ? { outcome: "differs", reason: "did not come before the association ended" }
        : { outcome: "skipped", reason: stopped },
    );
  }

  /** What is being sent is sent whole before the association is aborted or left, as it was. */
  async #allSent({ user }: LiveUser): Promise<void> {
    const limit = dimseTimeout(this.#recorded, this.#run.options.dimseTimeout);
    await within(limit, user.association.sent(), this.#run.signal);
  }

  #tell(request: "A-ASSOCIATE" | "end", verdict: Parameters<typeof associationEvent>[1]): void {
    this.#run.tell(associationEvent({ association: this.#recorded, request }, verdict));
  }
}

interface Outstanding {
  readonly over: Promise<void>;
  /** When the recorded final response was whole. */
  readonly endsAt: number;
  /** Index of the recorded final response. */
  readonly until: number;
}

/** So long others wait for the answer to an association request. */
const UNANSWERED_MS = 3000;
/** Of a request without a final response. */
const NEVER = { index: Number.POSITIVE_INFINITY, endedAt: Number.POSITIVE_INFINITY } as const;
