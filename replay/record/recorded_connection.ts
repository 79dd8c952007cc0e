/** One connection of a replay on its way into a capture. */
import { type CaptureRecord, type EndHow, MAX_CHUNK_SIZE } from "../../src/capture/record.ts";
import type { RecordingClock } from "../../src/io/clock.ts";
import type { TransportTap } from "../../src/io/transport_tap.ts";
import type { Role } from "../../src/role.ts";
import { RedactedWay } from "./redacted_way.ts";

/** The recorded association that a live one plays. */
export interface RecordedSource {
  readonly captureId: Uint8Array;
  /** Its number there. */
  readonly id: number;
}

export interface RecordedConnectionOptions {
  readonly association: number;
  /** What this side plays. */
  readonly role: Role;
  readonly source: RecordedSource | undefined;
  readonly clock: RecordingClock;
  readonly add: (record: CaptureRecord) => void;
  /** The connection was made, and is gone. */
  readonly opened: () => void;
  readonly closed: () => void;
}

export class RecordedConnection {
  /** Number of the association in the capture. */
  readonly association: number;
  readonly tap: TransportTap;
  readonly #options: RecordedConnectionOptions;
  readonly #ways = { requestor: new RedactedWay(), acceptor: new RedactedWay() };
  #firstEnd: { readonly by: Role; readonly how: EndHow } | undefined;

  constructor(options: RecordedConnectionOptions) {
    this.association = options.association;
    this.#options = options;
    this.tap = {
      onOpen: (ends) => this.#opened(ends),
      onOctets: (sender, bytes) => this.#octets(sender, bytes),
      onEnd: (sender, how) => this.#ended(sender, how),
      onClose: (failure) => this.#closed(failure),
    };
  }

  /** Says which recorded association is played, where that shows only after the connection stands. */
  link(source: RecordedSource): void {
    const facts = { association: this.association, replay_of: linkOf(source) };
    this.#options.add({ kind: "note", at: this.#options.clock.micros(), facts });
  }

  #opened({ local, remote }: { readonly local: string; readonly remote: string }): void {
    const { role, source, clock } = this.#options;
    const ends =
      role === "requestor"
        ? { requestor: local, acceptor: remote }
        : { requestor: remote, acceptor: local, listen: local };
    const link = source === undefined ? {} : { replay_of: linkOf(source) };
    const facts = { ...ends, wall_us: clock.wallMicros(), ...link };
    this.#add({ kind: "open", facts });
    this.#options.opened();
  }

  #octets(sender: Role, bytes: Uint8Array): void {
    for (const part of this.#ways[sender].push(bytes)) this.#write(sender, part);
  }

  #write(sender: Role, bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += MAX_CHUNK_SIZE) {
      this.#add({ kind: "data", sender, bytes: bytes.subarray(from, from + MAX_CHUNK_SIZE) });
    }
  }

  #finish(sender: Role): void {
    for (const part of this.#ways[sender].end()) this.#write(sender, part);
  }

  #ended(by: Role, how: EndHow): void {
    this.#firstEnd ??= { by, how };
    this.#finish(by);
    this.#add({ kind: "end", sender: by, how });
  }

  /** In the words that the proxy uses for it. */
  #closed(failure: Error | undefined): void {
    this.#finish("requestor");
    this.#finish("acceptor");
    const { by = "proxy", how = "reset" } = this.#firstEnd ?? {};
    const ending = { how: how === "fin" ? "closed" : "reset", by };
    const reason = failure === undefined ? {} : { reason: failure.message };
    this.#add({ kind: "close", ...ending, ...reason });
    this.#options.closed();
  }

  #add(record: WithoutPlace<CaptureRecord>): void {
    const { association, clock, add } = this.#options;
    add({ ...record, association, at: clock.micros() } as CaptureRecord);
  }
}

type WithoutPlace<R extends CaptureRecord> = R extends { readonly association: number }
  ? Omit<R, "association" | "at">
  : never;

function linkOf({ captureId, id }: RecordedSource): object {
  return { capture_id: captureId, association: id };
}
