import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, test } from "vitest";
import type { AssociationTap, RelayTap } from "../../proxy/relay_tap.ts";
import { runtime } from "../../src/io/runtime.ts";
import { fuzzRounds, type Random, seededRandom } from "../support/fuzz.ts";
import { type Peers, receiveAll, Sum, sendRandom, withPeers } from "../support/tcp_peers.ts";

/** Each of them is two streams, one each way. */
const EXCHANGES = fuzzRounds(5000, 50_000);

describe("Relay", () => {
  test("F-01 delivers random streams of 0 B to 64 MiB unaltered, both ways at once", async () => {
    const random = seededRandom(1);
    let altered = 0;
    let bytes = 0;
    await withPeers(async (peers) => {
      const exchange = await exchanges(peers, { random });
      const one = async (length: number, answer: number) => {
        const result = await exchange(length, answer);
        if (!result.equal) altered++;
        bytes += result.bytes;
      };
      for (let done = 0; done < EXCHANGES; done += 8) {
        await Promise.all(
          Array.from({ length: 8 }, () => one(streamLength(random), streamLength(random))),
        );
      }
      await one(64 * 2 ** 20, 0);
      await one(0, 64 * 2 ** 20);
    });
    const streams = (EXCHANGES + 2) * 2;
    console.log(
      `F-01: ${runtime.name}: ${streams} streams, ${bytes} bytes, ${altered} streams altered`,
    );
    assert.equal(altered, 0);
  });

  test("F-01 alters no byte of 64 MiB for receivers that stall at random", async () => {
    const random = seededRandom(2);
    let wrong = 0;
    await withPeers(async (peers) => {
      const exchange = await exchanges(peers, { random, stalls: 60 });
      for (const [length, answer] of [
        [64 * 2 ** 20, 1000],
        [1000, 64 * 2 ** 20],
        [32 * 2 ** 20, 32 * 2 ** 20],
      ] as const) {
        const { equal } = await exchange(length, answer);
        if (!equal) wrong++;
      }
    });
    console.log(`F-01: ${runtime.name}: 3 x 64 MiB with random stalls, ${wrong} altered`);
    assert.equal(wrong, 0);
  });

  test("F-01 shows the tap the bytes that it carries, in order", async () => {
    const random = seededRandom(3);
    const seen = { requestor: new Sum(), acceptor: new Sum() };
    const tap = tapOf({ data: (sender, chunk) => seen[sender].add(chunk) });
    await withPeers(async (peers) => {
      const exchange = await exchanges(peers, { random, stalls: 20, tap });
      const { sent, answered } = await exchange(20_000_000, 10_000_000);
      assert.equal(seen.requestor.text, sent);
      assert.equal(seen.acceptor.text, answered);
    });
  });

  test("F-02 a tap that throws at its k-th call, for every k, alters no byte", async () => {
    const random = seededRandom(4);
    const calls = 40;
    let failures = 0;
    let wrong = 0;
    await withPeers(async (peers) => {
      let left = 0;
      const throwing = () => {
        if (left-- === 0) throw new Error("the tap is broken");
      };
      const tap: RelayTap = {
        opened: () => {
          throwing();
          const watch = { connected: throwing, ended: throwing, closed: throwing };
          return { ...watch, data: throwing, room: () => void throwing() };
        },
      };
      const report = () => void failures++;
      const exchange = await exchanges(peers, { random, tap, report });
      for (let k = 0; k < calls; k++) {
        left = k;
        const { equal } = await exchange(300_000, 200_000);
        if (!equal) wrong++;
      }
    });
    console.log(
      `F-02: ${runtime.name}: tap failed ${failures} of ${calls} times, ${wrong} altered`,
    );
    assert.equal(wrong, 0);
    assert.ok(failures >= 8, "the tap was called too seldom to prove anything");
  });

  test("waits for a tap that has no room, and loses nothing", async () => {
    const random = seededRandom(5);
    let asked = 0;
    const room = () =>
      asked++ % 5 === 0 ? new Promise<void>((resolve) => setTimeout(resolve, 2)) : undefined;
    await withPeers(async (peers) => {
      const exchange = await exchanges(peers, { random, tap: tapOf({ room }) });
      assert.ok((await exchange(8_000_000, 8_000_000)).equal);
    });
    assert.ok(asked > 10);
  });
});

interface Exchanged {
  readonly equal: boolean;
  readonly bytes: number;
  readonly sent: string;
  readonly answered: string;
}

interface ExchangeOptions {
  readonly random: Random;
  readonly stalls?: number;
  readonly tap?: RelayTap;
  readonly report?: () => void;
}

/** A function that sends one random stream each way through a proxy and compares the sums. */
async function exchanges(
  peers: Peers,
  options: ExchangeOptions,
): Promise<(length: number, answer: number) => Promise<Exchanged>> {
  const { tap, report } = options;
  // Which exchange a connection belongs to says its first two bytes.
  const waiting = new Map<number, (socket: Socket) => void>();
  const port = await peers.target((socket) => {
    socket.once("readable", () => {
      const head = socket.read(2) as Buffer;
      waiting.get(head.readUInt16BE())?.(socket);
    });
  });
  const { port: proxyPort } = await peers.proxy(port, { tap, report });
  let count = 0;
  return async (length, answer) => {
    const id = count++ % 65_536;
    const accepted = new Promise<Socket>((resolve) => waiting.set(id, resolve));
    const client = await peers.client(proxyPort);
    const head = Buffer.from([id >> 8, id & 0xff]);
    const toClient = play(client, { ...options, send: length, expect: answer, head });
    const target = await accepted;
    waiting.delete(id);
    const toTarget = play(target, { ...options, send: answer, expect: length + 2, had: head });
    const sums = [...(await toClient), ...(await toTarget)].map((sum) => sum.text);
    const [sent, returned, answered, got] = sums;
    return {
      equal: sent === got && answered === returned,
      bytes: length + answer,
      sent: sent ?? "",
      answered: answered ?? "",
    };
  };
}

interface Part {
  readonly random: Random;
  readonly stalls?: number;
  readonly send: number;
  readonly expect: number;
  readonly head?: Buffer;
  readonly had?: Buffer;
}

/**
 * Sends and receives at once, and sends FIN when both are done: what a FIN does to bytes of the
 * other way is the matter of F-03. Gives the sums of what was sent and what came.
 */
async function play(socket: Socket, part: Part): Promise<readonly [Sum, Sum]> {
  const { random, stalls = 0, send, expect, head, had } = part;
  const more = head === undefined ? {} : { head };
  const sending = sendRandom(socket, { length: send, random, keepOpen: true, ...more });
  let came: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    came = resolve;
  });
  const at = { length: expect, call: came };
  const receiving = receiveAll(socket, { random, stalls, at, ...(had ? { head: had } : {}) });
  // What went wrong while receiving ends the wait for all bytes as well.
  await Promise.race([Promise.all([sending, all]), receiving]);
  socket.end();
  return [await sending, await receiving];
}

/** Mostly short, some of a megabyte. */
function streamLength(random: Random): number {
  return random(Math.floor(2 ** (random(21) + random(100) / 100)));
}

function tapOf(parts: Partial<AssociationTap>): RelayTap {
  const nothing = () => undefined;
  const association = { connected: nothing, data: nothing, ended: nothing, closed: nothing };
  return { opened: () => ({ ...association, ...parts }) };
}
