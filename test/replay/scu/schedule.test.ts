import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { pauseMs, readSpeed, wait, within } from "../../../replay/scu/pace.ts";
import { runSchedule, type ScheduleOptions, type Timed } from "../../../replay/scu/schedule.ts";

const MAX = { speed: Number.POSITIVE_INFINITY, maxGapUs: Number.POSITIVE_INFINITY };

/** Associations that begin and end when the test says so. */
class Stage {
  readonly log: string[] = [];
  readonly #ends = new Map<string, () => void>();
  readonly #begun = new Map<string, () => void>();
  #most = 0;
  #now = 0;

  get most(): number {
    return this.#most;
  }

  item(name: string, startedAt: number, endedAt: number): Timed {
    return {
      startedAt,
      endedAt,
      counts: true,
      play: async () => {
        this.log.push(`+${name}`);
        this.#most = Math.max(this.#most, ++this.#now);
        this.#begun.get(name)?.();
        await new Promise<void>((resolve) => this.#ends.set(name, resolve));
        this.#now--;
        this.log.push(`-${name}`);
      },
    };
  }

  async begun(name: string): Promise<void> {
    if (this.log.includes(`+${name}`)) return;
    await new Promise<void>((resolve) => this.#begun.set(name, resolve));
  }

  async end(name: string): Promise<void> {
    await this.begun(name);
    this.#ends.get(name)?.();
  }
}

function options(changes: Partial<ScheduleOptions> = {}): ScheduleOptions {
  return {
    pace: MAX,
    concurrency: "recorded",
    repeat: 1,
    ratePerSecond: undefined,
    signal: new AbortController().signal,
    lag: () => undefined,
    ...changes,
  };
}

describe("runSchedule()", () => {
  test("begins an association when those have ended that had ended before it", async () => {
    const stage = new Stage();
    const items = [stage.item("a", 0, 10), stage.item("b", 5, 20), stage.item("c", 12, 30)];
    const run = runSchedule(options(), () => items);
    await stage.begun("b"); // It overlapped a, so it does not wait for it.
    assert.deepEqual(stage.log, ["+a", "+b"]);
    await stage.end("a");
    await stage.begun("c"); // It overlapped b.
    assert.deepEqual(stage.log, ["+a", "+b", "-a", "+c"]);
    await stage.end("b");
    await stage.end("c");
    await run;
  });

  test("a number of associations at once is kept to, and the order is given up for it", async () => {
    const stage = new Stage();
    const items = ["a", "b", "c", "d", "e"].map((name, at) =>
      stage.item(name, at * 10, at * 10 + 5),
    );
    const run = runSchedule(options({ concurrency: 2 }), () => items);
    for (const name of ["a", "b", "c", "d", "e"]) await stage.end(name);
    await run;
    assert.deepEqual(stage.log.slice(0, 2), ["+a", "+b"]);
    assert.equal(stage.most, 2);
  });

  test("repetitions are played one after another, or beside each other in their own order", async () => {
    const serial = new Stage();
    const first = runSchedule(options({ repeat: 2 }), (n) => [serial.item(`a${n}`, 0, 1)]);
    await serial.end("a0");
    await serial.end("a1");
    await first;
    assert.deepEqual(serial.log, ["+a0", "-a0", "+a1", "-a1"]);

    const beside = new Stage();
    const second = runSchedule(options({ repeat: 3, concurrency: 2 }), (n) => [
      beside.item(`a${n}`, 0, 1),
      beside.item(`b${n}`, 2, 3),
    ]);
    await beside.begun("a1");
    assert.deepEqual(beside.log, ["+a0", "+a1"], "two repetitions; b0 waits for a0");
    for (const name of ["a0", "b0", "a1", "b1", "a2", "b2"]) await beside.end(name);
    await second;
    assert.equal(beside.most, 2);
    assert.ok(beside.log.indexOf("+b1") > beside.log.indexOf("-a1"));
  });

  test("a schedule that cannot be kept is told", async () => {
    const lags: number[] = [];
    const pace = { speed: 1, maxGapUs: Number.POSITIVE_INFINITY };
    // The second is due at once, and the first, which had ended before it, takes its time.
    const items = [0, 1].map((at): Timed => {
      const play = () => wait(at === 0 ? 20 : 0, undefined);
      return { startedAt: at, endedAt: at, counts: true, play };
    });
    await runSchedule(options({ pace, lag: (ms) => lags.push(ms) }), () => items);
    assert.ok(Math.max(...lags) >= 15, String(lags));
  });

  test("a rate that cannot be kept is told, with all that it lags behind", async () => {
    const lags: number[] = [];
    const lag = (ms: number) => lags.push(ms);
    // 20 of 10 ms each, one after another, take longer than 20 of 1 ms.
    const play = () => wait(10, undefined);
    await runSchedule(options({ ratePerSecond: 1000, repeat: 20, lag }), () => [
      { startedAt: 0, endedAt: 1, counts: true, play },
    ]);
    assert.ok(Math.max(...lags) >= 100, String(lags));
  });

  test("an interrupted run waits for nothing any more", async () => {
    const stop = new AbortController();
    const pace = { speed: 1, maxGapUs: Number.POSITIVE_INFINITY };
    const played: number[] = [];
    const items = [0, 1].map((at): Timed => {
      const play = async () => void played.push(at);
      return { startedAt: at * 3_600e6, endedAt: at * 3_600e6, counts: true, play };
    });
    const run = runSchedule(options({ pace, signal: stop.signal }), () => items);
    stop.abort();
    await run;
    assert.deepEqual(played, [0, 1], "each is played in its turn, to say that it was stopped");
  });
});

describe("pauseMs()", () => {
  test("X-04 gives pauses as recorded, scaled, capped or none", () => {
    const all = Number.POSITIVE_INFINITY;
    assert.equal(pauseMs({ speed: 1, maxGapUs: all }, 1_500_000), 1500);
    assert.equal(pauseMs({ speed: 2, maxGapUs: all }, 1_500_000), 750);
    assert.equal(pauseMs({ speed: 2, maxGapUs: 1_000_000 }, 1_500_000), 500);
    assert.equal(pauseMs({ speed: all, maxGapUs: all }, 1_500_000), 0);
    for (const odd of [-5, Number.NaN, 0])
      assert.equal(pauseMs({ speed: 1, maxGapUs: all }, odd), 0);
  });

  test("readSpeed() reads what people write, and nothing else", () => {
    assert.equal(readSpeed("recorded"), 1);
    assert.equal(readSpeed("max"), Number.POSITIVE_INFINITY);
    assert.equal(readSpeed("2x"), 2);
    assert.equal(readSpeed("0.5x"), 0.5);
    for (const text of ["", "x", "2", "0x", "-1x", "1e9x", "2x2", "MAX"]) {
      assert.equal(readSpeed(text), undefined, text);
    }
  });

  test("within() tells whether the work was done before the time was over", async () => {
    assert.equal(await within(10_000, Promise.resolve(), undefined), true);
    assert.equal(await within(1, new Promise(() => undefined), undefined), false);
    const never = new Promise(() => undefined);
    assert.equal(await within(10_000, never, AbortSignal.abort()), false);
  });
});
