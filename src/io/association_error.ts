/** Why there is no association, or no longer one: in words, with the numbers of the standard. */
import { abortReasonName, abortSourceName, rejectionName } from "../ul/names.ts";

export type AssociationFailure =
  /** No transport connection. */
  | "not connected"
  /** A-ASSOCIATE-RJ. */
  | "rejected"
  /** A-ABORT, by either side. */
  | "aborted"
  /** The transport ended without a release. */
  | "closed"
  /** The peer broke the protocol, and was told so by an A-ABORT. */
  | "protocol"
  /** The peer did not answer in time. */
  | "timeout"
  /** The association was released: there is nothing more to send or to receive. */
  | "released";

export class AssociationError extends Error {
  override readonly name = "AssociationError";
  readonly kind: AssociationFailure;
  /** PS3.8 Table 9-21, where `kind` is "rejected". */
  readonly rejection: Rejection | undefined;
  /** PS3.8 Table 9-26, where `kind` is "aborted". */
  readonly abort: Abort | undefined;

  constructor(
    kind: AssociationFailure,
    message: string,
    facts: {
      readonly rejection?: Rejection;
      readonly abort?: Abort;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.kind = kind;
    this.rejection = facts.rejection;
    this.abort = facts.abort;
  }
}

export interface Rejection {
  readonly result: number;
  readonly source: number;
  readonly reason: number;
}

export interface Abort {
  readonly source: number;
  readonly reason: number;
}

export function rejectedError(rejection: Rejection): AssociationError {
  const { result, source, reason } = rejection;
  return new AssociationError("rejected", `Association ${rejectionName(rejection)} (PS3.8 9.3.4)`, {
    rejection: { result, source, reason },
  });
}

export function abortedError(abort: Abort): AssociationError {
  const { source, reason } = abort;
  const by = `${abortSourceName(source)}: ${abortReasonName(source, reason)}`;
  return new AssociationError("aborted", `Association aborted by the peer's ${by} (PS3.8 9.3.8)`, {
    abort,
  });
}
