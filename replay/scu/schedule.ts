/**
 * When recorded associations begin again: in their order, as many at once as in the recording or as
 * asked for, at their times or as fast as can be.
 *
 * Rule: of one repetition, an association begins when those have ended that had ended before it in
 * the recording: what it asks for may depend on them. Only where a number of associations at once is
 * asked for, and nothing is repeated, that order is given up for the number.
 * Rule: a schedule that cannot be kept is told (`lag`), not caught up with by force.
 */
import { type Pace, wait } from "./pace.ts";

export interface Timed {
  /** Microseconds of one clock. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** False: it makes no association of ours, and takes no place of theirs. */
  readonly counts: boolean;
  play(): Promise<void>;
}

export interface ScheduleOptions {
  readonly pace: Pace;
  readonly concurrency: "recorded" | number;
  readonly repeat: number;
  readonly ratePerSecond: number | undefined;
  readonly signal: AbortSignal;
  /** An association begins so many milliseconds later than it should. */
  readonly lag: (ms: number) => void;
  /** A repetition has ended. */
  readonly over?: (n: number) => void;
}

/** Plays each repetition; resolves when all have ended. */
export async function runSchedule(
  options: ScheduleOptions,
  repetition: (n: number) => Iterable<Timed>,
): Promise<void> {
  const { concurrency, repeat, signal } = options;
  const places = new Places(concurrency === "recorded" ? Number.POSITIVE_INFINITY : concurrency);
  const rate = new Rate(options);
  const atOnce = concurrency === "recorded" ? 1 : Math.min(concurrency, repeat);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < repeat && !signal.aborted) {
      const n = next++;
      await runRepetition(repetition(n), { ...options, places, rate });
      options.over?.(n);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

interface Shared extends ScheduleOptions {
  readonly places: Places;
  readonly rate: Rate;
}

async function runRepetition(items: Iterable<Timed>, shared: Shared): Promise<void> {
  const { concurrency, repeat, signal } = shared;
  const keepsOrder = concurrency === "recorded" || repeat > 1;
  const clock = concurrency === "recorded" ? new Clock(shared.pace) : undefined;
  const playing = new Map<Timed, Promise<void>>();
  for (const item of items) {
    const due = clock?.due(item);
    if (keepsOrder) {
      const before = [...playing].filter(([other]) => other.endedAt <= item.startedAt);
      await Promise.all(before.map(([, over]) => over));
    }
    if (due !== undefined) await wait(due - performance.now(), signal);
    if (item.counts) {
      await shared.places.take();
      await shared.rate.turn();
    }
    if (due !== undefined && due > 0) shared.lag(performance.now() - due);
    const over = item.play().finally(() => {
      playing.delete(item);
      if (item.counts) shared.places.give();
    });
    playing.set(item, over);
  }
  await Promise.all(playing.values());
}

/** When each is due by its recorded time; times in which nothing was open count as pauses. */
class Clock {
  readonly #pace: Pace;
  readonly #start = performance.now();
  #first: number | undefined;
  #busyUntil = 0;
  #cutUs = 0;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Milliseconds of `performance.now`; undefined where there is no schedule. */
  due({ startedAt, endedAt }: Timed): number | undefined {
    const { speed, maxGapUs } = this.#pace;
    if (speed === Number.POSITIVE_INFINITY) return undefined;
    if (this.#first === undefined) {
      this.#first = startedAt;
      this.#busyUntil = startedAt;
    }
    const idle = startedAt - this.#busyUntil;
    if (idle > maxGapUs) this.#cutUs += idle - maxGapUs;
    this.#busyUntil = Math.max(this.#busyUntil, endedAt);
    return this.#start + (startedAt - this.#first - this.#cutUs) / 1000 / speed;
  }
}

/** How many associations there may be at once. */
class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/** How many associations may begin in a second. */
class Rate {
  readonly #intervalMs: number;
  readonly #options: ScheduleOptions;
  readonly #start = performance.now();
  #begun = 0;
  #next = performance.now();

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#intervalMs = options.ratePerSecond === undefined ? 0 : 1000 / options.ratePerSecond;
  }

  async turn(): Promise<void> {
    if (this.#intervalMs === 0) return;
    const now = performance.now();
    const late = now - this.#start - this.#begun++ * this.#intervalMs;
    if (late > this.#intervalMs) this.#options.lag(late);
    const due = Math.max(this.#next, now - this.#intervalMs);
    this.#next = due + this.#intervalMs;
    await wait(due - now, this.#options.signal);
  }
}
