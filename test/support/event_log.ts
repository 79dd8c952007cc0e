/**
 * A `PduSink` that writes down what it is told, so that two runs can be compared: fragments are
 * joined, since only they depend on where the chunks were cut.
 */
import type { ProtocolError } from "../../src/protocol_error.ts";
import { PduFramer, type PduFramerOptions } from "../../src/ul/pdu_framer.ts";
import type { PduSink } from "../../src/ul/pdu_sink.ts";

export type LoggedEvent =
  | readonly ["pdu", offset: number, hex: string]
  | readonly ["P-DATA-TF", offset: number, pduLength: number]
  | readonly ["PDV", offset: number, contextId: number, mch: number, fragmentLength: number]
  | readonly ["fragment", hex: string, skipped: number]
  | readonly ["PDV end"]
  | readonly ["P-DATA-TF end"]
  | readonly ["problem", offset: number | undefined, message: string]
  | readonly ["lost", offset: number, message: string, protocol: string | undefined];

export class EventLog implements PduSink {
  readonly events: LoggedEvent[] = [];
  #fragment = "";
  #skipped = 0;
  #nextOffset = 0;

  pdu(offset: number, bytes: Uint8Array): void {
    this.events.push(["pdu", offset, hexOf(bytes)]);
  }
  pDataStart(offset: number, pduLength: number): void {
    this.events.push(["P-DATA-TF", offset, pduLength]);
  }
  pdvStart(offset: number, contextId: number, mch: number, fragmentLength: number): void {
    this.events.push(["PDV", offset, contextId, mch, fragmentLength]);
    this.#nextOffset = offset + 6;
  }
  fragment(offset: number, bytes: Uint8Array): void {
    this.#expectOffset(offset, bytes.length);
    this.#fragment += hexOf(bytes);
  }
  skipped(offset: number, length: number): void {
    this.#expectOffset(offset, length);
    this.#skipped += length;
  }
  pdvEnd(): void {
    this.#flush();
    this.events.push(["PDV end"]);
  }
  pDataEnd(): void {
    this.#flush();
    this.events.push(["P-DATA-TF end"]);
  }
  problem(error: ProtocolError): void {
    this.#flush();
    this.events.push(["problem", error.offset, error.message]);
  }
  lost(offset: number, error: ProtocolError, protocol: string | undefined): void {
    this.#flush();
    this.events.push(["lost", offset, error.message, protocol]);
  }

  #expectOffset(offset: number, length: number): void {
    if (offset !== this.#nextOffset || length === 0) {
      throw new RangeError(`Fragment of ${length} at ${offset}, expected at ${this.#nextOffset}`);
    }
    this.#nextOffset += length;
  }

  #flush(): void {
    if (this.#fragment !== "" || this.#skipped > 0) {
      this.events.push(["fragment", this.#fragment, this.#skipped]);
    }
    this.#fragment = "";
    this.#skipped = 0;
  }
}

/** Events of a stream that comes in pieces of `size` octets and then ends. */
export function frameInChunks(
  stream: Uint8Array,
  size: number,
  options: PduFramerOptions = {},
): readonly LoggedEvent[] {
  const log = new EventLog();
  const framer = new PduFramer(log, options);
  for (let at = 0; at < stream.length; at += size) {
    framer.receive(stream.slice(at, at + size));
  }
  framer.end();
  return log.events;
}

export function hexOf(bytes: Uint8Array): string {
  let hex = "";
  for (const octet of bytes) hex += octet.toString(16).padStart(2, "0");
  return hex;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
