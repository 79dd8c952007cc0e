/**
 * One way of an association: what one AE sends, carried to the other.
 *
 * Rule: the bytes are written on before anyone looks at them.
 * Rule: at most `MAX_IN_FLIGHT` and one chunk wait in our memory; then the way stops reading, and
 * TCP's own window tells the sender to wait.
 * Rule: memory that the runtime may still send from is not read into (see `TcpReader`).
 */
import type { Socket } from "node:net";
import { TcpReader } from "../src/io/tcp_reader.ts";
import type { Role } from "../src/role.ts";

/** Bytes that the other side has not taken yet, from which on this way stops reading. */
const MAX_IN_FLIGHT = 65_536;

/** The same while there is no other side yet. An A-ASSOCIATE-RQ is far smaller. */
const MAX_KEPT = 65_536;

/** Looks at a chunk that was written on; a promise asks to wait before reading on. */
export type Look = (sender: Role, chunk: Uint8Array) => Promise<void> | undefined;

export class RelayWay {
  readonly sender: Role;
  readonly reader: TcpReader;
  readonly #look: Look;
  #from: Socket | undefined;
  #to: Socket | undefined;
  #bytes = 0;
  #ended = false;
  #stopped = false;
  /** What came before there was another side. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #writes = 0;
  #written = 0;
  /** The numbers of the writes whose memory is lent to the runtime, oldest first. */
  readonly #lentAt: number[] = [];
  #full = false;
  #stalls = 0;
  #paused = false;

  constructor(sender: Role, look: Look) {
    this.sender = sender;
    this.#look = look;
    this.reader = new TcpReader((chunk) => this.#receive(chunk));
  }

  /** Bytes taken from the sender. A double counts exactly up to 2^53 (F-19). */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the sender's FIN came. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that the other side's socket has not taken yet. */
  get waiting(): number {
    return this.#keptBytes + (this.#to?.writableLength ?? 0);
  }

  from(socket: Socket): void {
    this.#from = socket;
    if (this.#paused) socket.pause();
  }

  /** The other side is there: what was kept goes out first. */
  to(socket: Socket): void {
    this.#to = socket;
    for (const chunk of this.#kept) this.#write(socket, chunk);
    this.#kept = [];
    this.#keptBytes = 0;
    this.#full = socket.writableLength >= MAX_IN_FLIGHT;
    this.#pauseOrResume();
    if (this.#ended) socket.end();
  }

  /** The sender's FIN: passed on behind all bytes; the other way lives on. */
  end(): void {
    this.#ended = true;
    this.#to?.end();
  }

  /** The association is over: nothing more is carried. */
  stop(): void {
    this.#stopped = true;
    this.reader.close();
  }

  #receive(chunk: Buffer): boolean {
    if (this.#stopped) return false;
    this.#bytes += chunk.length;
    const lent = this.#to === undefined ? this.#keep(chunk) : this.#forward(this.#to, chunk);
    const wait = this.#look(this.sender, chunk);
    if (wait !== undefined) this.#stall(wait);
    return lent;
  }

  #forward(to: Socket, chunk: Buffer): boolean {
    this.#write(to, chunk);
    const waiting = to.writableLength;
    if (waiting === 0) return false; // the kernel took it all
    this.#lentAt.push(this.#writes);
    if (waiting >= MAX_IN_FLIGHT && !this.#full) {
      this.#full = true;
      this.#pauseOrResume();
    }
    return true;
  }

  #keep(chunk: Buffer): boolean {
    this.#kept.push(Buffer.from(chunk));
    this.#keptBytes += chunk.length;
    if (this.#keptBytes >= MAX_KEPT && !this.#full) {
      this.#full = true;
      this.#pauseOrResume();
    }
    return false;
  }

  #write(to: Socket, chunk: Buffer): void {
    this.#writes++;
    to.write(chunk, this.#onWritten);
  }

  /** Writes finish in their order. One function for all of them: nothing is allocated a chunk. */
  readonly #onWritten = (): void => {
    this.#written++;
    while ((this.#lentAt[0] ?? Number.POSITIVE_INFINITY) <= this.#written) {
      this.#lentAt.shift();
      this.reader.release();
    }
    if (this.#full && this.waiting === 0) {
      this.#full = false;
      this.#pauseOrResume();
    }
  };

  #stall(wait: Promise<void>): void {
    this.#stalls++;
    this.#pauseOrResume();
    const goOn = () => {
      this.#stalls--;
      this.#pauseOrResume();
    };
    wait.then(goOn, goOn);
  }

  #pauseOrResume(): void {
    const pause = this.#full || this.#stalls > 0;
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#from?.pause();
    else if (!this.#stopped) this.#from?.resume();
  }
}
