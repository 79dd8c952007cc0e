/**
 * Ports for partners that cannot be told "any port". They come from below the ephemeral range
 * (Linux: 32768 and up), so that an outgoing connection of a test running beside this one cannot
 * take the port between the probe and the start of the partner.
 */
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import process from "node:process";
import { PATIENCE_MS } from "./patience.ts";

const LOWEST = 20_000;
const HIGHEST = 32_000;
/** Each worker of a run has a slice of its own: two that probe at once never find the same port. */
const SLICES = 16;
const SLICE = Number(process.env["VITEST_POOL_ID"] ?? 0) % SLICES;
const given = new Set<number>();

/** A TCP port of 127.0.0.1 that nothing listens on, different at every call of this process. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port =
      LOWEST + SLICES * Math.floor((Math.random() * (HIGHEST - LOWEST)) / SLICES) + SLICE;
    if (given.has(port) || !(await canListen(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`Cannot find a free port between ${LOWEST} and ${HIGHEST}`);
}

/**
 * Waits until something listens on the port: false where nothing does in time, or where `isOver`, who
 * should, is gone. Does not connect where the system can be asked.
 */
export async function portOpen(
  port: number,
  {
    limitMs = PATIENCE_MS,
    isOver = () => false,
  }: { readonly limitMs?: number; readonly isOver?: () => boolean } = {},
): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!(await isListening(port))) {
    if (isOver() || performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

/** A connection would leave a refused association in the partner's log: ask the kernel first. */
async function isListening(port: number): Promise<boolean> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = new RegExp(`:${hex} \\S+ 0A `); // 0A: TCP_LISTEN
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    try {
      if (listening.test(readFileSync(table, "latin1"))) return true;
    } catch {
      return canConnect(port); // not Linux
    }
  }
  return false;
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
