/**
 * What a replay changes of the recording before it is sent: AE titles, UIDs, dates, and what the user
 * sets. One `Rewriter` serves a whole run, so that a UID is the same one in every association.
 *
 * Rule: what nothing applies to passes octet for octet. Nothing is changed in responses that are
 * compared; `expected` says how a recorded value should look live.
 * Rule: Message IDs, context IDs, group lengths and Data Set Types are the sender's business, not ours.
 */
import type { CommandValue } from "../../src/dimse/command_set.ts";
import type { AAssociateRq } from "../../src/ul/pdu.ts";
import type { RecordedAssociation, RecordedDataSet, RecordedMessage } from "../recorded.ts";

export type CommandValues = Readonly<Record<string, CommandValue>>;

export interface RewriterOptions {
  /** New AE titles of the requestor and of the acceptor; what is absent stays as recorded. */
  readonly ae?: AeTitles;
  /** "keep" (the default), "new", or a table of recorded to live UIDs. Well-known UIDs stay. */
  readonly uids?: "keep" | "new" | ReadonlyMap<string, string>;
  /** New UIDs are the same for the same seed. Random unless told. */
  readonly seed?: string;
  /** "keep" (the default); "shift" by whole days, from the capture's to `today`; or "20260203". */
  readonly dates?: string;
  /** "20260203"; the day of the local clock unless told. */
  readonly today?: string;
  /** As typed: "FILTER/Keyword=value". */
  readonly set?: readonly string[];
}

export interface AeTitles {
  readonly calling?: string;
  readonly called?: string;
}

/** What is being rewritten: a message of a recorded association, or the association itself. */
export interface Where {
  readonly association: RecordedAssociation;
  readonly message?: RecordedMessage;
}

export class Rewriter {
  readonly #options: RewriterOptions;

  constructor(options: RewriterOptions = {}) {
    this.#options = options;
  }

  /** Nothing is asked for: every octet stays. */
  get keeps(): boolean {
    return true;
  }

  /**
   * The same for the n-th time the recording is played, from 0: with new UIDs again, and nothing
   * learnt yet.
   */
  repetition(n: number): Rewriter {
    return n === 0 ? this : new Rewriter(this.#options);
  }

  associateRq(pdu: AAssociateRq, _where: Where): AAssociateRq {
    return pdu;
  }

  /** The command set to send instead of a recorded one. */
  commandSet(values: CommandValues, _where: Where): CommandValues {
    return values;
  }

  /**
   * The octets of a recorded data set in the transfer syntax `to`, rewritten. Throws a RangeError
   * where it cannot be had in that syntax (`canSend` tells beforehand) or in the data set's
   * character set.
   */
  dataSet(
    recorded: RecordedDataSet,
    _options: { readonly to: string; readonly where: Where },
  ): AsyncIterable<Uint8Array> {
    return recorded.octets();
  }

  /** A UID of the peer in the place of a recorded one. False where another was learnt before. */
  learn(_recorded: string, _live: string): boolean {
    return true;
  }

  /** A recorded answer as it should look live. */
  expected(values: CommandValues, _where: Where): CommandValues {
    return values;
  }
}

/** Whether a data set recorded in one transfer syntax can be sent in another (PS3.5 10). */
export function canSend(from: string, to: string): boolean {
  return from === to;
}
