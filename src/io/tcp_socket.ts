/**
 * What every connection of the proxy gets, whichever side opened it.
 */
import type { Socket } from "node:net";

/** After this long without traffic the system asks whether the peer still lives. */
export const KEEP_ALIVE_MS = 60_000;

/**
 * TCP_NODELAY: a chunk is sent on when it comes, not after the peer acknowledged the last one.
 * Keep-alive: a peer that vanished is found out without a timer of ours. Set on each socket: the
 * options of `createServer` and `connect` do not reach both ends on every runtime.
 */
export function prepareSocket(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
}

/** Closes with RST, so that the peer sees a reset and not an orderly end. */
export function resetSocket(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

/**
 * Makes any failure of this connection a reset, and tells of it. Left alone, a socket that failed
 * is closed with FIN, and its peer takes what it got so far for all there was. (Seen on Deno 2.9,
 * which fails a write that waits for the kernel when the peer half-closed without a word before.)
 */
export function resetOnFailure(socket: Socket, failed: (error: Error) => void): void {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    socket.destroy = destroy;
    if (!(error instanceof Error)) return destroy();
    resetSocket(socket);
    failed(error);
    return socket;
  };
  socket.on("error", failed);
}

/**
 * Whether a stream that ended was reset in truth. Node tells of an end, not of a reset, when the
 * last bytes and the RST come together (libuv, `uv__stream_io`). Ask before sending FIN: the
 * system knows the peer of a half-closed connection, but not that of one that was reset.
 */
export function endWasReset(socket: Socket): boolean {
  const handle = (socket as SocketInside)._handle;
  if (handle === null || typeof handle?.getpeername !== "function") return false;
  try {
    return Number(handle.getpeername({})) < 0; // ENOTCONN
  } catch {
    return false;
  }
}

interface SocketInside {
  _handle?: { readonly getpeername?: (out: object) => unknown } | null;
}

/** `host:port` of the peer, or of our own end; "unknown" when the connection is gone already. */
export function addressOf(socket: Socket, end: "remote" | "local"): string {
  const host = end === "remote" ? socket.remoteAddress : socket.localAddress;
  const port = end === "remote" ? socket.remotePort : socket.localPort;
  if (host === undefined || port === undefined) return "unknown";
  // An IPv4 peer of a dual stack listener (RFC 4291 2.5.5.2): the way people know it.
  const plain = host.startsWith("::ffff:") && host.includes(".") ? host.slice(7) : host;
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`;
}
