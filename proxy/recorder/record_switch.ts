/**
 * Recording switched off and on while the proxy runs: it is about associations that open from then
 * on. One that is being recorded is recorded to its end, and one that was not stays so.
 */
import type { CaptureRecord } from "../../src/capture/record.ts";

export class RecordSwitch {
  on: boolean;
  readonly #left = new Set<number>();

  constructor(on: boolean) {
    this.on = on;
  }

  /** Whatever comes is taken, as long as nothing is switched. */
  get takesAll(): boolean {
    return this.on && this.#left.size === 0;
  }

  takes(record: CaptureRecord): boolean {
    if (!("association" in record)) return true;
    const { association: id, kind } = record;
    if (kind === "open" && !this.on) this.#left.add(id);
    const isLeft = this.#left.has(id);
    if (kind === "close") this.#left.delete(id);
    return !isLeft;
  }
}
