/**
 * The messages of one scripted association, request by request, with what every message of PS3.7
 * needs filled in and Message IDs counted by each side.
 */
import type { AAssociateAc, AAssociateRq } from "../ul/pdu.ts";
import { EXPLICIT, type Invented, invented } from "./invented_data_set.ts";
import type { ScriptedStep } from "./scripted_capture.ts";

export interface Answering {
  readonly dataSet?: Uint8Array;
  /** Identifiers of pending responses. */
  readonly pending?: readonly Uint8Array[];
  readonly status?: number;
  /** Further elements of the final response. */
  readonly more?: Readonly<Record<string, string>>;
  /** Milliseconds until the first response. */
  readonly after?: number;
}

export interface Image {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly values: Invented;
}

export interface Getting {
  /** The Identifier. */
  readonly dataSet: Uint8Array;
  readonly images: readonly Image[];
}

export class ScriptedSteps {
  readonly #steps: ScriptedStep[];
  #messageId = 0;

  constructor(request: AAssociateRq, answer: AAssociateAc) {
    this.#steps = [
      { sender: "requestor", pdu: request },
      { sender: "acceptor", pdu: answer, after: 12 },
    ];
  }

  ask(contextId: number, values: Values, answering: Answering = {}): void {
    const { dataSet, pending = [], status = 0, more = {}, after = 8 } = answering;
    const messageId = ++this.#messageId;
    this.#say("requestor", { contextId, values: { ...values, MessageID: messageId }, dataSet });
    let pause = after;
    for (const match of pending) {
      const response = responseTo(values, { messageId, status: 0xff00 });
      this.#say("acceptor", { contextId, values: response, dataSet: match, after: pause });
      pause = 6;
    }
    const final = { ...responseTo(values, { messageId, status }), ...more };
    this.#say("acceptor", { contextId, values: final, after: pause });
  }

  store(contextId: number, image: Image, answering: Answering): void {
    const dataSet = invented(image.values, EXPLICIT);
    this.ask(contextId, storeRequest(image), { ...answering, dataSet });
  }

  /** N-EVENT-REPORT: the acceptor asks, the requestor answers. */
  report(contextId: number, values: Values, { dataSet, after }: Answering): void {
    const asked = { ...values, MessageID: 1 };
    this.#say("acceptor", { contextId, values: asked, dataSet, after });
    const answered = responseTo(values, { messageId: 1, status: 0 });
    this.#say("requestor", { contextId, values: answered });
  }

  /** C-GET: each image comes on the second context, 3 (PS3.4 C.4.3.2). */
  get(contextId: number, values: Values, getting: Getting): void {
    const { dataSet, images } = getting;
    const messageId = ++this.#messageId;
    this.#say("requestor", { contextId, values: { ...values, MessageID: messageId }, dataSet });
    for (const [index, image] of images.entries()) {
      const asked = { ...storeRequest(image), MessageID: index + 1 };
      const octets = invented(image.values, EXPLICIT);
      this.#say("acceptor", { contextId: 3, values: asked, dataSet: octets, after: 40 });
      const stored = responseTo(storeRequest(image), { messageId: index + 1, status: 0 });
      this.#say("requestor", { contextId: 3, values: stored, after: 15 });
      const completed = index + 1;
      const remaining = images.length - completed;
      const counts = {
        ...(remaining > 0 && { NumberOfRemainingSuboperations: remaining }),
        NumberOfCompletedSuboperations: completed,
        NumberOfFailedSuboperations: 0,
        NumberOfWarningSuboperations: 0,
      };
      const status = remaining > 0 ? 0xff00 : 0;
      const response = { ...responseTo(values, { messageId, status }), ...counts };
      this.#say("acceptor", { contextId, values: response });
    }
  }

  released(): readonly ScriptedStep[] {
    this.#steps.push(
      { sender: "requestor", pdu: { type: "A-RELEASE-RQ" }, after: 10 },
      { sender: "acceptor", pdu: { type: "A-RELEASE-RP" } },
    );
    return this.#steps;
  }

  aborted(): readonly ScriptedStep[] {
    this.#steps.push({ sender: "requestor", pdu: { type: "A-ABORT", source: 0, reason: 0 } });
    return this.#steps;
  }

  #say(
    sender: "requestor" | "acceptor",
    message: {
      readonly contextId: number;
      readonly values: Values;
      readonly dataSet?: Uint8Array | undefined;
      readonly after?: number | undefined;
    },
  ): void {
    const { contextId, values, dataSet, after } = message;
    this.#steps.push({
      ...{ sender, contextId, values },
      ...(dataSet !== undefined && { dataSet }),
      ...(after !== undefined && { after }),
    });
  }
}

type Values = Readonly<Record<string, string | number>>;

function storeRequest({ sopClassUid, sopInstanceUid }: Image): Values {
  return {
    CommandField: 0x0001,
    AffectedSOPClassUID: sopClassUid,
    AffectedSOPInstanceUID: sopInstanceUid,
    Priority: 0,
  };
}

/** What every response repeats of its request (PS3.7 9.3, 10.3). */
function responseTo(
  request: Values,
  { messageId, status }: { readonly messageId: number; readonly status: number },
): Values {
  const sopClass = request["AffectedSOPClassUID"] ?? request["RequestedSOPClassUID"];
  const instance = request["AffectedSOPInstanceUID"] ?? request["RequestedSOPInstanceUID"];
  return {
    CommandField: Number(request["CommandField"]) | 0x8000,
    MessageIDBeingRespondedTo: messageId,
    Status: status,
    ...(sopClass !== undefined && { AffectedSOPClassUID: sopClass }),
    ...(instance !== undefined && { AffectedSOPInstanceUID: instance }),
    ...(request["ActionTypeID"] !== undefined && { ActionTypeID: request["ActionTypeID"] }),
    ...(request["EventTypeID"] !== undefined && { EventTypeID: request["EventTypeID"] }),
  };
}
