import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { describe, test } from "vitest";
import type { ProxyEvent } from "../../proxy/proxy_event.ts";
import { runtime } from "../../src/io/runtime.ts";
import { ListenError } from "../../src/io/tcp_listen.ts";
import { seededRandom } from "../support/fuzz.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { inScope } from "../support/process.ts";
import { startProxy } from "../support/proxy_process.ts";
import {
  howItEnds,
  type Peers,
  pause,
  receiveAll,
  sendRandom,
  until,
  untilAnswered,
  withPeers,
} from "../support/tcp_peers.ts";

describe("ProxyServer", () => {
  test("O-01 SIGTERM stops accepting, drains the associations that stand, and exits with 0", async () => {
    const live = 20;
    let whole = 0;
    await withPeers((peers) =>
      inScope(async (scope) => {
        const random = seededRandom(100);
        const proxy = await startProxy(scope, { to: await echo(peers), drainMs: 30_000 });
        const clients = await openClients(peers, proxy.port, live);
        let stopped = (): void => undefined;
        const isStopped = new Promise<void>((resolve) => {
          stopped = resolve;
        });
        const work = clients.map(async (client, at) => {
          const echoed = receiveAll(client);
          const sent = await sendRandom(client, { length: 50_000, random, keepOpen: true });
          await isStopped;
          await pause(20 * at);
          const rest = await sendRandom(client, { length: 50_000, random, keepOpen: true });
          await until(() => client.bytesRead >= sent.length + rest.length, "all came back");
          client.end();
          if ((await echoed).length === 100_000) whole++;
        });
        await until(() => proxy.last()?.open === live, "all are there");
        proxy.signal("SIGTERM");
        await refused(proxy.port);
        stopped();
        await Promise.all(work);
        assert.equal((await proxy.exit()).code, 0);
        assert.equal(proxy.last()?.stopped, 0);
      }),
    );
    console.log(
      `O-01: ${runtime.name}: ${whole} of ${live} associations whole after SIGTERM, exit 0`,
    );
    assert.equal(whole, live);
  });

  test("O-01 resets what is left when the drain limit passes, or at a second SIGTERM", async () => {
    for (const signals of [1, 2]) {
      await withPeers((peers) =>
        inScope(async (scope) => {
          const drainMs = signals === 1 ? 300 : 600_000;
          const proxy = await startProxy(scope, { to: await echo(peers), drainMs });
          const ends = (await openClients(peers, proxy.port, 5)).map(howItEnds);
          await until(() => proxy.last()?.open === 5, "all are there");
          proxy.signal("SIGTERM");
          const probes = await refused(proxy.port);
          if (signals === 2) proxy.signal("SIGTERM");
          assert.deepEqual(await Promise.all(ends), Array(5).fill("reset"));
          assert.equal((await proxy.exit()).code, 0);
          // More where probes of refused() came before the signal.
          const { stopped = 0 } = proxy.last() ?? {};
          assert.ok(stopped >= 5 && stopped <= 5 + probes, `${stopped} stopped, ${probes} probes`);
        }),
      );
    }
  });

  test("O-04 survives 400 clients with 200 descriptors, idle, and serves again afterwards", async () => {
    await withPeers((peers) =>
      inScope(async (scope) => {
        const to = await echo(peers);
        const proxy = await startProxy(scope, { to, descriptors: 200 });
        const ends = { reset: 0 };
        const clients = Array.from({ length: 400 }, () => {
          const socket = connect({ port: proxy.port, host: "127.0.0.1" });
          scope.defer(() => void socket.destroy());
          socket.write("ping");
          void howItEnds(socket).then(() => ends.reset++);
          return socket;
        });
        const answered = () => clients.filter(({ bytesRead }) => bytesRead === 4).length;
        await until(() => answered() === proxy.last()?.limit, "as many as can be are served");
        // Where connections come faster than they are turned away, some wait in the system.
        let seen = -1;
        for (let now = 0; now !== seen; now = ends.reset) {
          seen = now;
          await pause(2500);
        }
        const served = answered();
        // The least of some readings: what a collector or a compiler still does is no loop.
        const loads: number[] = [];
        let after = await proxy.figures();
        for (let at = 0; at < 4; at++) {
          const before = after;
          await pause(500);
          after = await proxy.figures();
          loads.push((100 * (after.cpuMs - before.cpuMs)) / (after.ms - before.ms));
        }
        const cpu = Math.min(...loads);
        assert.equal(served, after.limit);
        const turnedAway = ends.reset;
        assert.ok(after.turnedAway <= 400 - served);
        const waiting = 400 - served - turnedAway;
        for (const socket of clients) socket.destroy();
        // Connections are taken in their order: when a new one is answered, none of those that waited
        // is left to be taken.
        await untilAnswered(() => isAnswered(proxy.port), "a new connection is served");
        await until(() => proxy.last()?.open === 0, "all are gone");
        let recovered = 0;
        for (const client of await openClients(peers, proxy.port, 20)) {
          const echoed = receiveAll(client);
          client.write("again");
          await until(() => client.bytesRead === 5, "the answer");
          client.end();
          if ((await echoed).length === 5) recovered++;
        }
        console.log(
          `O-04: ${runtime.name}: ulimit -n 200, 400 clients: ${served} served, ` +
            `${turnedAway} reset, ${waiting} waiting, ${cpu.toFixed(0)} % CPU, ${recovered} of 20 afterwards`,
        );
        assert.equal(recovered, 20);
        assert.ok(cpu < 50, `${cpu} % CPU while nothing happens`);
      }),
    );
  });

  test("tells of a full house once a burst, not once a connection", async () => {
    await withPeers(async (peers) => {
      const events: ProxyEvent[] = [];
      const { server, port } = await peers.proxy(await echo(peers), {
        maxConnections: 5,
        report: (event) => void events.push(event),
      });
      await openClients(peers, port, 5);
      await until(() => server.counters.open === 5, "all are there");
      for (let at = 0; at < 50; at++) {
        assert.equal(await howItEnds(connect(port, "127.0.0.1")), "reset");
      }
      assert.equal(server.counters.turnedAway, 50);
      assert.deepEqual(events, [{ kind: "limit", limit: 5, refused: 1 }]);
    });
  });

  test("says in words why it cannot listen", async () => {
    await withPeers(async (peers) => {
      const to = { host: "127.0.0.1", port: await echo(peers) };
      const cases = [
        [{ host: "127.0.0.1", port: to.port + 0 }, "EADDRINUSE", /the port is in use$/],
        [{ host: "203.0.113.7", port: 0 }, "EADDRNOTAVAIL", /this machine has no such address$/],
        // A label over 63 octets is no name: this machine knows without asking a name server.
        [{ host: `${"x".repeat(64)}.invalid`, port: 0 }, undefined, /no such host|name server/],
      ] as const;
      for (const [listen, code, words] of cases) {
        const other = { host: "127.0.0.1", port: to.port === 1 ? 2 : 1 };
        const error = await peers.server({ routes: [{ listen, to: other }] }).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        assert.ok(error instanceof ListenError, String(error));
        assert.match(error.message, words);
        if (code !== undefined) assert.equal(error.code, code);
      }
    });
  });

  test("listens on all routes or on none", async () => {
    await withPeers(async (peers) => {
      const to = { host: "127.0.0.1", port: 1 };
      const taken = await echo(peers);
      const free = await peers.server({ routes: [{ listen: { host: "127.0.0.1", port: 0 }, to }] });
      await free.server.stop({ drainMs: 0 });
      const routes = [free.port, taken].map((port) => ({
        listen: { host: "127.0.0.1", port },
        to,
      }));
      await assert.rejects(peers.server({ routes }), { code: "EADDRINUSE" });
      await refused(free.port);
    });
  });
});

