/**
 * Reading from `node:net` sockets in the fastest way that the runtime has, behind one seam: a
 * function that gets each chunk. The rest (write, end, pause, resume, events) is the socket's own.
 *
 * Two ways, by measurement (bulk relay, 2 cores): Node and Deno are 1.4-1.7 times faster when the
 * socket reads into a buffer of ours (`onread`) than with "data" events; Bun has no `onread` on
 * accepted sockets, and its "data" events are as fast. `net.createServer` has no `onread` either,
 * so an accepted connection is given a second `net.Socket` around its handle.
 *
 * Rule: a chunk is a view that is valid until the handler returns, unless the handler answers
 * that its memory is still needed. Then that buffer is not read into again before `release`.
 * The danger behind the rule: what the kernel did not take of a write stays in our buffer, and the
 * runtime sends it from there later. `socket.writableLength === 0` right after `write` tells that
 * everything was taken; this holds on the three runtimes (test/proxy/relay_bytes.test.ts).
 */
import { type ConnectOpts, type OnReadOpts, Socket } from "node:net";
import {
  dropBuffer,
  giveBuffer,
  grantedSize,
  nextReadSize,
  SMALLEST_READ,
  takeBuffer,
} from "./tcp_buffers.ts";

/** `true`: the memory of `chunk` is still needed, `release` will be called. */
export type ChunkHandler = (chunk: Buffer) => boolean;

export class TcpReader {
  readonly #onChunk: ChunkHandler;
  /** What the socket reads into next; `undefined` until it asks, or after it was lent out. */
  #buffer: Buffer | undefined;
  #nextSize = SMALLEST_READ;
  readonly #lent: Buffer[] = [];
  #isClosed = false;
  /** Decided when the socket is made: what is known of the runtime may change before `start`. */
  #readsIntoOwnBuffer = false;

  constructor(onChunk: ChunkHandler) {
    this.#onChunk = onChunk;
  }

  /** To be spread into the options of `net.connect`, before `start`. */
  get connectOptions(): ConnectOpts {
    if (handlesHaveUserBuffers !== true) return {};
    this.#readsIntoOwnBuffer = true;
    return { onread: this.#onRead() };
  }

  /** Makes an accepted socket (`pauseOnConnect: true`) one that this reader reads from. */
  adopt(accepted: Socket): Socket {
    const inner = accepted as SocketInside;
    const handle = inner._handle;
    handlesHaveUserBuffers ??= typeof handle?.useUserBuffer === "function";
    if (!handlesHaveUserBuffers || handle === null || handle === undefined) {
      return this.start(accepted);
    }
    inner._handle = null; // the second socket owns it now
    const options = { handle, allowHalfOpen: true, onread: this.#onRead() };
    return new Socket(options as ConstructorParameters<typeof Socket>[0]);
  }

  /** Begins to read from a connected socket made with `connectOptions`. */
  start(socket: Socket): Socket {
    if (!this.#readsIntoOwnBuffer) {
      socket.on("data", (chunk: Buffer) => {
        this.#onChunk(chunk); // its memory is its own: nothing to keep track of
      });
      socket.resume();
    }
    return socket;
  }

  /** The oldest buffer that was still needed is needed no longer. */
  release(): void {
    const buffer = this.#lent.shift();
    if (buffer !== undefined) giveBuffer(buffer);
  }

  /** Nothing is read any longer. What the runtime may still hold is left to the collector. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#buffer !== undefined) dropBuffer(this.#buffer);
    this.#buffer = undefined;
    for (const buffer of this.#lent.splice(0)) dropBuffer(buffer);
  }

  #onRead(): OnReadOpts {
    // Asked for a buffer at the start and after each chunk.
    const buffer = (): Buffer => {
      if (this.#isClosed) return NOTHING;
      if (this.#buffer?.length === this.#nextSize) return this.#buffer;
      if (this.#buffer !== undefined) giveBuffer(this.#buffer);
      this.#buffer = takeBuffer(grantedSize(this.#nextSize));
      return this.#buffer;
    };
    const callback = (length: number, whole: Uint8Array): boolean => {
      const filled = this.#buffer ?? asBuffer(whole);
      this.#nextSize = nextReadSize(filled.length, length);
      if (this.#isClosed) return true;
      const needed = this.#onChunk(filled.subarray(0, length));
      if (needed) {
        this.#lent.push(filled);
        this.#buffer = undefined;
        // The other side is slow: what waits for it is enough memory for this connection.
        this.#nextSize = Math.min(this.#nextSize, SIZE_BEHIND_LENT);
      }
      return true; // pausing is the handler's business
    };
    return { buffer, callback };
  }
}

const SIZE_BEHIND_LENT = 65_536;

/** Something to read into for a socket that is being closed. */
const NOTHING = Buffer.allocUnsafeSlow(SMALLEST_READ);

/** Known when the first connection was accepted, which is before the first one is made. */
let handlesHaveUserBuffers: boolean | undefined;

interface SocketInside {
  _handle?: { readonly useUserBuffer?: unknown } | null;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
