/** How the proxy records when it is told to record less, when it cannot keep up, and on several routes. */
import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { inScope, type Scope } from "../support/process.ts";
import { residentBytes } from "../support/process_memory.ts";
import type { StartableRuntime } from "../support/runtimes.ts";
import { until } from "../support/tcp_peers.ts";
import {
  assertSound,
  capturesIn,
  type RunningProxy,
  runtimesUnderTest,
  type Shown,
  shellWords,
  show,
  startProxy,
  stopProcess,
} from "./dicomtap.ts";
import { startAcceptor } from "./scripted_peer.ts";
import { type Association, associate, dataSetSha256, release, storePdus } from "./store_load.ts";

const STORES = 1_000;
const MIB = 2 ** 20;

for (const runtime of runtimesUnderTest()) {
  describe(`recording by dicomtap on ${runtime.name}`, () => {
    test("--payload headers keeps length and hash of a data set instead of its bulk", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        // All of it passes the queue, which a busy machine may not empty in time.
        const args = ["--payload", "headers", "--on-full", "stall"];
        const proxy = await startProxy(scope, { runtime, to: acceptor.port, args });
        const association = await associate({ port: proxy.port, acceptor });
        const size = 8 * MIB; // its first 64 KiB are kept
        await sendStores(association, { count: 4, size });
        await release(association);
        const [shown] = await stopAndShow(scope, { runtime, proxy });
        const kept = capturesIn(proxy.folder).reduce((sum, path) => sum + statSync(path).size, 0);
        const facts = shown?.messages.map(({ data_set }) => [data_set?.length, data_set?.sha256]);
        console.log(
          `headers: ${association.acceptor.received} octets passed, the capture has ${kept}, 4 hashes`,
        );
        assert.deepEqual(
          facts,
          [0, 1, 2, 3].map((index) => [size, dataSetSha256(index, size)]),
        );
        assert.equal(shown?.association.gaps, 0);
        assert.equal(shown?.association.bytes.requestor, association.acceptor.received);
        assert.ok(kept < MIB, `${kept} octets`);
      });
    });

    test("R-09 --on-full gap: what does not fit the queue is counted, what passes is unaltered", async () => {
      await inScope(async (scope) => {
        const { association, shown } = await flood(scope, { runtime, onFull: "gap" });
        const recorded = shown?.association.bytes.requestor;
        console.log(
          `R-09: ${association.acceptor.received} octets forwarded, ${recorded} accounted for, ${shown?.association.gaps} gaps`,
        );
        assert.equal(recorded, association.acceptor.received);
        assert.equal(association.acceptor.digests().received, association.requestor.digests().sent);
      });
    });

    test("R-09 --on-full stall: everything is recorded", async () => {
      await inScope(async (scope) => {
        const { association, shown } = await flood(scope, { runtime, onFull: "stall" });
        assert.equal(shown?.association.gaps, 0);
        assert.equal(shown?.association.bytes.requestor, association.acceptor.received);
        const wrong = shown?.messages.filter(
          ({ data_set }, index) => data_set?.sha256 !== dataSetSha256(index),
        );
        console.log(`R-09: ${shown?.messages.length} messages recorded, ${wrong?.length} altered`);
        assert.equal(shown?.messages.length, STORES);
        assert.deepEqual(wrong, []);
      });
    });

    test("F-17 several routes, IPv4 and IPv6, each recorded as what it is", async () => {
      await inScope(async (scope) => {
        const [one, other] = [await startAcceptor(scope), await startAcceptor(scope)];
        const config = join(scope.tempDir(), "routes.json");
        const routes = [
          { listen: "127.0.0.1:0", to: `127.0.0.1:${one.port}` },
          { listen: "[::1]:0", to: `127.0.0.1:${other.port}` },
        ];
        writeFileSync(config, JSON.stringify({ routes }));
        const proxy = await startProxy(scope, { runtime, to: { config } });
        const [first, second] = proxy.ready.routes.map(({ listen }) => /^(.*):(\d+)$/.exec(listen));
        assert.deepEqual([first?.[1], second?.[1]], ["127.0.0.1", "[::1]"]);
        const to = { port: Number(second?.[2]), host: "::1", acceptor: other };
        const associations = [
          await associate({ port: Number(first?.[2]), acceptor: one, callingAeTitle: "FOUR" }),
          await associate({ ...to, callingAeTitle: "SIX" }),
        ];
        for (const association of associations) await release(association);
        const shown = await stopAndShow(scope, { runtime, proxy });
        const facts = shown.map(({ association }) => [
          association.calling_ae_title,
          association.acceptor.address,
        ]);
        assert.deepEqual(facts, [
          ["FOUR", `127.0.0.1:${one.port}`],
          ["SIX", `127.0.0.1:${other.port}`],
        ]);
      });
    });

    test("O-09 output that nobody reads holds nothing up (failure mode 25)", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const folder = scope.tempDir();
        const route = `--listen 127.0.0.1:0 --to 127.0.0.1:${acceptor.port} --record ${folder}`;
        const command = shellWords(runtime.dicomtap);
        const proxy = `${command} proxy --json ${route} --dashboard off`;
        // sed takes the lines up to the first that matters; then the pipe, which is both stdout and
        // stderr, stays open and fills. On Node before 22.18 a compiler runs beside the program and has
        // the pipe too, unless it finds all files in its cache.
        const named = `{ sh -c 'echo pid $PPID'; exec ${proxy}; }`;
        const shell = scope.start(
          ["sh", "-c", `${named} 2>&1 | { sed '/"ready"/q'; sleep 600; }`],
          {
            env: { TSX_DISABLE_CACHE: "1" },
          },
        );
        const pid = Number(/\d+/.exec(await shell.line(/^pid /))?.[0]);
        const ready = JSON.parse(await shell.line(/"ready"/));
        const port = Number(/:(\d+)$/.exec(ready.routes[0].listen)?.[1]);
        const before = residentBytes(shell.pid) ?? 0;
        const count = 300; // each prints about a kilobyte, a pipe holds 64
        for (let n = 0; n < count; n++) await release(await associate({ port, acceptor }));
        const grown = (residentBytes(shell.pid) ?? 0) - before;
        console.log(
          `O-09: ${count} associations past a reader that stopped, RSS +${Math.round(grown / MIB)} MiB`,
        );
        assert.ok(grown < 100 * MIB, `RSS grew by ${grown} bytes`);
        process.kill(pid, "SIGTERM");
        await gone(pid);
        await assertSound(scope, runtime, folder);
      });
    });
  });
}

