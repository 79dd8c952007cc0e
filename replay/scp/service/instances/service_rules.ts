/**
 * What a service with states adds to recorded answers: when a request must be refused whatever the
 * recording says, what it does, and what is different in an answer that is given live.
 *
 * The same rules judge the recorded requests (recorded_conduct.ts): so it is known where the recorded
 * SCP was more lenient than they are, or refused for reasons of state.
 */
import type { DataSet } from "../../../../src/dataset/data_set.ts";
import type { CommandValues } from "../../../../src/io/association.ts";
import type { LiveAnswer, LiveRequest } from "../../responder.ts";
import { errorComment } from "../error_comment.ts";
import type { LiveInstance, LiveInstances } from "./live_instances.ts";

export interface ServiceRules {
  takes(sopClassUid: string): boolean;
  /** SOP classes under which the same instances are spoken of: any of them has the answers. */
  readonly family?: ReadonlySet<string>;
  /** Where its instances are remembered: as long as the association, or as the server. */
  readonly lives: "association" | "server";
  /** The element that names a state: a recorded request that asks for another one is no precedent. */
  readonly state?: number;
  /** Undefined: nothing speaks against it. */
  judge(asked: Asked): Refusal | undefined;
  /** The request was granted. */
  remember(done: Done): void;
  /** The recorded answer as it is to be sent. */
  fitted(granted: Granted): LiveAnswer;
}

export type AskedRequest = Pick<
  LiveRequest,
  "operation" | "sopClassUid" | "sopInstanceUid" | "values"
>;

export interface Asked {
  readonly request: AskedRequest;
  /** Of the request. */
  readonly dataSet: DataSet;
  readonly instances: LiveInstances;
  /** The instance that the request names, where it is known. */
  readonly known: LiveInstance | undefined;
}

export interface Done extends Asked {
  /** Of the instance: that of the request, or the one that was made for it. */
  readonly uid: string;
  readonly status: number;
  /** Data set of the response. */
  readonly answer: DataSet | undefined;
}

export interface Granted extends Asked {
  readonly request: LiveRequest;
  /** As recorded, with recorded UIDs; Success without more where nothing was. */
  readonly answer: LiveAnswer;
}

export interface Refusal {
  readonly status: number;
  /** Error Comment (0000,0902). */
  readonly comment: string;
  readonly values?: CommandValues;
  /**
   * `unknown`: nobody created it; a recording that speaks of it knows better. `state`: it is not in a
   * state for that.
   */
  readonly because: "unknown" | "state";
}

export function refusedAnswer({ status, comment, values }: Refusal): LiveAnswer {
  return { status, values: { ErrorComment: errorComment(comment), ...values } };
}

/** PS3.7 Annex C. */
export const INVALID_VALUE = 0x0106;
export const PROCESSING_FAILURE = 0x0110;
export const DUPLICATE_INSTANCE = 0x0111;
export const NO_SUCH_INSTANCE = 0x0112;
export const MISSING_ATTRIBUTE = 0x0120;

export function unknownInstance(): Refusal {
  const comment = "No such SOP Instance was created";
  return { status: NO_SUCH_INSTANCE, comment, because: "unknown" };
}

/** What holds for all classes: instances are created once, and are there until they are deleted. */
export function judgeExistence({ request, known }: Asked): Refusal | undefined {
  const { operation, sopInstanceUid } = request;
  if (sopInstanceUid === undefined) return undefined;
  if (operation === "N-CREATE") {
    if (known?.isCreated !== true || known.isDeleted) return undefined;
    const comment = "The SOP Instance exists already";
    return { status: DUPLICATE_INSTANCE, comment, because: "state" };
  }
  if (known?.isDeleted === true) return { ...unknownInstance(), because: "state" };
  const isWellKnown = sopInstanceUid.startsWith("1.2.840.10008.");
  return known !== undefined || isWellKnown ? undefined : unknownInstance();
}

/** What N-CREATE and N-DELETE do to any instance. */
export function rememberExistence({ request, instances, uid }: Done, state = ""): void {
  const { operation, sopClassUid } = request;
  if (operation === "N-CREATE") instances.create(uid, { sopClassUid, state });
  if (operation === "N-DELETE") instances.delete(uid);
}
