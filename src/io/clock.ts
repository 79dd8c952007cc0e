/**
 * The time of a recording: one monotonic clock in whole microseconds for the order of things, and the
 * wall clock beside it, which may jump.
 */
export interface RecordingClock {
  /** Microseconds since this clock was made; never runs backwards. */
  readonly micros: () => number;
  /** Microseconds since 1970-01-01 UTC, as the wall clock says now. */
  readonly wallMicros: () => number;
}

export function systemClock(): RecordingClock {
  const origin = performance.now();
  return {
    micros: () => Math.floor((performance.now() - origin) * 1000),
    wallMicros: () => Date.now() * 1000,
  };
}

/** How far the two clocks may drift apart between two looks before it is a jump, microseconds. */
const JUMP = 500_000;

/** Notices that the wall clock was set. `look` gives the new wall time when it was. */
export class ClockWatch {
  readonly #clock: RecordingClock;
  #offset: number;

  constructor(clock: RecordingClock) {
    this.#clock = clock;
    this.#offset = clock.wallMicros() - clock.micros();
  }

  look(): { readonly at: number; readonly wallUs: number } | undefined {
    // A thread that is put aside between the two readings sees a jump that is none: read again.
    const first = this.#read();
    const now = first.jumped ? this.#read() : first;
    this.#offset = now.wallUs - now.at;
    return now.jumped ? { at: now.at, wallUs: now.wallUs } : undefined;
  }

  #read(): { readonly at: number; readonly wallUs: number; readonly jumped: boolean } {
    const at = this.#clock.micros();
    const wallUs = this.#clock.wallMicros();
    return { at, wallUs, jumped: Math.abs(wallUs - at - this.#offset) > JUMP };
  }
}
