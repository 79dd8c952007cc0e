import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, test } from "vitest";
import type { ClosedFacts, RelayTap } from "../../proxy/relay_tap.ts";
import { runtime } from "../../src/io/runtime.ts";
import { seededRandom } from "../support/fuzz.ts";
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

const MIB = 2 ** 20;

describe("Relay", () => {
  test("F-03 carries FIN one way and delivers the 1 MiB that is sent after it", async () => {
    const random = seededRandom(30);
    const tries = 40;
    let lost = 0;
    await withPeers(async (peers) => {
      const connection = await connections(peers);
      for (let at = 0; at < tries; at++) {
        const { client, target } = await connection();
        const [first, second] = at % 2 === 0 ? [client, target] : [target, client];
        const reply = receiveAll(first);
        const request = receiveAll(second);
        const sent = await sendRandom(first, { length: random(100_000), random });
        assert.equal((await request).text, sent.text); // the FIN arrived
        await pause(random(10));
        const answered = await sendRandom(second, { length: MIB, random });
        lost += answered.length - (await reply).length;
        assert.equal((await reply).text, answered.text);
      }
    });
    console.log(`F-03: ${runtime.name}: 1 MiB after FIN, ${tries} times, ${lost} bytes lost`);
    assert.equal(lost, 0);
  });

  // Deno 2.9 fails a write that waits for the kernel when a FIN is all that ever came from its peer,
  // in this test's own target as in any program; an association has said something before. (The relay
  // makes of that failure a reset, not an end that is short.)
  const silent = runtime.name !== "deno";
  test("F-03 delivers 64 MiB after FIN to a slow reader", async () => {
    const random = seededRandom(31);
    await withPeers(async (peers) => {
      const connection = await connections(peers);
      for (const fromClient of [true, false]) {
        const { client, target } = await connection();
        const [first, second] = fromClient ? [client, target] : [target, client];
        if (!silent || fromClient) {
          second.once("data", () => undefined);
          first.write("an A-ASSOCIATE PDU");
          await until(() => second.bytesRead > 0, "the first octets arrived");
        }
        first.end();
        const reply = receiveAll(first, { random, stalls: 50 });
        const answered = await sendRandom(second, { length: 64 * MIB, random });
        assert.equal((await reply).text, answered.text);
      }
    });
    console.log(`F-03: ${runtime.name}: 2 x 64 MiB after FIN, slow reader, 0 bytes lost`);
  });

  test("F-04 carries RST as RST and FIN as FIN, in the middle of a PDU and idle", async () => {
    const delays: number[] = [];
    let right = 0;
    let count = 0;
    await withPeers(async (peers) => {
      const ends: ClosedFacts[] = [];
      const connection = await connections(peers, collectEnds(ends));
      for (const how of ["reset", "fin"] as const) {
        for (const fromClient of [true, false]) {
          for (let at = 0; at < 25; at++) {
            count++;
            const { client, target } = await connection();
            const [first, second] = fromClient ? [client, target] : [target, client];
            if (at % 2 === 0) {
              // the first half of an A-ASSOCIATE-RQ
              first.write(Buffer.from([0x01, 0, 0, 0, 0, 0xcd, 0, 1, 0, 0]));
              second.once("data", () => undefined);
              await until(() => second.bytesRead >= 10, "half a PDU arrived");
            }
            const seen = howItEnds(second);
            const from = performance.now();
            if (how === "reset") first.resetAndDestroy();
            else first.end();
            if ((await seen) === how) right++;
            delays.push(performance.now() - from);
            const before = ends.length;
            second.end();
            await until(() => ends.length > before || how === "reset", "the association is over");
          }
        }
      }
      await until(() => ends.length === count, "all associations are over");
      assert.equal(ends.filter(({ outcome }) => outcome === "reset").length, 50);
      assert.equal(ends.filter(({ outcome }) => outcome === "closed").length, 50);
      assert.equal(ends.filter(({ by }) => by === "requestor").length, 50);
    });
    const p99 = percentile(delays, 0.99).toFixed(1);
    console.log(`F-04: ${runtime.name}: ${right} of ${count} ends right, p99 ${p99} ms`);
    assert.equal(right, count);
  });

  test("F-04 delivers what came right before an RST, and the RST", async () => {
    const tries = 60;
    const wrong: string[] = [];
    const ends: ClosedFacts[] = [];
    await withPeers(async (peers) => {
      const connection = await connections(peers, collectEnds(ends));
      for (let at = 0; at < tries; at++) {
        const { client, target } = await connection();
        let got = 0;
        client.on("data", (chunk: Buffer) => {
          got += chunk.length;
        });
        const seen = howItEnds(client);
        // A-ABORT (PS3.8 9.3.8), in the system's hands: a reset drops what a runtime still has.
        const abort = Buffer.from([0x07, 0, 0, 0, 0, 4, 0, 0, 2, 2]);
        await new Promise<unknown>((resolve) => target.write(abort, resolve));
        if (at % 2 === 0) await until(() => got === 10, "the A-ABORT arrived");
        target.resetAndDestroy();
        // When both come at once, this test's client may see an end; the relay must not.
        const end = await seen;
        if (at % 2 === 0) assert.equal(end, "reset");
        await until(() => ends.length === at + 1, "the association is over");
        const { outcome, bytes } = ends[at] ?? {};
        if (got === 10 && outcome === "reset") continue;
        const when = at % 2 === 0 ? "when it had arrived" : "right behind it";
        wrong.push(`RST ${when}: ${outcome}, ${bytes?.acceptor} octets in, ${got} out, ${end}`);
      }
    });
    const whole = tries - wrong.length;
    console.log(`F-04: ${runtime.name}: ${whole} of ${tries} A-ABORTs with an RST carried whole`);
    assert.deepEqual(wrong, []);
  });
});

/** Makes connections through a proxy: the client's end and the target's. */
async function connections(
  peers: Peers,
  tap?: RelayTap,
): Promise<() => Promise<{ client: Socket; target: Socket }>> {
  const accepted: Socket[] = [];
  const port = await peers.target((socket) => void accepted.push(socket));
  const { port: proxyPort } = await peers.proxy(port, { tap });
  return async () => {
    const client = await peers.client(proxyPort);
    await until(() => accepted.length > 0, "the target accepted");
    const target = accepted.shift();
    assert.ok(target);
    return { client, target };
  };
}

function collectEnds(ends: ClosedFacts[]): RelayTap {
  const nothing = () => undefined;
  const closed = (facts: ClosedFacts) => void ends.push(facts);
  return { opened: () => ({ connected: nothing, data: nothing, ended: nothing, closed }) };
}