/** A burst that a small queue cannot hold. */
async function flood(
  scope: Scope,
  { runtime, onFull }: { runtime: StartableRuntime; onFull: "gap" | "stall" },
): Promise<{ association: Association; shown: Shown | undefined }> {
  const acceptor = await startAcceptor(scope);
  const args = ["--queue", "256KiB", "--on-full", onFull];
  const proxy = await startProxy(scope, { runtime, to: acceptor.port, args });
  const association = await associate({ port: proxy.port, acceptor });
  await sendStores(association, { count: STORES });
  await release(association);
  const [shown] = await stopAndShow(scope, { runtime, proxy });
  return { association, shown };
}

async function sendStores(
  { requestor, acceptor }: Association,
  { count, size }: { count: number; size?: number },
): Promise<void> {
  const before = acceptor.received;
  let sent = 0;
  for (let index = 0; index < count; index++) {
    const pdus = storePdus(index, size);
    sent += pdus.length;
    await requestor.send(pdus);
  }
  await acceptor.has(before + sent);
}

async function stopAndShow(
  scope: Scope,
  { runtime, proxy }: { runtime: StartableRuntime; proxy: RunningProxy },
): Promise<readonly Shown[]> {
  await stopProcess(proxy.process);
  await assertSound(scope, runtime, proxy.folder);
  return show(scope, runtime, capturesIn(proxy.folder));
}

/** Resolves when the process is no more. */
async function gone(pid: number): Promise<void> {
  await until(() => !isAlive(pid), `the end of process ${pid}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
