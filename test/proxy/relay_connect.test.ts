import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { ProxyEvent } from "../../proxy/proxy_event.ts";
import { runtime } from "../../src/io/runtime.ts";
import { ATTEMPT_MS } from "../../src/io/tcp_connect.ts";
import { seededRandom } from "../support/fuzz.ts";
import { freePort } from "../support/ports.ts";
import { inScope, type Scope } from "../support/process.ts";
import { ownRuntime, ROOT } from "../support/runtimes.ts";
import {
  howItEnds,
  pause,
  percentile,
  receiveAll,
  sendRandom,
  until,
  withPeers,
} from "../support/tcp_peers.ts";

const LOCAL = { host: "127.0.0.1", port: 0 };

describe("Relay", () => {
  test("F-05 keeps what comes before the target is connected", async () => {
    const random = seededRandom(50);
    const tries = 200;
    let wrong = 0;
    await withPeers(async (peers) => {
      const port = await peers.target((socket) => {
        // The target sends back what it got.
        socket.on("data", (chunk) => {
          if (!socket.write(chunk)) socket.pause();
        });
        socket.on("drain", () => socket.resume());
        socket.on("end", () => socket.end());
      });
      // A name that takes a while to be looked up, a different while each time.
      let first = true;
      const lookup = async () => {
        if (!first) await pause(random(500));
        first = false;
        return ["127.0.0.1"];
      };
      const routes = Array.from({ length: tries }, (_, at) => ({
        listen: LOCAL,
        to: { host: `slow${at}.test`, port },
      }));
      const { server, port: firstPort } = await peers.server({
        routes: routes.slice(0, 1),
        lookup,
      });
      assert.ok(server);
      const one = async (at: number) => {
        // Each its own proxy, so that no look-up is shared.
        const own =
          at === 0 ? firstPort : (await peers.server({ routes: [routes[at]!], lookup })).port;
        const client = await peers.client(own);
        const echoed = receiveAll(client, { random, stalls: 5 });
        const sent = await sendRandom(client, { length: random(300_000), random, keepOpen: true });
        await until(() => client.bytesRead >= sent.length, "all came back");
        client.end();
        if ((await echoed).text !== sent.text) wrong++;
      };
      for (let at = 0; at < tries; at += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, more) => one(at + more)));
      }
    });
    console.log(`F-05: ${runtime.name}: ${tries} tries, ${wrong} wrong hashes, 0 stalls`);
    assert.equal(wrong, 0);
  });

  test("F-09 resets the client at once when the target refuses", async () => {
    const delays: number[] = [];
    const reports: ProxyEvent[] = [];
    await withPeers(async (peers) => {
      const nobody = await freePort();
      const report = (event: ProxyEvent) => void reports.push(event);
      const { server, port } = await peers.proxy(nobody, { report });
      for (let at = 0; at < 100; at++) {
        const from = performance.now();
        assert.equal(await endOf(connect({ port, host: "127.0.0.1" })), "reset");
        delays.push(performance.now() - from);
      }
      assert.equal(server.counters.outcomes.refused, 100);
      assert.equal(server.counters.open, 0);
      const told = reports.filter(({ kind }) => kind === "not connected");
      assert.equal(told.length, 100);
      assert.match(JSON.stringify(told[0]), new RegExp(`ECONNREFUSED 127.0.0.1:${nobody}`));
    });
    const p99 = percentile(delays, 0.99);
    console.log(`F-09: ${runtime.name}: 100 refused, client reset after p99 ${p99.toFixed(1)} ms`);
  });

  test("F-10 resets the client when the target does not answer within the connect timeout", async () => {
    await withPeers((peers) =>
      inScope(async (scope) => {
        const hole = await blackHole(scope, "127.0.0.1");
        const { server, port } = await peers.proxy(hole, { connectTimeoutMs: 1000 });
        const from = performance.now();
        const ends = await Promise.all(
          Array.from({ length: 20 }, () => endOf(connect({ port, host: "127.0.0.1" }))),
        );
        const ms = performance.now() - from;
        assert.deepEqual(new Set(ends), new Set(["reset"]));
        assert.equal(server.counters.outcomes.timeout, 20);
        assert.ok(ms >= 990, `gave up after ${ms} ms`);
        console.log(
          `F-10: ${runtime.name}: 20 reset, timeout 1000 ms, ${(ms - 1000).toFixed(0)} ms late`,
        );
      }),
    );
  });

  test("F-15 goes on to the next address when the first does not answer", async () => {
    assert.ok(ATTEMPT_MS >= 5000);
    await withPeers((peers) =>
      inScope(async (scope) => {
        const hole = await blackHole(scope, "127.0.0.1");
        const good = await listenAt(scope, "127.0.0.2", hole);
        if (!good) {
          console.log("F-15: not tried, this machine has no 127.0.0.2");
          return;
        }
        const { port } = await peers.server({
          routes: [{ listen: LOCAL, to: { host: "two.test", port: hole } }],
          lookup: async () => ["127.0.0.1", "127.0.0.2"],
          attemptTimeoutMs: 200,
        });
        const client = await peers.client(port);
        const answer = receiveAll(client);
        client.end("hello");
        assert.equal((await answer).length, 5);
        console.log(`F-15: ${runtime.name}: first address silent, second connected`);
      }),
    );
  });

  test("F-15 a look-up that hangs or fails hits only the connections that need it", async () => {
    await withPeers(async (peers) => {
      const port = await peers.target((socket) => {
        socket.on("data", (chunk) => socket.end(chunk));
      });
      let answer: "good" | "fails" | "hangs" = "good";
      const lookup = async (host: string) => {
        if (host === "good.test" || answer === "good") return ["127.0.0.1"];
        if (answer === "hangs") await new Promise(() => undefined);
        throw Object.assign(new Error(`getaddrinfo EAI_AGAIN ${host}`), { code: "EAI_AGAIN" });
      };
      const works = async (proxyPort: number) => {
        const client = await peers.client(proxyPort);
        const echoed = receiveAll(client);
        client.end("ping");
        return (await echoed).length === 4;
      };
      const routes = ["good.test", "bad.test", "new.test"].map((host) => ({
        listen: LOCAL,
        to: { host, port },
      }));
      const [good, bad] = await Promise.all(
        routes.slice(0, 2).map((route) => peers.server({ routes: [route], lookup })),
      );
      assert.ok(good && bad);
      assert.ok(await works(bad.port));
      answer = "fails"; // a name that was found once serves on
      assert.ok(await works(bad.port));
      const fresh = await peers.server({ routes: [routes[2]!], lookup, connectTimeoutMs: 300 });
      assert.equal(await endOf(connect({ port: fresh.port, host: "127.0.0.1" })), "reset");
      answer = "hangs";
      const hanging = endOf(connect({ port: fresh.port, host: "127.0.0.1" }));
      assert.ok(await works(good.port));
      assert.ok(await works(bad.port));
      assert.equal(await hanging, "reset");
      answer = "good";
    });
  });

  test("refuses to start for a name that does not exist, and says so", async () => {
    await withPeers(async (peers) => {
      const lookup = async (host: string) => {
        throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" });
      };
      const routes = [{ listen: LOCAL, to: { host: "typo.test", port: 104 } }];
      const start = peers.server({ routes, lookup });
      await assert.rejects(start, { code: "ENOTFOUND", hostname: "typo.test" });
    });
  });

  test("a client that leaves while the target is being connected leaves nothing behind", async () => {
    await withPeers(async (peers) => {
      let accepted = 0;
      const port = await peers.target(() => void accepted++);
      // The look-ups after the first, at the start, wait until all clients have left.
      let lookedUp = 0;
      let goOn = (): void => undefined;
      const allLeft = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const { server, port: proxyPort } = await peers.server({
        routes: [{ listen: LOCAL, to: { host: "slow.test", port } }],
        lookup: async () => {
          if (lookedUp++ > 0) await allLeft;
          return ["127.0.0.1"];
        },
      });
      const clients = await Promise.all(Array.from({ length: 30 }, () => peers.client(proxyPort)));
      for (const client of clients) client.write("hello");
      await until(() => server.counters.open === 30, "all are there");
      for (const client of clients) client.resetAndDestroy();
      await until(() => server.counters.open === 0, "all are gone");
      assert.equal(server.counters.outcomes.reset, 30);
      assert.ok(lookedUp > 1, "a client waited for its look-up");
      goOn();
      await pause(50);
      // The target takes connections in their order: whatever the proxy made came before this one.
      await peers.client(port);
      await until(() => accepted > 0, "the connection that is this test's own");
      assert.equal(accepted, 1);
    });
  });
});

