/** What was forwarded and is in no capture, not even as a gap: nothing is lost unreported. */
import type { Untold } from "./recorder/deferred_records.ts";

export interface RecordingLoss {
  readonly octets: Readonly<Untold>;
  /** Associations that were left out whole, their octets not counted. */
  readonly associations: number;
}

/** "7 octets of requestors and 0 of acceptors are in no capture". */
export function lossText({ octets, associations }: RecordingLoss): string {
  const either = octets.either === 0 ? "" : `, ${octets.either} of either`;
  const whole = associations === 0 ? "" : `, nor are ${associations} associations`;
  return `${octets.requestor} octets of requestors and ${octets.acceptor} of acceptors are in no capture${either}${whole}`;
}
