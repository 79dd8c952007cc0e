/**
 * What the peer asked of us in the recording, and is expected to ask again: C-STORE sub-operations of a
 * C-GET, N-EVENT-REPORTs, the C-STOREs of a C-MOVE to us. They are answered as they were.
 *
 * Rule: a live request is the recorded one of the same command and SOP instance; where no instance
 * fits, the next of its command, in order, of the same SOP class before any other. The association that
 * it comes on decides first: an SCP may report an event on the same association or on a new one (PS3.4
 * J.3.3), and need not do as it did.
 * Rule: a request that the recording does not have is answered all the same, so that the peer goes on.
 */

import type { Role } from "../../src/role.ts";
import { operation, operationOfRequest } from "../../src/service/operation.ts";
import {
  type Answer,
  numberValue,
  type PerformRequest,
  textValue,
} from "../../src/service/service_message.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import type { Rewriter } from "../rewrite/rewriter.ts";
import { compareLive, readMessage } from "./compare_live.ts";
import type { Run } from "./options.ts";
import { pauseMs, wait } from "./pace.ts";
import { exchangeEvent, failure, finalResponse, type Verdict } from "./verdict.ts";

/** A recorded request of the peer, until it came or is waited for no more. */
interface Expected {
  readonly association: RecordedAssociation;
  readonly request: RecordedMessage;
  /** SOP instance that the live request is to have. */
  readonly instance: string | undefined;
  readonly over: Promise<void>;
  readonly finish: () => void;
  taken: boolean;
}

export class ExpectedRequests {
  readonly #run: Run;
  readonly #rewriter: Rewriter;
  /** In order, without those that are over. */
  readonly #byAssociation = new Map<RecordedAssociation, Set<Expected>>();
  readonly #arrived = new Map<RecordedAssociation, number>();
  /** Open ones, by command. */
  readonly #open = new Map<string, Set<Expected>>();
  readonly #byInstance = new Map<string, Expected[]>();

  constructor(run: Run, rewriter: Rewriter) {
    this.#run = run;
    this.#rewriter = rewriter;
  }

