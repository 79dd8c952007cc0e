/**
 * One association seen from between its AEs: octets of both in, events, findings and a summary
 * out. Used live beside the relay, and again by every command that reads a capture.
 *
 * Rule: nothing that arrives can throw out of here. What throws while one chunk is looked at ends
 * the decoding of this association (`undecodable`); octets are counted on.
 * Rule: memory is bounded whatever arrives: PDUs of association control (1 MiB), command sets,
 * heads of data sets, findings and outstanding exchanges all have a limit; messages are not kept.
 */
import type { RunningHash } from "../dimse/open_message.ts";
import type { ProtocolError } from "../protocol_error.ts";
import { otherRole, type Role } from "../role.ts";
import { formatDurationMs } from "../units.ts";
import type { AssociationSink } from "./association_sink.ts";
import { buildSummary } from "./build_summary.ts";
import { ControlWatch } from "./control_watch.ts";
import { checkTransportEnd } from "./end_rules.ts";
import { errorText } from "./error_text.ts";
import { FindingList, finding, type Report } from "./finding.ts";
import { MessageWatch } from "./message_watch.ts";
import { ObservedSide } from "./observed_side.ts";
import { outcomeOf } from "./outcome.ts";
import type { ServiceLedger } from "./service/service_ledger.ts";
import type { AssociationJson, Outcome } from "./summary.ts";

export interface AssociationFacts {
  /** Name of the capture that holds it. */
  readonly capture: string;
  /** Its number there. */
  readonly id: number;
  /** Microseconds on the clock of all other times. */
  readonly at: number;
  /** Wall clock at `at`, microseconds since 1970-01-01 UTC. */
  readonly wallUs?: number | undefined;
  /** "host:port". */
  readonly requestor: string;
  readonly acceptor: string;
}

export interface ObserverOptions {
  /** Octets of each data set that messages keep for display; 64 KiB unless told. */
  readonly headLength?: number;
  /** SHA-256 of data sets; without it only what the capture recorded is known. */
  readonly createHash?: (() => RunningHash) | undefined;
  /** Shared by the observers of associations that may continue one another. */
  readonly ledger?: ServiceLedger | undefined;
  /** False: messages are not held against the rules, for a reader who only asks what passed. */
  readonly checksMessages?: boolean;
}

export class AssociationObserver {
  readonly #sink: AssociationSink;
  readonly #options: ObserverOptions;
  readonly #findings = new FindingList();
  readonly #control: ControlWatch;
  readonly #watch: MessageWatch;
  readonly #sides: Readonly<Record<Role, ObservedSide>>;
  readonly #ended: Partial<Record<Role, "fin" | "reset">> = {};
  #facts: AssociationFacts = { capture: "", id: 0, at: 0, requestor: "", acceptor: "" };
  #at = 0;
  #gaps = 0;
  #transport: { readonly how: string; readonly reason: string | undefined } | undefined;
  #opaque: "from the start" | "later" | undefined;
  #protocol: string | undefined;
  /** Streams are being ended: what is not whole was truncated. */
  #ending = false;
  /** The recording ends, not the association: what is not whole breaks no rule. */
  #mute = false;
  #dead = false;

