/** R-06 and failure mode 1: the disk is full, the traffic does not notice, the capture says what is missing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { missing } from "../support/partner.ts";
import { inScope, type Scope } from "../support/process.ts";
import {
  assertSound,
  capturesIn,
  runtimesUnderTest,
  show,
  startProxy,
  stopProcess,
} from "./dicomtap.ts";
import { startAcceptor } from "./scripted_peer.ts";
import { associate, release, storePdus } from "./store_load.ts";

const STORES = 1_600; // 50 MiB
const canMount = mayMount();
if (!canMount) missing("a small file system of its own (mount)", "run the tests as root");

for (const runtime of runtimesUnderTest()) {
  describe.skipIf(!canMount)(`a full disk under dicomtap on ${runtime.name}`, () => {
    for (const queue of ["32MiB", "256KiB"]) {
      test(`R-06 forwarding goes on, and gap records state what is missing (queue of ${queue})`, async () => {
        await inScope(async (scope) => {
          const folder = mountSmall(scope);
          const acceptor = await startAcceptor(scope);
          const args = ["--queue", queue];
          const proxy = await startProxy(scope, { runtime, to: acceptor.port, folder, args });
          const first = await associate({ port: proxy.port, acceptor });
          for (let index = 0; index < STORES; index++) await first.requestor.send(storePdus(index));
          await release(first);
          const passed = first.acceptor.received;
          assert.equal(first.acceptor.digests().received, first.requestor.digests().sent);
          await stopProcess(proxy.process);
          // There is no room for a gap record: the log says what the capture cannot.
          const [shown] = await show(scope, runtime, capturesIn(folder));
          const recorded = shown?.association.bytes ?? { requestor: 0, acceptor: 0 };
          const told = /(\d+) octets of requestors and (\d+) of acceptors are in no capture/.exec(
            proxy.process.stderr,
          );
          const lost = { requestor: Number(told?.[1]), acceptor: Number(told?.[2]) };
          const unreported = {
            requestor: first.acceptor.received - recorded.requestor - lost.requestor,
            acceptor: first.requestor.received - recorded.acceptor - lost.acceptor,
          };
          console.log(
            `R-06: ${passed} octets forwarded, 0 altered, ${recorded.requestor} recorded, ${lost.requestor} told lost, ${unreported.requestor} unreported`,
          );
          assert.match(proxy.process.stderr, /Recording is paused.*disk is full/);
          assert.deepEqual(unreported, { requestor: 0, acceptor: 0 });
          await assertSound(scope, runtime, folder);
        });
      });
    }

    test("R-07 recording resumes when there is room again, with no tear", async () => {
      await inScope(async (scope) => {
        const folder = mountSmall(scope);
        const ballast = join(folder, "ballast");
        writeFileSync(ballast, Buffer.alloc(900_000));
        const acceptor = await startAcceptor(scope);
        const proxy = await startProxy(scope, { runtime, to: acceptor.port, folder });
        const full = await associate({ port: proxy.port, acceptor, callingAeTitle: "FULL" });
        for (let index = 0; index < 64; index++) await full.requestor.send(storePdus(index));
        await release(full);
        await proxy.process.line(/Recording is paused/);
        rmSync(ballast);
        // Recording tries again by itself, each time after twice as long: the longer this machine took
        // to free the space, the later. Each association may be the first that has room.
        let attempts = 0;
        for (; attempts < 400 && !isRecorded(proxy.process.stdout, "ROOM"); attempts++) {
          const late = await associate({ port: proxy.port, acceptor, callingAeTitle: "ROOM" });
          await late.requestor.send(storePdus(0));
          await release(late);
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
        const last = await associate({ port: proxy.port, acceptor, callingAeTitle: "ROOM" });
        await last.requestor.send(storePdus(0));
        await release(last);
        await stopProcess(proxy.process);
        const shown = await show(scope, runtime, capturesIn(folder));
        const whole = shown.filter(
          ({ association, messages }) =>
            association.calling_ae_title === "ROOM" && messages[0]?.data_set?.complete === true,
        );
        console.log(
          `R-07: ${whole.length} of ${attempts + 1} associations recorded after space was freed`,
        );
        assert.ok(whole.length > 0);
        const before = shown.find(({ association }) => association.calling_ae_title === "FULL");
        assert.equal(before?.association.bytes.requestor, full.acceptor.received);
        assert.ok((before?.association.gaps ?? 0) > 0, "no gap is told");
        await assertSound(scope, runtime, folder);
      });
    });
  });
}

/** Whether an association of this AE is in a capture, by the lines of `proxy --json`. */
function isRecorded(stdout: string, callingAeTitle: string): boolean {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
    .some((line) => line.calling_ae_title === callingAeTitle && line.capture !== "");
}

/** A file system of 1 MiB, unmounted when the scope closes. */
function mountSmall(scope: Scope): string {
  const folder = scope.tempDir();
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", folder]);
  if (mounted.status !== 0) throw new Error(`mount: ${mounted.stderr}`);
  scope.defer(() => {
    spawnSync("umount", ["-l", folder]);
  });
  return folder;
}

/** Whether this process may mount: CAP_SYS_ADMIN is bit 21 of the effective capabilities. */
function mayMount(): boolean {
  try {
    const effective = /CapEff:\s+([0-9a-f]+)/.exec(
      readFileSync("/proc/self/status", "latin1"),
    )?.[1];
    return ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
  } catch {
    return false;
  }
}