  /** The requests that `sender` made on a recorded association are expected from now on. */
  expect(association: RecordedAssociation, sender: Role): void {
    if (this.#byAssociation.has(association)) return;
    const list = new Set<Expected>();
    this.#byAssociation.set(association, list);
    for (const request of association.messages) {
      if (request.sender !== sender || operationOfRequest(request.command) === undefined) continue;
      const expected = this.#expected(association, request);
      list.add(expected);
      setOf(this.#open, request.command).add(expected);
      if (expected.instance === undefined) continue;
      const key = `${request.command} ${expected.instance}`;
      const same = this.#byInstance.get(key);
      if (same === undefined) this.#byInstance.set(key, [expected]);
      else same.push(expected);
    }
  }

  /** Whether a request of this command is still expected; with an instance, exactly that one. */
  expects(command: string, instance: string | undefined): boolean {
    if (instance === undefined) return (this.#open.get(command)?.size ?? 0) > 0;
    return (this.#byInstance.get(`${command} ${instance}`) ?? []).some(({ taken }) => !taken);
  }

  /** How many of an association's came. */
  arrived(association: RecordedAssociation): number {
    return this.#arrived.get(association) ?? 0;
  }

  /** The first request before a message of the association that is still to come or to be answered. */
  missingBefore(association: RecordedAssociation, index: number): RecordedMessage | undefined {
    const [first] = this.#byAssociation.get(association) ?? [];
    return first !== undefined && first.request.index < index ? first.request : undefined;
  }

  /** Resolves when the expected requests before a message of the association were answered. */
  async before(association: RecordedAssociation, index: number): Promise<void> {
    for (const { request, over } of [...(this.#byAssociation.get(association) ?? [])]) {
      if (request.index >= index) return;
      await over;
    }
  }

  /** Answers a live request as it was; `on` is the recorded association that it came on. */
  async answer(live: PerformRequest, on: RecordedAssociation | undefined): Promise<Answer> {
    const { request: command } = operation(live.operation);
    const expected = this.#match(live, on);
    const message = await readMessage(live.values, live.dataSet, live.context);
    if (expected === undefined) {
      this.#run.warn(`The other side sent a ${command} that the recording does not have`);
      return { status: USUAL.has(live.operation) ? 0x0000 : UNRECOGNIZED };
    }
    const { association, request } = expected;
    try {
      const response = finalResponse(association, request);
      if (response !== undefined) {
        await wait(pauseMs(this.#run.pace, response.at - request.endedAt), live.canceled);
      }
      const answer = this.#answer(association, response, live);
      const verdict = await compareLive(
        { association, request },
        { request: message },
        { run: this.#run, rewriter: this.#rewriter },
      );
      const { status } = answer;
      this.#run.tell(exchangeEvent({ association, request }, { ...verdict, status }));
      return answer;
    } catch (error) {
      this.#run.tell(exchangeEvent({ association, request }, failure(error)));
      throw error;
    } finally {
      this.#finish(expected);
    }
  }

  /** Those of an association, between two messages of it, that did not come are waited for no more. */
  giveUp(
    association: RecordedAssociation,
    verdict: Pick<Verdict, "outcome" | "reason">,
    { after = -1, before = Number.POSITIVE_INFINITY }: { after?: number; before?: number } = {},
  ): void {
    for (const expected of [...(this.#byAssociation.get(association) ?? [])]) {
      const { index } = expected.request;
      if (expected.taken || index <= after || index >= before) continue;
      this.#take(expected);
      this.#run.tell(exchangeEvent(expected, verdict));
      this.#finish(expected);
    }
  }

  #expected(association: RecordedAssociation, request: RecordedMessage): Expected {
    let finish = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const facts = operationOfRequest(request.command);
    const values = this.#rewriter.expected(request.values, { association, message: request });
    const instance =
      facts?.instanceElement === undefined ? undefined : textValue(values, facts.instanceElement);
    return { association, request, instance, over, finish, taken: false };
  }

  #match(live: PerformRequest, on: RecordedAssociation | undefined): Expected | undefined {
    const { request: command } = operation(live.operation);
    const same = (this.#byInstance.get(`${command} ${live.sopInstanceUid}`) ?? []).filter(
      ({ taken }) => !taken,
    );
    const found =
      same.find(({ association }) => association === on) ??
      same[0] ??
      this.#next(command, live.sopClassUid, on);
    if (found === undefined) return undefined;
    this.#take(found);
    this.#arrived.set(found.association, this.arrived(found.association) + 1);
    return found;
  }

  /** The next in order, by SOP class and association, by either, by none. */
  #next(
    command: string,
    sopClassUid: string,
    on: RecordedAssociation | undefined,
  ): Expected | undefined {
    const ranked: (Expected | undefined)[] = [];
    for (const expected of this.#open.get(command) ?? []) {
      const { association, request } = expected;
      const here = on === undefined || association === on ? 0 : 2;
      const facts = operationOfRequest(request.command);
      const ofClass = facts && textValue(request.values, facts.classElement) === sopClassUid;
      const rank = here + (ofClass === true ? 0 : 1);
      ranked[rank] ??= expected;
      if (rank === 0) break;
    }
    return ranked.find((expected) => expected !== undefined);
  }

  #take(expected: Expected): void {
    expected.taken = true;
    this.#open.get(expected.request.command)?.delete(expected);
  }

  #finish(expected: Expected): void {
    this.#byAssociation.get(expected.association)?.delete(expected);
    expected.finish();
  }

  #answer(
    association: RecordedAssociation,
    response: RecordedMessage | undefined,
    live: PerformRequest,
  ): Answer {
    if (response === undefined) return { status: 0x0000 };
    const where = { association, message: response };
    const values = Object.fromEntries(
      Object.entries(this.#rewriter.commandSet(response.values, where)).filter(
        ([keyword]) => !REPEATED.has(keyword),
      ),
    );
    const to = live.context.transferSyntax ?? "";
    const { dataSet } = response;
    return {
      status: numberValue(response.values, "Status") ?? 0x0000,
      values,
      ...(dataSet?.complete === true && {
        dataSet: this.#rewriter.dataSet(dataSet, { to, where }),
      }),
    };
  }
}

/** What every response has from its request (PS3.7 9.3, 10.3). */
const REPEATED: ReadonlySet<string> = new Set([
  "CommandGroupLength",
  "Status",
  "CommandField",
  "MessageIDBeingRespondedTo",
  "CommandDataSetType",
  "AffectedSOPClassUID",
  "AffectedSOPInstanceUID",
  "EventTypeID",
  "ActionTypeID",
]);

/** What an association-requestor is asked for as an SCU of C-GET and of notifications. */
const USUAL: ReadonlySet<string> = new Set(["C-STORE", "N-EVENT-REPORT", "C-ECHO"]);
/** PS3.7 C.5.12. */
const UNRECOGNIZED = 0x0211;

function setOf<K, V>(map: Map<K, Set<V>>, key: K): Set<V> {
  let set = map.get(key);
  if (set === undefined) {
    set = new Set();
    map.set(key, set);
  }
  return set;
}
