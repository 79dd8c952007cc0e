import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { connect, Socket } from "node:net";
import { describe, test } from "vitest";
import type { RelayTap } from "../../proxy/relay_tap.ts";
import { runtime } from "../../src/io/runtime.ts";
import { seededRandom } from "../support/fuzz.ts";
import { inScope } from "../support/process.ts";
import { startProxy } from "../support/proxy_process.ts";
import { findProgram } from "../support/runtimes.ts";
import {
  howItEnds,
  type Peers,
  pause,
  percentile,
  receiveAll,
  sendRandom,
  until,
  withPeers,
} from "../support/tcp_peers.ts";

const KIB = 1024;
const MIB = KIB * KIB;
const RESET_ME = Buffer.from("answer with a reset");

describe("Relay", () => {
  test("F-08 a stalled target costs bounded memory, and every byte arrives when it goes on", async () => {
    const count = 100;
    await withPeers((peers) =>
      inScope(async (scope) => {
        const stalled: Socket[] = [];
        const to = await peers.target((socket) => void stalled.push(socket), {
          pauseOnConnect: true,
        });
        const proxy = await startProxy(scope, { to });
        const before = await proxy.figures();
        const clients = await Promise.all(
          Array.from({ length: count }, () => peers.client(proxy.port)),
        );
        const length = 16 * MIB;
        const random = seededRandom(80);
        const sending = clients.map((client) => sendRandom(client, { length, random }));
        // Until nothing moves any longer, whatever the buffers of the system take.
        let moved = -1;
        const written = () => clients.reduce((sum, client) => sum + client.bytesWritten, 0);
        for (let now = 0; now !== moved; now = written()) {
          moved = now;
          await pause(700);
        }
        // The least of some readings: what a collector will still free is not held.
        const readings: number[] = [];
        for (let at = 0; at < 5; at++) readings.push((await proxy.figures()).rss);
        const rss = Math.min(...readings);
        const received = stalled.map((socket) => {
          const all = receiveAll(socket);
          socket.resume();
          return all;
        });
        const sent = (await Promise.all(sending)).map(({ text }) => text).sort();
        const got = (await Promise.all(received)).map(({ text }) => text).sort();
        for (const socket of stalled) socket.end();
        assert.deepEqual(got, sent);
        const each = (rss - before.rss) / count / KIB;
        console.log(
          `F-08: ${runtime.name}: ${count} stalled, ${each.toFixed(0)} KiB each, ${count} x 16 MiB whole`,
        );
        assert.ok(each <= 1024, `${each} KiB a stalled connection`);
      }),
    );
  });

  test("F-11 F-19 sets no timer on an association that stands, and counts beyond 2^32", async () => {
    const sets = timersSetBy();
    let opened = 0;
    try {
      await withPeers(async (peers) => {
        const held: Socket[] = [];
        const to = await peers.target((socket) => void held.push(socket));
        const { server, port } = await peers.proxy(to);
        const clients = await Promise.all(Array.from({ length: 20 }, () => peers.client(port)));
        await until(() => held.length === 20, "all are connected");
        for (const client of clients) client.write("hello");
        await until(() => held.every(({ bytesRead }) => bytesRead === 5), "all arrived");
        opened = server.counters.opened;
        assert.equal(sets.pending(/proxy\/|src\/io\/tcp_/), 0);
        assert.equal(sets.onSockets(), 0);
      });
    } finally {
      sets.restore();
    }
    console.log(`F-11: ${runtime.name}: ${opened} idle associations, 0 timers`);

    const length = 2 ** 32 + 12_345;
    const counted = await bulk(length);
    console.log(`F-19: ${runtime.name}: ${length} bytes sent, ${counted.proxy} counted`);
    assert.deepEqual(counted, { proxy: length, target: length });
  });

  test("F-12 sends each piece at once, and asks the system to keep connections alive", async () => {
    const delays: number[] = [];
    await withPeers(async (peers) => {
      // Two small writes and an answer: with Nagle's algorithm each round waits for a delayed ACK.
      const to = await peers.target((socket) => {
        socket.setNoDelay(true);
        let got = 0;
        socket.on("data", (chunk: Buffer) => {
          got += chunk.length;
          if (got % 200 === 0) socket.write("answer");
        });
      });
      const { port } = await peers.proxy(to);
      const client = await peers.client(port);
      client.setNoDelay(true);
      for (let round = 0; round < 200; round++) {
        const answered = new Promise((resolve) => client.once("data", resolve));
        const from = performance.now();
        client.write(Buffer.alloc(100));
        await new Promise((resolve) => setImmediate(resolve));
        client.write(Buffer.alloc(100));
        await answered;
        delays.push(performance.now() - from);
      }
      const p50 = Math.round(percentile(delays, 0.5) * 1000);
      // Where something waits for an acknowledgement, ss shows that timer and not this one.
      let sides = keepAlive([port, to]);
      for (let at = 0; at < 50 && sides !== undefined && sides < 2; at++) {
        await pause(100);
        sides = keepAlive([port, to]);
      }
      const text = sides === undefined ? "not looked at, ss is missing" : `${sides} ends`;
      console.log(`F-12: ${runtime.name}: write-write-read p50 ${p50} us, keep-alive on ${text}`);
      if (sides !== undefined) assert.equal(sides, 2);
    });
  });

  test("F-13 forwards 1,000 associations at once, and turns away what is over the limit", async () => {
    const count = 1000;
    await withPeers((peers) =>
      inScope(async (scope) => {
        const to = await echo(peers);
        const proxy = await startProxy(scope, { to, maxConnections: count });
        const before = await proxy.figures();
        assert.equal(before.limit, count, "this machine allows too few open files");
        const clients: Socket[] = [];
        for (let at = 0; at < count; at += 100) {
          const more = Array.from({ length: 100 }, () => peers.client(proxy.port));
          clients.push(...(await Promise.all(more)));
        }
        let answered = 0;
        for (const client of clients) {
          client.once("data", () => answered++);
          client.write(Buffer.alloc(200, 1));
        }
        await until(() => answered === count, "all are answered");
        const over = await Promise.all(
          Array.from({ length: 50 }, () => howItEnds(connect(proxy.port, "127.0.0.1"))),
        );
        const full = await proxy.figures();
        assert.deepEqual(new Set(over), new Set(["reset"]));
        assert.equal(full.open, count);
        assert.equal(full.turnedAway, 50);
        for (const client of clients) client.end();
        await until(() => proxy.last()?.open === 0, "all are gone");
        const each = (full.rss - before.rss) / count / KIB;
        console.log(
          `F-13: ${runtime.name}: ${answered} of ${count} at once, ${each.toFixed(0)} KiB each, 50 of 50 turned away`,
        );
      }),
    );
  });

  test("F-14 no association's fault reaches another", async () => {
    const random = seededRandom(140);
    let failures = 0;
    await withPeers(async (peers) => {
      const to = await peers.target((socket) => {
        socket.on("data", (chunk: Buffer) => {
          if (chunk.equals(RESET_ME)) socket.resetAndDestroy();
          else if (!socket.write(chunk)) socket.pause();
        });
        socket.on("drain", () => socket.resume());
        socket.on("end", () => socket.end());
      });
      // Whoever watches is broken for every other association.
      const throwing = () => {
        throw new Error("broken");
      };
      const broken = { connected: throwing, data: throwing, ended: throwing, closed: throwing };
      const tap: RelayTap = { opened: ({ id }) => (id % 2 === 0 ? broken : throwing()) };
      const { server, port } = await peers.proxy(to, { tap });
      const good = async () => {
        const client = await peers.client(port);
        const echoed = receiveAll(client, { random, stalls: 10 });
        const sent = await sendRandom(client, { length: 300_000, random, keepOpen: true });
        await until(() => client.bytesRead >= sent.length, "all came back");
        client.end();
        if ((await echoed).text !== sent.text) failures++;
      };
      const hostile = async (at: number) => {
        const client = await peers.client(port);
        client.resume();
        if (at % 5 === 0) client.write(Buffer.alloc(MIB, random(256))); // a flood, then gone
        if (at % 5 === 1) client.write(RESET_ME); // the target resets
        if (at % 5 === 2) client.write(Buffer.from([1, 0, 0xff, 0xff, 0xff, 0xff])); // 4 GiB PDU
        await pause(random(30));
        if (at % 5 === 3) client.end();
        else if (at % 5 === 4) client.destroy();
        else client.resetAndDestroy();
      };
      const work = Array.from({ length: 100 }, (_, at) =>
        at % 2 === 0 ? good() : hostile(at >> 1),
      );
      const results = await Promise.allSettled(work);
      failures += results.filter(({ status }) => status === "rejected").length;
      await until(() => server.counters.opened === 100, "those that left at once were seen, too");
    });
    console.log(`F-14: ${runtime.name}: 50 good beside 50 hostile, ${failures} good failed`);
    assert.equal(failures, 0);
  });
});

