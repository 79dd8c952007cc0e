/**
 * A whole message as the rules of the service classes look at it (PS3.4): what it is about, its
 * status, its data set as far as the head goes, and a way to look at the answer to it.
 */
import { type CommandSet, numberOf, textOf } from "../../dimse/command_set.ts";
import type { Exchange } from "../../dimse/exchange.ts";
import { isFinal, statusClass } from "../../dimse/status.ts";
import type { Role } from "../../role.ts";
import type { ObservedMessage } from "../association_sink.ts";
import type { Report } from "../finding.ts";
import type { RuleId } from "../rule_catalogue.ts";
import { type DataSetHead, headOf } from "./data_set_head.ts";

export type Say = (id: RuleId, text: string, section?: string) => void;

/** What is to be looked at when the final response of an exchange is whole. */
export type FollowUp = (response: ServiceMessage) => void;

export interface ServiceMessageOptions {
  readonly report: Report;
  /** Keeps what waits for the answer. */
  readonly follow: (exchange: Exchange, followUp: FollowUp) => void;
}

export class ServiceMessage {
  readonly command: string;
  readonly commandSet: CommandSet;
  readonly sender: Role;
  /** Of the request, also in its responses; "" where nobody says. */
  readonly sopClass: string;
  /** Affected or Requested SOP Instance UID. */
  readonly instance: string | undefined;
  /** Of a response. */
  readonly status: number | undefined;
  readonly exchange: Exchange | undefined;
  readonly isRequest: boolean;
  #observed: ObservedMessage | undefined;
  readonly #options: ServiceMessageOptions;
  #head: DataSetHead | undefined;
  #isRead = false;

  constructor(observed: ObservedMessage, options: ServiceMessageOptions) {
    const { message, exchange } = observed;
    const { commandSet } = message;
    this.command = message.command;
    this.isRequest = message.command.endsWith("-RQ");
    this.commandSet = commandSet;
    this.sender = message.sender;
    this.exchange = exchange;
    this.sopClass =
      exchange?.sopClassUid ??
      textOf(commandSet, "AffectedSOPClassUID") ??
      textOf(commandSet, "RequestedSOPClassUID") ??
      "";
    this.instance =
      textOf(commandSet, "AffectedSOPInstanceUID") ?? textOf(commandSet, "RequestedSOPInstanceUID");
    this.status = numberOf(commandSet, "Status");
    this.#observed = observed;
    this.#options = options;
  }

  /** undefined after `done`. */
  get observed(): ObservedMessage | undefined {
    return this.#observed;
  }

  /** A final response that is no failure: what was asked for was done. */
  get isDone(): boolean {
    const found = this.status === undefined ? undefined : statusClass(this.status);
    return found === "success" || found === "warning";
  }

  get isFinal(): boolean {
    return this.status !== undefined && isFinal(this.status);
  }

  /** Of its data set; undefined without one, or where nothing of it can be read. */
  get head(): DataSetHead | undefined {
    if (!this.#isRead && this.#observed !== undefined) {
      this.#isRead = true;
      this.#head = headOf(this.#observed);
    }
    return this.#head;
  }

  number(keyword: string): number | undefined {
    return numberOf(this.commandSet, keyword);
  }

  readonly say: Say = (id, text, section) => {
    const message = this.#observed?.message;
    if (message === undefined) return;
    const { sender, offset, index } = message;
    this.#options.report(id, text, { sender, offset, message: index, section });
  };

  /** Rule: `followUp` holds what it needs of this message, never the message. */
  whenAnswered(followUp: FollowUp): void {
    if (this.exchange !== undefined) this.#options.follow(this.exchange, followUp);
  }

  /** Lets go of the data set: what waits for an answer may still hold this. */
  done(): void {
    this.#observed = undefined;
    this.#head = undefined;
    this.#isRead = true;
  }
}
