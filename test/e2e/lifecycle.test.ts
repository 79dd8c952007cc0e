/** The proxy as a program: how it ends, what it refuses, and what it never prints. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { describe, test } from "vitest";
import { PATIENCE_MS } from "../support/patience.ts";
import { inScope, type Scope } from "../support/process.ts";
import type { StartableRuntime } from "../support/runtimes.ts";
import { until } from "../support/tcp_peers.ts";
import {
  assertSound,
  capturesIn,
  dicomtap,
  readShown,
  runtimesUnderTest,
  shellWords,
  show,
  startProxy,
  stopProcess,
} from "./dicomtap.ts";
import { startAcceptor } from "./scripted_peer.ts";
import { type Association, associate, release, storePdus } from "./store_load.ts";

const LIVE = 20;
/** Escape sequences, line ends, a right-to-left override in Latin-1 octets, format directives. */
const HOSTILE_TITLES = ["\x1b[31mRED\x1b[0m", "A\r\nFORGED LINE", "\x9b2J\x07BELL", "%s%n{0}$(id)"];
const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

for (const runtime of runtimesUnderTest()) {
  describe(`the proxy program on ${runtime.name}`, () => {
    test("O-01 SIGTERM lets live associations end, then exits with 0", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const proxy = await startProxy(scope, { runtime, to: acceptor.port });
        const live: Association[] = [];
        for (let n = 0; n < LIVE; n++) live.push(await associate({ port: proxy.port, acceptor }));
        proxy.process.signal("SIGTERM");
        await refuses(proxy.port);
        for (const [index, association] of live.entries()) {
          const pdus = storePdus(index);
          const before = association.acceptor.received;
          await association.requestor.send(pdus);
          await association.acceptor.has(before + pdus.length);
          assert.equal(proxy.process.over, false, "ended before its associations");
          await release(association);
        }
        const { code } = await proxy.process.exit();
        assert.equal(code, 0, proxy.process.stderr);
        await assertSound(scope, runtime, proxy.folder);
        const shown = await show(scope, runtime, capturesIn(proxy.folder));
        const released = shown.filter(({ association }) => association.outcome === "released");
        assert.ok(released.every(({ association }) => association.calling_ae_title === "LOAD"));
        assert.equal(released.length, LIVE);
        const altered = live.filter(
          ({ requestor, acceptor: to }) => requestor.digests().sent !== to.digests().received,
        );
        console.log(
          `O-01: ${LIVE} live associations, ${LIVE - released.length} aborted, exit ${code}`,
        );
        assert.deepEqual(altered, []);
      });
    });

    test("O-01 a second signal ends at once, and the capture stays readable", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const proxy = await startProxy(scope, { runtime, to: acceptor.port });
        const { requestor, acceptor: to } = await associate({ port: proxy.port, acceptor });
        // The first block makes the file; before that there is nothing to be read.
        await until(() => capturesIn(proxy.folder).length > 0, "the capture");
        proxy.process.signal("SIGTERM");
        await refuses(proxy.port);
        assert.equal(proxy.process.over, false);
        proxy.process.signal("SIGTERM");
        await proxy.process.exit();
        await Promise.all([requestor.ended(), to.ended()]);
        // The end may have come in the middle of a write: 1 and what is torn, instead of 0.
        const args = ["show", "--json", "-v", ...capturesIn(proxy.folder)];
        const { code, stdout, stderr } = await dicomtap(scope, runtime, args);
        assert.ok(code === 0 || (code === 1 && /ends inside a block/.test(stderr)), stderr);
        // Beside it what refuses() opened.
        const titles = readShown(stdout).map(({ association }) => association.calling_ae_title);
        assert.ok(titles.filter((title) => title === "LOAD").length <= 1, titles.join());
      });
    });

    test("R-20 a second proxy on the same directory forwards but does not record", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const first = await startProxy(scope, { runtime, to: acceptor.port });
        const { folder } = first;
        const second = await startProxy(scope, { runtime, to: acceptor.port, folder });
        const one = await associate({ port: first.port, acceptor });
        const other = await associate({ port: second.port, acceptor, callingAeTitle: "UNSEEN" });
        await release(one);
        await release(other);
        // The second one first: when the directory is free again it would go on there.
        for (const proxy of [second, first]) {
          await stopProcess(proxy.process);
        }
        assert.match(second.process.stderr, /record/i);
        await assertSound(scope, runtime, folder);
        const shown = await show(scope, runtime, capturesIn(folder));
        const titles = shown.map(({ association }) => association.calling_ae_title);
        console.log(`R-20: 2 proxies forwarded, recorded: ${titles.join(" ")}`);
        assert.deepEqual(titles, ["LOAD"]);
      });
    });

    test("R-11 rotation under load loses and splits nothing", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const args = ["--rotate-size", "256KiB"];
        const proxy = await startProxy(scope, { runtime, to: acceptor.port, args });
        const associations = 12;
        const stores = 8;
        for (let n = 0; n < associations; n++) {
          const association = await associate({ port: proxy.port, acceptor });
          for (let index = 0; index < stores; index++) {
            await association.requestor.send(storePdus(index));
          }
          await release(association);
        }
        await stopProcess(proxy.process);
        await assertSound(scope, runtime, proxy.folder);
        const files = capturesIn(proxy.folder);
        const shown = await show(scope, runtime, files);
        const messages = shown.reduce((sum, one) => sum + one.messages.length, 0);
        console.log(
          `R-11: ${files.length} files, ${shown.length} associations, ${messages} messages`,
        );
        assert.ok(files.length > 3, `${files.length} files`);
        assert.equal(shown.length, associations);
        assert.equal(messages, associations * stores);
        assert.ok(shown.every(({ messages: all }) => all.every((one) => one.data_set?.complete)));
      });
    });

    test("P-15 AE titles from the wire reach no output raw", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const words = await startProxyInWords(scope, { runtime, to: acceptor.port });
        for (const callingAeTitle of HOSTILE_TITLES) {
          await release(await associate({ port: words.port, acceptor, callingAeTitle }));
        }
        await stopProcess(words.process);
        const outputs = [words.process.stdout, words.process.stderr];
        for (const detail of [[], ["-v"], ["-vv"], ["-vv", "--hex"], ["--json", "-v"]]) {
          const args = ["show", ...detail, ...capturesIn(words.folder)];
          const { code, stdout, stderr } = await dicomtap(scope, runtime, args);
          assert.equal(code, 0, stderr);
          outputs.push(stdout, stderr);
        }
        const raw = outputs.filter((text) => CONTROLS.test(text) || /^FORGED/m.test(text));
        console.log(
          `P-15: ${HOSTILE_TITLES.length} titles, ${outputs.length} outputs, ${raw.length} raw`,
        );
        assert.deepEqual(raw, []);
      });
    });

    test("a reader of the output that goes away does no harm (failure mode 26)", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const folder = scope.tempDir();
        const route = `--listen 127.0.0.1:0 --to 127.0.0.1:${acceptor.port} --record ${folder}`;
        const proxy = `${shellWords(runtime.dicomtap)} proxy --json ${route} --dashboard off`;
        // The second reader closes the pipe that head leaves behind.
        const reader = "{ head -1; exec 0<&-; echo gone >&2; sleep 30; }";
        const shell = scope.start(["sh", "-c", `${proxy} | ${reader}`]);
        await shell.line(/^gone$/);
        const ready = JSON.parse(await shell.line(/"ready"/));
        const port = Number(/:(\d+)$/.exec(ready.routes[0].listen)?.[1]);
        for (let n = 0; n < 5; n++) await release(await associate({ port, acceptor }));
        const shown = await scope.run([
          ...["sh", "-c"],
          `${shellWords(runtime.dicomtap)} show -vv --hex ${folder}/*.dcap | head -1`,
        ]);
        assert.doesNotMatch(shown.stderr, /EPIPE|Error|^ +at /m);
        assert.equal(shown.code, 0);
      });
    });
  });
}

/** Resolves when the port no longer takes connections. */
async function refuses(port: number): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => {
        socket.resetAndDestroy(); // the proxy does not wait for it
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (!open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Port ${port} still takes connections`);
}

/** Without --json: what a person at a terminal sees. */
async function startProxyInWords(
  scope: Scope,
  { runtime, to }: { runtime: StartableRuntime; to: number },
) {
  const folder = scope.tempDir();
  const route = ["--listen", "127.0.0.1:0", "--to", `127.0.0.1:${to}`, "--record", folder];
  const command = [...runtime.dicomtap, "proxy", ...route, "--dashboard", "off"];
  const process = scope.start(command);
  const line = await process.line(/127\.0\.0\.1:\d+/);
  return { process, folder, port: Number(/127\.0\.0\.1:(\d+)/.exec(line)?.[1]) };
}
