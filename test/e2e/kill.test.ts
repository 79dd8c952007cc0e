/**
 * kill -9 at any moment. What was flushed is readable, and only what was under way may be
 * missing. Both are counted in octets: how soon a busy machine writes is no matter of this test.
 */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { describe, test } from "vitest";
import { inScope, type Scope } from "../support/process.ts";
import type { StartableRuntime } from "../support/runtimes.ts";
import { until } from "../support/tcp_peers.ts";
import {
  capturesIn,
  dicomtap,
  readShown,
  runtimesUnderTest,
  type Shown,
  startProxy,
} from "./dicomtap.ts";
import { startAcceptor } from "./scripted_peer.ts";
import { associate, dataSetSha256, storePdus } from "./store_load.ts";

/** 200 over the three runtimes in the long profile, when the suite runs on each. */
const KILLS = process.env["DICOMTAP_FUZZ"] === "long" ? 67 : 3;
/** Proxies under load side by side; most of their time is waiting. */
const AT_ONCE = 3;
/** Octets between forwarding and recording; the relay waits when they are full. */
const QUEUE = 2 ** 20;
/** Octets of a block that is filled before it is written (src/capture/capture_writer.ts). */
const BLOCK = 262_144;
/** What may be missing: the queue, a block that fills, one that is being written, chunks. */
const UNDER_WAY = QUEUE + 3 * BLOCK;
/** So many messages are seen to be flushed before the load. */
const FLUSHED = 10;
/** So long a load precedes the kill, and up to a second more. */
const LOAD_MS = 1_500;

interface Loss {
  /** C-STORE-RQ that arrived at the acceptor, and of these in the capture. */
  readonly arrived: number;
  readonly recorded: number;
}

for (const runtime of runtimesUnderTest()) {
  describe(`kill -9 of the proxy on ${runtime.name}`, () => {
    test(
      "R-01 at most the last unflushed batch is lost",
      async () => {
        const losses: Loss[] = [];
        const kills = async (count: number) => {
          for (let kill = 0; kill < count; kill++) {
            losses.push(await inScope((scope) => killOnce(scope, runtime)));
          }
        };
        const each = Math.ceil(KILLS / AT_ONCE);
        await Promise.all(Array.from({ length: AT_ONCE }, () => kills(each)));
        const lost = losses.map(({ arrived, recorded }) => arrived - recorded);
        const recorded = losses.reduce((sum, one) => sum + one.recorded, 0);
        console.log(
          `R-01: ${losses.length} kills, ${recorded} messages recorded, at most ${Math.max(...lost)} lost in one, 0 unreadable files`,
        );
      },
      300_000 + KILLS * 30_000,
    );
  });
}

async function killOnce(scope: Scope, runtime: StartableRuntime): Promise<Loss> {
  const acceptor = await startAcceptor(scope);
  const args = ["--queue", String(QUEUE), "--on-full", "stall"];
  const proxy = await startProxy(scope, { runtime, to: acceptor.port, args });
  const { requestor, acceptor: to } = await associate({ port: proxy.port, acceptor });
  const size = storePdus(0).length;
  const before = to.received;
  let index = 0;
  for (; index < FLUSHED; index++) await requestor.send(storePdus(index));
  const written = () => capturesIn(proxy.folder).reduce((sum, at) => sum + statSync(at).size, 0);
  await until(() => written() >= FLUSHED * size, "what was flushed");
  const stopAt = Date.now() + LOAD_MS + Math.random() * 1_000;
  for (; Date.now() < stopAt; index++) {
    await requestor.send(storePdus(index));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const arrived = Math.floor((to.received - before) / size);
  proxy.process.signal("SIGKILL");
  await proxy.process.exit();

  // 1: a kill in the middle of a write leaves a torn block, which `show` tells.
  const show = ["show", "--json", "-v", ...capturesIn(proxy.folder)];
  const { code, stdout, stderr } = await dicomtap(scope, runtime, show);
  assert.ok(code === 0 || (code === 1 && /ends inside a block/.test(stderr)), stderr);
  const shown = readShown(stdout);
  const recorded = completeStores(shown);
  assert.ok(recorded >= FLUSHED, `${recorded} messages recorded, ${FLUSHED} were flushed`);
  const lost = (arrived - recorded) * size;
  assert.ok(lost <= UNDER_WAY, `${lost} octets lost, at most ${UNDER_WAY} were under way`);
  await repairs(scope, runtime, proxy.folder);
  return { arrived, recorded };
}

/** The messages that are whole; each must be the one that was sent in its place. */
function completeStores(shown: readonly Shown[]): number {
  assert.equal(shown.length, 1);
  const whole = (shown[0]?.messages ?? []).filter(({ data_set }) => data_set?.complete === true);
  for (const [index, message] of whole.entries()) {
    assert.equal(message.data_set?.sha256, dataSetSha256(index), `message ${index}`);
  }
  return whole.length;
}

async function repairs(scope: Scope, runtime: StartableRuntime, folder: string): Promise<void> {
  for (const [index, capture] of capturesIn(folder).entries()) {
    const repaired = `${scope.tempDir()}/${index}.dcap`;
    const repair = await dicomtap(scope, runtime, ["repair", capture, "-o", repaired]);
    assert.equal(repair.code, 0, repair.stderr);
    const verify = await dicomtap(scope, runtime, ["verify", repaired]);
    assert.equal(verify.code, 0, verify.stdout + verify.stderr);
  }
}
