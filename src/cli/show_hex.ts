/**
 * The octets of PDUs as `show --hex` prints them.
 *
 * Rule: octets of data sets hold patient data and are shown on request only; secrets of a user
 * identity are overwritten always. Bounded: the first octets of each piece, and how many more.
 */
import type { CaptureRecord } from "../capture/record.ts";
import type { ProtocolError } from "../protocol_error.ts";
import type { Role } from "../role.ts";
import { PduFramer } from "../ul/pdu_framer.ts";
import type { PduSink } from "../ul/pdu_sink.ts";
import { redactedBytes } from "../ul/redact.ts";
import type { Paint } from "./paint.ts";

export interface HexDumpOptions {
  /** Where finished lines go. */
  readonly lines: string[];
  readonly paint: Paint;
  readonly phi: boolean;
}

/** Octets of a PDU and of a fragment that are shown. */
const SHOWN_PDU = 4_096;
const SHOWN_FRAGMENT = 1_024;

export class HexDump {
  readonly #options: HexDumpOptions;
  readonly #sides: Readonly<Record<Role, Side>>;

  constructor(options: HexDumpOptions) {
    this.#options = options;
    this.#sides = { requestor: new Side(options.phi), acceptor: new Side(options.phi) };
  }

  /** To be given each record before the observer sees it. */
  consume(record: CaptureRecord): void {
    if (record.kind === "data") this.#sides[record.sender].framer.receive(record.bytes);
    if (record.kind === "cut" || record.kind === "gap") {
      this.#sides[record.sender].framer.skip(record.length);
    }
  }

  /** Prints the oldest PDU of this AE that is not printed yet. */
  flush(sender: Role): void {
    const lines = this.#sides[sender].done.shift() ?? [];
    this.#options.lines.push(...lines.map((line) => this.#options.paint.dim(line)));
  }
}

class Side implements PduSink {
  readonly framer = new PduFramer(this);
  /** Lines of PDUs that are whole, oldest first. */
  readonly done: string[][] = [];
  readonly #phi: boolean;
  #lines: string[] = [];
  #hidden = false;
  #fragment: { offset: number; length: number; shown: Uint8Array; filled: number } | undefined;

  constructor(phi: boolean) {
    this.#phi = phi;
  }

  pdu(offset: number, bytes: Uint8Array): void {
    this.done.push(hexLines(redactedBytes(bytes), { offset, limit: SHOWN_PDU }));
  }

  pDataStart(): void {
    this.#lines = [];
  }

  pdvStart(offset: number, contextId: number, messageControlHeader: number, length: number): void {
    const isCommand = (messageControlHeader & 1) === 1;
    this.#hidden = !isCommand && !this.#phi;
    const what = isCommand ? "command set" : "data set";
    this.#lines.push(`${MARGIN}PDV of context ${contextId}, ${what}, ${length} octets`);
    const shown = new Uint8Array(this.#hidden ? 0 : Math.min(length, SHOWN_FRAGMENT));
    this.#fragment = { offset: offset + 6, length, shown, filled: 0 };
  }

  fragment(_offset: number, bytes: Uint8Array): void {
    const fragment = this.#fragment;
    if (fragment === undefined) return;
    const room = fragment.shown.length - fragment.filled;
    if (room <= 0) return;
    fragment.shown.set(bytes.subarray(0, room), fragment.filled);
    fragment.filled += Math.min(room, bytes.length);
  }

  skipped(): void {
    this.#lines.push(`${MARGIN}octets that are not recorded`);
  }

  pdvEnd(): void {
    const fragment = this.#fragment;
    this.#fragment = undefined;
    if (fragment === undefined || this.#hidden) return;
    const { offset, length, shown, filled } = fragment;
    this.#lines.push(...hexLines(shown.subarray(0, filled), { offset, limit: filled }));
    if (length > filled) this.#lines.push(`${MARGIN}and ${length - filled} octets more`);
  }

  pDataEnd(): void {
    this.done.push(this.#lines);
    this.#lines = [];
  }

  problem(_error: ProtocolError): void {}

  lost(_offset: number, _error: ProtocolError): void {}
}

const MARGIN = " ".repeat(13);
const WIDTH = 16;

/** Offset in the stream, 16 octets, and what of them is printable. */
export function hexLines(
  bytes: Uint8Array,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): string[] {
  const lines: string[] = [];
  const end = Math.min(bytes.length, limit);
  for (let at = 0; at < end; at += WIDTH) {
    const row = bytes.subarray(at, Math.min(at + WIDTH, end));
    const octets = Array.from(row, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
    const text = Array.from(row, printable).join("");
    const place = (offset + at).toString(16).padStart(8, "0");
    lines.push(`${MARGIN}${place}  ${octets.padEnd(WIDTH * 3 - 1)}  ${text}`);
  }
  if (bytes.length > end) lines.push(`${MARGIN}and ${bytes.length - end} octets more`);
  return lines;
}

function printable(octet: number): string {
  return octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : ".";
}
