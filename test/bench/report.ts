/**
 * Ratios of one run and the table of targets. A row that was not measured says why; none is left
 * out.
 */

export interface Row {
  /** "B-1" and so on, performance targets of the project. */
  readonly id: string;
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  /** `undefined`: not measured, or a figure without a target. */
  readonly met: boolean | undefined;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** Round by round, so that a machine that is busy for a while does not favour one of the two. */
export function ratios(values: readonly number[], base: readonly number[]): Spread {
  return spread(values.map((value, round) => value / (base[round] ?? Number.NaN)));
}

export function show({ median, min, max }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} [${min.toFixed(digits)}-${max.toFixed(digits)}]`;
}

export function notMeasured(id: string, what: string, why: string): Row {
  return { id, what, measured: `not measured: ${why}`, target: "", met: undefined };
}

export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.id,
    row.what,
    row.measured,
    row.target,
    row.met === undefined ? "" : row.met ? "met" : "NOT MET",
  ]);
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...cells.map((row) => (row[column] ?? "").length)),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
