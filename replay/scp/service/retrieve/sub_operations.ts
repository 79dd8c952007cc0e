/**
 * Sub-operations of a C-MOVE or C-GET as they are counted and told (PS3.4 C.4.2.1.6 to C.4.2.1.9,
 * C.4.2.3, C.4.3.3).
 *
 * Rule: numbers are those of what really happened, never those of the recording.
 */
import { DataSet } from "../../../../src/dataset/data_set.ts";
import type { CommandValues } from "../../../../src/io/association.ts";
import type { LiveAnswer } from "../../responder.ts";
import { errorComment } from "../error_comment.ts";
import { wireElement } from "../query/wire_element.ts";

export type SubOperationResult = "completed" | "warning" | "failed";

export class SubOperations {
  readonly total: number;
  readonly #counts: Record<SubOperationResult, number> = { completed: 0, warning: 0, failed: 0 };
  readonly #failed: string[] = [];

  constructor(total: number) {
    this.total = total;
  }

  get remaining(): number {
    const { completed, warning, failed } = this.#counts;
    return Math.max(0, this.total - completed - warning - failed);
  }

  count(result: SubOperationResult, sopInstanceUid: string): void {
    this.#counts[result]++;
    if (result === "failed") this.#failed.push(sopInstanceUid);
  }

  pending(): LiveAnswer {
    return { status: PENDING, values: this.#values({ remaining: true }) };
  }

  /** Of what was not canceled. Without any sub-operation it is a success (C.4.2.3.1). */
  final(): LiveAnswer {
    const { completed, warning, failed } = this.#counts;
    if (failed > 0 && completed + warning === 0) return this.#ended(UNABLE_TO_PERFORM);
    return this.#ended(failed + warning > 0 ? WITH_FAILURES : SUCCESS);
  }

  /** After a C-CANCEL-RQ: what remains was not done. */
  canceled(): LiveAnswer {
    return this.#ended(CANCELED, { remaining: true });
  }

  /** None was begun, and why in the Error Comment. */
  static refused(status: number, comment: string): LiveAnswer {
    return { status, values: { ErrorComment: errorComment(comment) } };
  }

  /** The failed ones are listed (C.4.2.1.4.2); the element is there where any failed. */
  #ended(status: number, options: { remaining?: boolean } = {}): LiveAnswer {
    const values = this.#values({ remaining: options.remaining === true });
    if (this.#failed.length === 0) return { status, values };
    const list = wireElement(FAILED_SOP_INSTANCE_UID_LIST, listed(this.#failed), { vr: "UI" });
    return { status, values, dataSet: new DataSet([list]) };
  }

  #values({ remaining }: { readonly remaining: boolean }): CommandValues {
    const { completed, warning, failed } = this.#counts;
    return {
      ...(remaining && { NumberOfRemainingSuboperations: us(this.remaining) }),
      NumberOfCompletedSuboperations: us(completed),
      NumberOfFailedSuboperations: us(failed),
      NumberOfWarningSuboperations: us(warning),
    };
  }
}

/** US ends there; a study may have more instances (PS3.7 Table E.1-1). */
function us(count: number): number {
  return Math.min(count, 0xffff);
}

/** A value of UI may have 65,534 octets in an explicit transfer syntax (PS3.5 7.1.2). */
function listed(uids: readonly string[]): readonly string[] {
  let octets = 0;
  const end = uids.findIndex((uid) => {
    octets += uid.length + 1;
    return octets > 0xfffe;
  });
  return end < 0 ? uids : uids.slice(0, end);
}

export const SUCCESS = 0x0000;
export const PENDING = 0xff00;
export const CANCELED = 0xfe00;
/** PS3.4 Table C.4-2. */
export const UNABLE_TO_PERFORM = 0xa702;
export const DESTINATION_UNKNOWN = 0xa801;
export const IDENTIFIER_MISMATCH = 0xa900;
const WITH_FAILURES = 0xb000;
const FAILED_SOP_INSTANCE_UID_LIST = 0x00080058;
