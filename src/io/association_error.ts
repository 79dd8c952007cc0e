/** Why there is no association, or no longer one: in words, with the numbers of the standard. */
import { formatAddress } from "../address.ts";
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
  /** The peer ended the transport by RST, where `kind` is "closed". */
  readonly reset: boolean;

  constructor(
    kind: AssociationFailure,
    message: string,
    facts: {
      readonly rejection?: Rejection;
      readonly abort?: Abort;
      readonly reset?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.kind = kind;
    this.rejection = facts.rejection;
    this.abort = facts.abort;
    this.reset = facts.reset ?? false;
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

export function timeoutError(milliseconds: number, what: string): AssociationError {
  const text = `No answer in ${milliseconds} ms while awaiting ${what}`;
  return new AssociationError("timeout", text);
}

/** The transport connection did not come to be; the system's own words where there are no better. */
export function notConnectedError(
  target: { readonly host: string; readonly port: number },
  cause: Error | undefined,
): AssociationError {
  const [, why] = WORDS.find(([code]) => cause?.message.includes(code)) ?? [];
  const message = `Cannot connect to ${formatAddress(target)}: ${why}`;
  return new AssociationError(
    "not connected",
    why === undefined ? (cause?.message ?? "") : message,
    {
      cause,
    },
  );
}

export function abortedError(abort: Abort): AssociationError {
  const { source, reason } = abort;
  const by = `${abortSourceName(source)}: ${abortReasonName(source, reason)}`;
  return new AssociationError("aborted", `Association aborted by the peer's ${by} (PS3.8 9.3.8)`, {
    abort: { source, reason },
  });
}

/** The codes are the same on the three runtimes and on every system that they run on. */
const WORDS: readonly (readonly [code: string, words: string])[] = [
  ["ECONNREFUSED", "nothing listens there"],
  ["ENOTFOUND", "there is no such host"],
  ["EAI_AGAIN", "the name server does not answer"],
  ["EHOSTUNREACH", "no route to the host"],
  ["ENETUNREACH", "the network is unreachable"],
  ["ETIMEDOUT", "no answer in time"],
  ["EADDRNOTAVAIL", "no such address"],
];