  constructor(sink: AssociationSink, options: ObserverOptions = {}) {
    this.#sink = sink;
    this.#options = options;
    this.#control = new ControlWatch({ sink, report: this.#report });
    const { negotiation } = this.#control;
    this.#watch = new MessageWatch({
      sink,
      negotiation,
      report: this.#report,
      ledger: options.ledger,
      checks: options.checksMessages ?? true,
    });
    this.#sides = { requestor: this.#side("requestor"), acceptor: this.#side("acceptor") };
  }

  get outcome(): Outcome {
    const { requestor, acceptor } = this.#ended;
    const reset = requestor === "reset" || acceptor === "reset";
    const both = requestor !== undefined && acceptor !== undefined;
    return outcomeOf({
      end: this.#control.state.end,
      opaque: this.#opaque,
      transport: this.#transport?.how ?? (reset ? "reset" : both ? "fin" : undefined),
    });
  }

  /** Nothing is decoded any more: octets are only counted. */
  get undecodable(): boolean {
    return this.#dead;
  }

  summary(): AssociationJson {
    return buildSummary({
      facts: this.#facts,
      at: this.#at,
      control: this.#control,
      outcome: this.outcome,
      protocol: this.#protocol,
      reason: this.#transport?.reason,
      watch: this.#watch,
      sides: this.#sides,
      gaps: this.#gaps,
      findings: this.#findings,
    });
  }

  opened(facts: AssociationFacts): void {
    this.#facts = facts;
    this.#at = facts.at;
  }

  /** The address that really answered, where it differs from the one that was asked for. */
  connected(acceptor: string): void {
    this.#facts = { ...this.#facts, acceptor };
  }

  /** `chunk` is a view that may be reused afterwards; `at` in microseconds, never backwards. */
  bytes(sender: Role, at: number, chunk: Uint8Array): void {
    const side = this.#sides[sender];
    side.octets += chunk.length;
    this.#guard(at, () => side.framer.receive(chunk));
  }

  /** Octets were forwarded and not recorded, against the user's wish. */
  gap(sender: Role, at: number, length: number): void {
    this.#gaps++;
    this.#watch.lost();
    this.#sides[sender].octets += length;
    this.#guard(at, () => {
      const place = { sender, offset: this.#sides[sender].framer.offset };
      this.#report("octets-not-recorded", `${length} bytes passed and were not recorded`, place);
      this.#sides[sender].framer.skip(length);
    });
  }

  /** Octets of a data set that were left out on request (payload "headers"). */
  cut(sender: Role, at: number, length: number): void {
    this.#sides[sender].octets += length;
    this.#guard(at, () => this.#sides[sender].framer.skip(length));
  }

  /** Of a data set with octets that are not recorded; to be told before its last octets are. */
  digest(sender: Role, length: number, sha256: string): void {
    this.#sides[sender].assembler.digest(length, sha256);
  }

  /** The clock of `wallUs` was set while the association stood, or before it: microseconds ahead. */
  clockSet(at: number, aheadUs: number): void {
    const by = formatDurationMs(Math.abs(aheadUs) / 1000);
    const set = aheadUs < 0 ? `set ${by} back` : `set ${by} ahead, or its machine slept`;
    const text = `The recorder's clock of day was ${set}: order and durations hold, dates before and after do not compare`;
    this.#guard(at, () => this.#report("clock-set", text, { sender: "requestor" }));
  }

  ended(sender: Role, at: number, how: "fin" | "reset"): void {
    this.#ended[sender] ??= how;
    this.#guard(at, () => {
      this.#endSide(sender);
      if (how === "reset") this.#endSide(otherRole(sender));
      if (this.#ended.requestor && this.#ended.acceptor) this.#sink.changed?.();
    });
  }

  /** `how`: "fin", "closed", "reset", "refused", "timeout", "stopped", ...; `reason` in words. */
  closed(at: number, how: string, reason?: string): void {
    if (this.#transport !== undefined) return;
    this.#transport = { how, reason };
    this.#guard(at, () => {
      this.#endSide("requestor");
      this.#endSide("acceptor");
      this.#watch.end();
      if (this.#opaque === undefined) {
        checkTransportEnd(this.#control.state, { how, ended: this.#ended, report: this.#report });
      }
      this.#sink.changed?.();
    });
  }

  /** The recording ends here: messages that are not whole are told as they are. */
  interrupted(): void {
    this.#mute = true;
    this.#guard(this.#at, () => {
      for (const side of [this.#sides.requestor, this.#sides.acceptor]) side.assembler.end();
    });
    this.#mute = false;
  }

  /** Whatever goes wrong inside costs this association its decoding, and nobody else anything. */
  #guard(at: number, look: () => void): void {
    this.#at = Math.max(this.#at, at);
    if (this.#dead) return;
    this.#sides.requestor.now = at;
    this.#sides.acceptor.now = at;
    try {
      look();
    } catch (error) {
      this.#dead = true;
      this.#opaque ??= "later";
      this.#watch.drop();
      this.#tellFault(error);
    }
  }

  /** The sink may be what failed. */
  #tellFault(error: unknown): void {
    const name = error instanceof Error ? `${error.name}: ${error.message}` : "unknown error";
    const text = `Cannot decode on, a fault of dicomtap itself (${name.slice(0, 200)})`;
    try {
      this.#report("undecodable", text, { sender: "requestor" });
      this.#sink.changed?.();
    } catch {
      // it is in the summary
    }
  }

  #endSide(sender: Role): void {
    this.#ending = true;
    this.#sides[sender].end();
    this.#ending = false;
  }

  readonly #report: Report = (id, text, place) => {
    if (this.#mute) return;
    const found = finding(id, text, { at: this.#at, ...place });
    if (this.#findings.add(found)) this.#sink.finding?.(found);
  };

  #side(sender: Role): ObservedSide {
    return new ObservedSide({
      sender,
      control: this.#control,
      sink: this.#sink,
      messages: this.#watch.sinkOf(sender),
      report: this.#report,
      lost: (side, error, protocol) => this.#lost(side.sender, error, protocol),
      headLength: this.#options.headLength,
      createHash: this.#options.createHash,
      nextIndex: () => this.#watch.count++,
    });
  }

  #lost(sender: Role, error: ProtocolError, protocol: string | undefined): void {
    const place = { sender, section: error.section, offset: error.offset };
    if (this.#ending) {
      this.#report("pdu-truncated", errorText(error), place);
      return;
    }
    const isSecond = this.#protocol !== undefined;
    this.#opaque ??= this.#control.state.phase === "idle" ? "from the start" : "later";
    this.#protocol ??= protocol;
    if (protocol === undefined) {
      this.#report("framing-lost", errorText(error), place);
    } else if (!isSecond && protocol.startsWith("TLS")) {
      const text = `${protocol} on this connection: forwarded and recorded, not decoded`;
      this.#report("opaque-tls", text, { sender, offset: 0 });
    } else if (!isSecond) {
      this.#report("not-dicom", errorText(error), place);
    }
    this.#sink.changed?.();
  }
}
