/**
 * One sentence for each exchange of an association, as it ends:
 *
 *     C-STORE CT Image Storage, 512x512 MONOCHROME2, JPEG 2000 lossless, 213 KiB -> Success
 *     C-FIND Study Root, STUDY level, PatientID=***, StudyDate=20260101- -> 14 matches
 *
 * Rule: names and identifiers of patients are `***` unless they are asked for, and no control
 * character of the wire gets through.
 * Rule: bounded by the exchanges that are outstanding (1,024) and what is kept of each.
 */

import type { Exchange } from "../dimse/exchange.ts";
import { statusClass } from "../dimse/status.ts";
import { escapeControls } from "../escape.ts";
import type { AssociationSink, ObservedMessage } from "../observe/association_sink.ts";
import { LinkKeys, type Links } from "./link_keys.ts";
import { statusWords } from "./names.ts";
import { type ServiceWords, type SubOperations, subOperations } from "./outcome.ts";
import { type ReportedEvent, reportedEvent } from "./reported_event.ts";
import { wordsFor } from "./service_words.ts";
import { newState, StepStates } from "./step_states.ts";
import { type TellOptions, type ToldMessage, tellMessage } from "./told_message.ts";
import { shortened } from "./values.ts";

export interface Sentence {
  readonly exchange: Exchange;
  /** `C-FIND Study Root, STUDY level, StudyDate=20260101-`. */
  readonly request: string;
  /** `14 matches`. */
  readonly result: string;
  /** Both, with an arrow between. */
  readonly text: string;
  /** What the exchange has in common with others. */
  readonly links: Links;
  /** What its request says of earlier ones, whatever the response to that is. */
  readonly reported: ReportedEvent | undefined;
}

export interface NarratorOptions extends TellOptions {
  /** Exchanges are told when they end. */
  readonly told: (sentence: Sentence) => void;
}

interface Draft {
  readonly words: ServiceWords;
  readonly links: LinkKeys;
  readonly command: string;
  /** Let go once the request is whole: its head is the largest part. */
  observed: ObservedMessage | undefined;
  /** The request's parts, once it is whole. */
  asked: readonly string[] | undefined;
  reported: ReportedEvent | undefined;
  matches: number;
  someKeysIgnored: boolean;
  counts: SubOperations | undefined;
  /** What it makes of a procedure step, if it succeeds. */
  step: { readonly instanceUid: string; readonly state: string } | undefined;
}

/** Longer sentences end in an ellipsis. */
const MAX_SENTENCE = 600;

/** Listens to one association, beside whoever else does. */
export class Narrator implements AssociationSink {
  readonly #options: NarratorOptions;
  readonly #drafts = new Map<number, Draft>();

  constructor(options: NarratorOptions) {
    this.#options = { states: new StepStates(), ...options };
  }

  messageStarted(observed: ObservedMessage): void {
    const { message, exchange } = observed;
    if (exchange === undefined || exchange.index !== message.index) return;
    const { command } = message;
    this.#drafts.set(message.index, {
      words: wordsFor({ command, sopClassUid: exchange.sopClassUid ?? "" }),
      command,
      links: new LinkKeys(),
      observed,
      asked: undefined,
      reported: undefined,
      matches: 0,
      someKeysIgnored: false,
      counts: undefined,
      step: undefined,
    });
  }

  messageEnded(observed: ObservedMessage): void {
    const { message, exchange } = observed;
    if (exchange === undefined) return;
    const draft = this.#drafts.get(exchange.index);
    if (draft === undefined) return;
    if (exchange.index === message.index) {
      this.#asked(draft);
      return;
    }
    if (message.command === "C-CANCEL-RQ") return;
    const response = tellMessage(observed, this.#options);
    const counts = subOperations(response);
    draft.links.response(response);
    const status = response.commandSet.values["Status"];
    if (typeof status === "number" && statusClass(status) === "pending") {
      if (message.dataSet !== undefined) draft.matches++;
      draft.counts = counts ?? draft.counts;
      if (status === SOME_KEYS_IGNORED) draft.someKeysIgnored = true;
    }
    // The final response is whole only now, whatever `exchangeEnded` said before.
    if (exchange.state === "final" && exchange.response === message.index) {
      this.#finish(exchange, { draft, response });
    }
  }

  exchangeEnded(exchange: Exchange): void {
    const draft = this.#drafts.get(exchange.index);
    if (draft === undefined || exchange.state !== "unanswered") return;
    this.#drafts.delete(exchange.index);
    this.#tell(exchange, { draft, result: "no answer" });
  }

  /** What a request asks for, as soon as it is whole: "C-FIND Study Root, ..."; undefined later. */
  requestOf(index: number): string | undefined {
    const draft = this.#drafts.get(index);
    return draft?.asked === undefined ? undefined : requestText(draft);
  }

  #asked(draft: Draft): void {
    if (draft.observed === undefined) return;
    const request = tellMessage(draft.observed, this.#options);
    draft.observed = undefined;
    draft.asked = draft.words.request(request);
    draft.links.request(request);
    draft.reported = reportedEvent(draft.command, request.commandSet.values);
    const state = newState(request);
    const { instanceUid } = request;
    if (CHANGES.has(draft.command) && state !== undefined && instanceUid !== undefined) {
      draft.step = { instanceUid, state };
    }
  }

  #finish(
    exchange: Exchange,
    { draft, response }: { readonly draft: Draft; readonly response: ToldMessage },
  ): void {
    this.#drafts.delete(exchange.index);
    this.#asked(draft); // a refusal may come before the request is whole
    const { status } = exchange;
    const { asked = [], matches, someKeysIgnored, step } = draft;
    if (status === 0 && step !== undefined) {
      this.#options.states?.set(step.instanceUid, step.state);
    }
    // what Pending responses counted is out of date where all went well
    const counts = subOperations(response) ?? (status === 0 ? undefined : draft.counts);
    const outcome = { response, status, asked, matches, someKeysIgnored, counts };
    const words = draft.words.result?.(outcome);
    const { reported } = draft;
    const isReceived = reported !== undefined && status === 0;
    const result = isReceived
      ? [words, "report received"].filter((part) => part !== undefined).join(", ")
      : (words ?? statusWords(response, status));
    this.#tell(exchange, { draft, result });
  }

  #tell(
    exchange: Exchange,
    { draft, result }: { readonly draft: Draft; readonly result: string },
  ): void {
    this.#asked(draft);
    const request = requestText(draft);
    const end = escapeControls(shortened(result, MAX_SENTENCE));
    const text = `${request} -> ${end}`;
    const { reported } = draft;
    const links = draft.links.found();
    this.#options.told({ exchange, request, result: end, text, links, reported });
  }
}

const CHANGES: ReadonlySet<string> = new Set(["N-CREATE-RQ", "N-SET-RQ", "N-ACTION-RQ"]);
const SOME_KEYS_IGNORED = 0xff01;

function requestText({ command, asked = [] }: Draft): string {
  const name = command.replace(/-RQ$/, "");
  return escapeControls(shortened(`${name} ${asked.join(", ")}`.trim(), MAX_SENTENCE));
}