function echo(peers: Peers): Promise<number> {
  return peers.target((socket) => {
    socket.on("data", (chunk) => socket.write(chunk));
    socket.on("end", () => socket.end());
  });
}

/** Sends `length` bytes through a proxy; gives how many it and the target counted. */
async function bulk(length: number): Promise<{ proxy: number; target: number }> {
  return await withPeers(async (peers) => {
    let target = 0;
    const to = await peers.target((socket) => {
      socket.on("data", (chunk: Buffer) => {
        target += chunk.length;
      });
      socket.on("end", () => socket.end());
    });
    const { server, port } = await peers.proxy(to);
    const client = await peers.client(port);
    client.resume();
    const block = Buffer.alloc(MIB);
    for (let left = length; left > 0; ) {
      const piece = left >= MIB ? block : block.subarray(0, left);
      left -= piece.length;
      if (!client.write(piece)) await new Promise((resolve) => client.once("drain", resolve));
    }
    client.end();
    await until(() => server.counters.open === 0, "the association is over");
    return { proxy: server.counters.bytes.requestor, target };
  });
}

/** Watches which code sets timers: real timers, observed. */
function timersSetBy() {
  const { setTimeout: realSet, clearTimeout: realClear, setInterval: realInterval } = globalThis;
  const realSocket = Socket.prototype.setTimeout;
  const stacks = new Map<unknown, string>();
  let onSockets = 0;
  const set = ((call: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => {
    const timer: unknown = realSet(
      (...given: unknown[]) => {
        stacks.delete(timer);
        call(...given);
      },
      ms,
      ...args,
    );
    stacks.set(timer, new Error("set").stack ?? "");
    return timer;
  }) as typeof setTimeout;
  const clear = ((timer?: NodeJS.Timeout) => {
    stacks.delete(timer);
    realClear(timer);
  }) as typeof clearTimeout;
  const interval = ((call: () => void, ms?: number) => {
    const timer = realInterval(call, ms);
    stacks.set(timer, new Error("set").stack ?? "");
    return timer;
  }) as typeof setInterval;
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear, setInterval: interval });
  Socket.prototype.setTimeout = function counted(...args) {
    onSockets++;
    return realSocket.apply(this, args);
  };
  return {
    pending: (file: RegExp) => [...stacks.values()].filter((stack) => file.test(stack)).length,
    onSockets: () => onSockets,
    restore: () => {
      Object.assign(globalThis, {
        setTimeout: realSet,
        clearTimeout: realClear,
        setInterval: realInterval,
      });
      Socket.prototype.setTimeout = realSocket;
    },
  };
}

/**
 * How many of the proxy's ends have a keep-alive timer, by `ss`: the end that accepted, whose local
 * port is the first, and the end that connected, whose remote port is the second.
 */
function keepAlive(ports: readonly [accepted: number, target: number]): number | undefined {
  const ss = findProgram("ss");
  if (ss === undefined) return undefined;
  const lines = execFileSync(ss, ["-tnoH", "state", "established"], { encoding: "utf8" }).split(
    "\n",
  );
  return lines.filter((line) => {
    const [, , local = "", remote = ""] = line.trim().split(/\s+/);
    const isOurs = local.endsWith(`:${ports[0]}`) || remote.endsWith(`:${ports[1]}`);
    // Within the 60 s that the proxy asks for; where nobody asks, it is two hours. ss writes "59sec",
    // "9.123ms" for nine seconds and 123 ms, "040ms", and nothing in the moment that it is due.
    return isOurs && /timer:\(keepalive,(1min|[\d.]+(?:sec|ms)|,)/.test(line);
  }).length;
}