/** How a connection that is perhaps reset before it is up ends. */
function endOf(socket: Socket): Promise<"fin" | "reset"> {
  return howItEnds(socket);
}

/** The port of a target that leaves connections without an answer. */
async function blackHole(scope: Scope, host: string): Promise<number> {
  const script = join(ROOT, "test/support/black_hole.mjs");
  const hole = scope.start([...ownRuntime().command, script, host]);
  const port = Number(await hole.line(/^\d+$/));
  // Fill the backlog (Bun takes 512 whatever it is told): until a connection is not taken.
  // A machine that was busy for so long may not have told yet, so it is asked before anybody judges;
  // and only several in a row are a sign.
  let waiting = 0;
  for (let at = 0; at < 1200; at++) {
    const socket = connect({ port, host });
    scope.defer(() => void socket.destroy());
    socket.on("error", () => undefined);
    const connected = new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
    });
    const waited = pause(150).then(() => new Promise((resolve) => setImmediate(resolve)));
    const taken = await Promise.race([connected, waited.then(() => !socket.connecting)]);
    waiting = taken ? 0 : waiting + 1;
    if (waiting === 4) return port;
  }
  throw new Error("Cannot fill the backlog of a target that accepts nothing");
}

/** An echo server on another loopback address, or `false` where there is none. */
async function listenAt(scope: Scope, host: string, port: number): Promise<boolean> {
  const { createServer } = await import("node:net");
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.pipe(socket);
  });
  scope.defer(() => void server.close());
  return await new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, host, () => resolve(true));
  });
}
