/**
 * kill -9 at any moment. What was flushed is readable, and only the last batch may be
 * missing: what passed more than FLUSH_WINDOW before the kill must be in the capture.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { inScope, type Scope } from "../support/process.ts";
import type { StartableRuntime } from "../support/runtimes.ts";
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
/** Blocks are written each second at least; the rest is for a machine that is busy. */
const FLUSH_WINDOW_MS = 2_000;
/** So long a load precedes the kill at least, that something must have been flushed. */
const LOAD_MS = 2_500;

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
      KILLS * 30_000,
    );
  });
}

async function killOnce(scope: Scope, runtime: StartableRuntime): Promise<Loss> {
  const acceptor = await startAcceptor(scope);
  const proxy = await startProxy(scope, { runtime, to: acceptor.port });
  const { requestor, acceptor: to } = await associate({ port: proxy.port, acceptor });
  const size = storePdus(0).length;
  const before = to.received;
  const history: { readonly at: number; readonly stores: number }[] = [];
  const stopAt = Date.now() + LOAD_MS + Math.random() * 1_000;
  for (let index = 0; Date.now() < stopAt; index++) {
    await requestor.send(storePdus(index));
    history.push({ at: Date.now(), stores: Math.floor((to.received - before) / size) });
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const arrived = Math.floor((to.received - before) / size);
  proxy.process.signal("SIGKILL");
  const killed = Date.now();
  await proxy.process.exit();

  // 1: a kill in the middle of a write leaves a torn block, which `show` tells.
  const args = ["show", "--json", "-v", ...capturesIn(proxy.folder)];
  const { code, stdout, stderr } = await dicomtap(scope, runtime, args);
  assert.ok(code === 0 || (code === 1 && /ends inside a block/.test(stderr)), stderr);
  const shown = readShown(stdout);
  const recorded = completeStores(shown);
  const due = history.findLast(({ at }) => at < killed - FLUSH_WINDOW_MS)?.stores ?? 0;
  assert.ok(due > 0, "no load before the kill");
  assert.ok(recorded >= due, `${recorded} messages recorded, ${due} had passed long before`);
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