function echo(peers: Peers): Promise<number> {
  return peers.target((socket) => {
    socket.on("data", (chunk) => {
      if (!socket.write(chunk)) socket.pause();
    });
    socket.on("drain", () => socket.resume());
    socket.on("end", () => socket.end());
  });
}

function openClients(peers: Peers, port: number, count: number): Promise<Socket[]> {
  return Promise.all(Array.from({ length: count }, () => peers.client(port)));
}

/** Whether a connection of its own gets through; false where it is turned away. */
async function isAnswered(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const answered = new Promise<boolean>((resolve) => socket.once("data", () => resolve(true)));
  socket.write("ping");
  const first = await Promise.race([answered, howItEnds(socket).then(() => false)]);
  socket.destroy();
  return first;
}

/** Waits until nothing listens on the port any longer; gives how many connections it made before. */
async function refused(port: number): Promise<number> {
  const end = performance.now() + PATIENCE_MS;
  for (let probes = 0; performance.now() < end; probes++) {
    const socket = connect(port, "127.0.0.1");
    const code = await new Promise((resolve) => {
      socket.once("error", (error) => resolve("code" in error ? error.code : undefined));
      socket.once("connect", () => resolve("connected"));
    });
    socket.destroy();
    if (code === "ECONNREFUSED") return probes;
    await pause(10);
  }
  throw new Error(`Port ${port} still accepts`);
}
