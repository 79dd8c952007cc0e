/** the clock of day is set while a proxy records, a day ahead and back again. */
import assert from "node:assert/strict";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { CaptureRecord } from "../../src/capture/record.ts";
import { readAll } from "../support/captures.ts";
import { inScope, type Scope } from "../support/process.ts";
import { ROOT, type StartableRuntime } from "../support/runtimes.ts";
import { until } from "../support/tcp_peers.ts";
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
import { associate, release } from "./store_load.ts";

const DAY_MS = 86_400_000;

for (const runtime of runtimesUnderTest()) {
  describe(`the clock on ${runtime.name}`, () => {
    test("R-14 a jump of a day each way is shown, and no order is lost", async () => {
      await inScope(async (scope) => {
        const clock = new JumpingClock(scope);
        const acceptor = await startAcceptor(scope);
        const proxy = await startProxy(scope, { runtime: clock.on(runtime), to: acceptor.port });
        const { port, folder } = proxy;
        const before = await associate({ port, acceptor, callingAeTitle: "BEFORE" });
        await clock.jump(DAY_MS, folder);
        await release(before);
        const between = await associate({ port, acceptor, callingAeTitle: "BETWEEN" });
        await release(between);
        await clock.jump(0, folder); // nobody is there to be told
        await release(await associate({ port, acceptor, callingAeTitle: "AFTER" }));
        await stopProcess(proxy.process);
        await assertSound(scope, runtime, folder);

        const times = recordsIn(folder).flatMap((record) => ("at" in record ? [record.at] : []));
        const disorder = times.filter((at, index) => at < (times[index - 1] ?? 0)).length;
        assert.equal(disorder, 0);
        const captures = capturesIn(folder);
        const shown = (await show(scope, runtime, captures)).map(({ association }) => association);
        assert.deepEqual(
          shown.map(({ calling_ae_title, findings }) => [
            calling_ae_title,
            findings.map(({ id, severity }) => `${severity} ${id}`),
          ]),
          [
            ["BEFORE", ["note clock-set"]],
            ["BETWEEN", []],
            ["AFTER", ["note clock-set"]],
          ],
        );
        // The same where the index does not say it.
        const scanned = await dicomtap(scope, runtime, ["show", "-v", "--scan", ...captures]);
        assert.match(scanned.stdout, /was set 1d( 0h)? ahead, or its machine slept/);
        assert.match(scanned.stdout, /was set 1d( 0h)? back:/);
        const durations = shown.map(({ duration_ms }) => Number(duration_ms));
        assert.ok(durations.every((ms) => ms >= 0 && ms < DAY_MS / 2));
        console.log(
          `R-14: 2 jumps of a day, ${times.length} records, ${disorder} order errors, both shown`,
        );
      });
    });
  });
}

/** The clock of a program that is started with `on`. */
class JumpingClock {
  readonly #file: string;
  #jumps = 0;

  constructor(scope: Scope) {
    this.#file = join(scope.tempDir(), "ahead");
    writeFileSync(this.#file, "0");
  }

  on(runtime: StartableRuntime): StartableRuntime {
    const [program = "", ...args] = runtime.dicomtap.slice(runtime.command.length);
    const wrapped = [join(ROOT, "test/support/jumping_clock.mjs"), this.#file, program, ...args];
    return { ...runtime, dicomtap: [...runtime.command, ...wrapped] };
  }

  /** Sets the clock, and waits until the recording says so. */
  async jump(aheadMs: number, folder: string): Promise<void> {
    writeFileSync(`${this.#file}.new`, String(aheadMs));
    renameSync(`${this.#file}.new`, this.#file);
    this.#jumps++;
    await until(
      () => recordsIn(folder).filter(({ kind }) => kind === "clock").length === this.#jumps,
      `${this.#jumps} clock records in the capture`,
    );
  }
}

function recordsIn(folder: string): CaptureRecord[] {
  return capturesIn(folder)
    .map((path) => new Uint8Array(readFileSync(path)))
    .filter((bytes) => bytes.length > 0) // its header may not be written yet
    .flatMap((bytes) =>
      readAll(bytes).flatMap((found) => (found.item === "record" ? [found.record] : [])),
    );
}
