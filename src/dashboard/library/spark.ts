/**
 * The spark of activity in a list: octets of both AEs in equal parts of an association's duration.
 */
import type { CaptureRecord } from "../../capture/record.ts";
import { trafficOf } from "../../capture/record.ts";

export const SPARK_PARTS = 24;

/** Of records that were read back. */
export function sparkOf(records: Iterable<CaptureRecord>): readonly number[] | null {
  const spark = new Spark();
  let origin: number | undefined;
  for (const record of records) {
    if (!("association" in record)) continue;
    origin ??= record.at;
    const length = trafficOf(record);
    if (length > 0) spark.add(record.at - origin, length);
  }
  return spark.parts();
}

/**
 * Built while time goes on: when the parts are full, two of them become one. Any unit of time; the
 * first parts are of `first` units.
 */
export class Spark {
  readonly #parts = new Float64Array(2 * SPARK_PARTS);
  #width: number;
  #end = 0;

  constructor(first = 1_000) {
    this.#width = first;
  }

  add(at: number, length: number): void {
    while (at >= this.#width * this.#parts.length) this.#halve();
    const part = Math.max(0, Math.floor(at / this.#width));
    this.#parts[part] = (this.#parts[part] ?? 0) + length;
    this.#end = Math.max(this.#end, part + 1);
  }

  /** Null where nothing passed. */
  parts(): readonly number[] | null {
    if (this.#end === 0) return null;
    const taken = this.#parts.subarray(0, this.#end);
    if (taken.length <= SPARK_PARTS) return [...taken];
    const pairs = Array.from(
      { length: Math.ceil(taken.length / 2) },
      (_, i) => (taken[2 * i] ?? 0) + (taken[2 * i + 1] ?? 0),
    );
    return pairs;
  }

  #halve(): void {
    const half = this.#parts.length / 2;
    for (let i = 0; i < half; i++) {
      this.#parts[i] = (this.#parts[2 * i] ?? 0) + (this.#parts[2 * i + 1] ?? 0);
    }
    this.#parts.fill(0, half);
    this.#width *= 2;
    this.#end = Math.ceil(this.#end / 2);
  }
}
