/** The commands as a user types them: what starts, what is refused, and with which words and exit code. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "vitest";
import { freePort } from "../support/ports.ts";
import { inScope, type Scope } from "../support/process.ts";
import type { StartableRuntime } from "../support/runtimes.ts";
import {
  assertSound,
  capturesIn,
  dicomtap,
  runtimesUnderTest,
  show,
  startProxy,
  stopProcess,
} from "./dicomtap.ts";
import { startAcceptor } from "./scripted_peer.ts";
import { associate, release, storePdus } from "./store_load.ts";

const DAMAGE = 64;

for (const runtime of runtimesUnderTest()) {
  describe(`dicomtap on ${runtime.name}`, () => {
    test("demo shows a decoded association, and SIGTERM leaves a sound capture", async () => {
      await inScope(async (scope) => {
        const folder = scope.tempDir();
        const args = ["demo", "--json", "--record", folder, "--dashboard", "off"];
        const demo = scope.start([...runtime.dicomtap, ...args]);
        await demo.line(/"event":"ready"/);
        const line = await demo.line(/"kind":"association".*"outcome":"released"/);
        assert.ok(JSON.parse(line).calling_ae_title.length > 0);
        await stopProcess(demo);
        await assertSound(scope, runtime, folder);
        assert.ok((await show(scope, runtime, capturesIn(folder))).length > 0);
      });
    });

    test("usage errors name the option, give a hint and exit with 2", async () => {
      await inScope(async (scope) => {
        const cases: readonly (readonly [string, RegExp])[] = [
          ["proxy --listen 11112", /--to/],
          ["proxy --listen 127.0.0.1:0 --to 127.0.0.1:104 --recrod x", /--recrod[\s\S]*--record/],
          ["proxy --listen 127.0.0.1:0 --to 127.0.0.1:104 --drain soon", /--drain[\s\S]*10s/],
          ["proxy --listen 127.0.0.1:0 --to 127.0.0.1", /--to/],
          ["verify", /CAPTURE/],
          ["shwo x.dcap", /shwo[\s\S]*show/],
        ];
        for (const [words, expected] of cases)
          await refused(scope, runtime, { words, code: 2, expected });
      });
    });

    test("F-16 a target that is the proxy itself is refused in words", async () => {
      await inScope(async (scope) => {
        const port = await freePort();
        const words = `proxy --listen 127.0.0.1:${port} --to 127.0.0.1:${port} --no-record --dashboard off`;
        await refused(scope, runtime, { words, code: 2, expected: /the proxy itself/ });
      });
    });

    test("a port in use and an address of somebody else exit with 3, in words", async () => {
      await inScope(async (scope) => {
        const server = createServer();
        await new Promise<void>((resolve) => {
          server.listen(0, "127.0.0.1", resolve);
        });
        scope.defer(() => {
          server.close();
        });
        const { port } = server.address() as { port: number };
        const rest = "--to 127.0.0.1:104 --no-record --dashboard off";
        const inUse = `proxy --listen 127.0.0.1:${port} ${rest}`;
        await refused(scope, runtime, {
          words: inUse,
          code: 3,
          expected: new RegExp(`${port}.*in use`),
        });
        const foreign = `proxy --listen 203.0.113.5:11112 ${rest}`; // TEST-NET-3, RFC 5737
        await refused(scope, runtime, { words: foreign, code: 3, expected: /203\.0\.113\.5/ });
      });
    });

    test("R-03 verify says where a capture is damaged, repair saves the rest", async () => {
      await inScope(async (scope) => {
        const folder = scope.tempDir();
        await recordStores(scope, { runtime, folder });
        const [capture = ""] = capturesIn(folder);
        const bytes = readFileSync(capture);
        bytes.fill(0xc1, bytes.length >> 1, (bytes.length >> 1) + DAMAGE);
        const damaged = join(folder, "damaged.dcap");
        writeFileSync(damaged, bytes);
        const verified = await dicomtap(scope, runtime, ["verify", damaged]);
        assert.equal(verified.code, 1, verified.stderr);
        assert.match(verified.stdout + verified.stderr, /octet|offset/i);
        const repaired = join(folder, "repaired.dcap");
        const repair = await dicomtap(scope, runtime, ["repair", damaged, "-o", repaired]);
        assert.equal(repair.code, 0, repair.stderr);
        assert.equal((await dicomtap(scope, runtime, ["verify", repaired])).code, 0);
        const before = await show(scope, runtime, [capture]);
        const after = await show(scope, runtime, [repaired]);
        const whole = after.filter(({ association }) => association.gaps === 0);
        console.log(`R-03: ${whole.length} of ${before.length} associations whole after repair`);
        // A block holds 256 KiB, an association has 129: one hole touches three at most.
        assert.ok(whole.length >= before.length - 3, "more is missing than one block");
      });
    });

    test("what is no capture is refused in words, with exit code 1", async () => {
      await inScope(async (scope) => {
        const folder = scope.tempDir();
        const files = {
          "empty.dcap": [Buffer.alloc(0), /empty/],
          "text.dcap": [Buffer.from("Dear reader, this is a letter.\n"), /text/],
          "part10.dcap": [Buffer.concat([Buffer.alloc(128), Buffer.from("DICM")]), /DICOM/],
          "noise.dcap": [Buffer.alloc(4096, 0xc1), /capture/],
        } as const;
        for (const [name, [bytes, expected]] of Object.entries(files)) {
          writeFileSync(join(folder, name), bytes);
          for (const command of ["verify", "show"]) {
            const words = `${command} ${join(folder, name)}`;
            await refused(scope, runtime, { words, code: 1, expected });
          }
        }
      });
    });
  });
}

interface Refusal {
  readonly words: string;
  readonly code: number;
  readonly expected: RegExp;
}

async function refused(
  scope: Scope,
  runtime: StartableRuntime,
  { words, code, expected }: Refusal,
): Promise<void> {
  const done = await dicomtap(scope, runtime, words.split(" "));
  const text = done.stdout + done.stderr;
  assert.equal(done.code, code, `${words}: ${text}`);
  assert.match(text, expected, words);
  assert.doesNotMatch(text, /^\s+at |please report/m, words);
}

async function recordStores(
  scope: Scope,
  { runtime, folder }: { runtime: StartableRuntime; folder: string },
): Promise<void> {
  const acceptor = await startAcceptor(scope);
  const proxy = await startProxy(scope, { runtime, to: acceptor.port, folder });
  for (let n = 0; n < 10; n++) {
    const association = await associate({ port: proxy.port, acceptor });
    for (let index = 0; index < 4; index++) await association.requestor.send(storePdus(index));
    await release(association);
  }
  await stopProcess(proxy.process);
}
