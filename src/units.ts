/**
 * Durations and sizes as people write them (`500ms 10s 2m 1h`, `64KiB 512MiB 10GiB`), read and
 * written. One reading for the command line, the configuration file and the filter language.
 */

const MILLISECONDS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const OCTETS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  tb: 1000 ** 4,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

export const DURATION_FORMAT = "a duration such as 500ms, 10s, 2m or 1h";
export const SIZE_FORMAT = "a size such as 64KiB, 512MiB or 10GiB";

/** Milliseconds, or `undefined` when the text is not a duration. The unit is required. */
export function parseDurationMs(text: string): number | undefined {
  return parseAmount(text, MILLISECONDS);
}

/** Octets (a whole number), or `undefined` when the text is not a size. `1000` means octets. */
export function parseSize(text: string): number | undefined {
  const octets = parseAmount(text, OCTETS);
  return octets === undefined ? undefined : Math.round(octets);
}

/** A duration for people: `850us`, `12.3ms`, `4.21s`, `3m 20s`, `2h 5m`. */
export function formatDurationMs(ms: number): string {
  if (ms < 0) return `-${formatDurationMs(-ms)}`;
  if (ms < 1) return `${Math.round(ms * 1000)}us`;
  if (ms < 1000) return `${significant(ms)}ms`;
  if (ms < 60_000) return `${significant(ms / 1000)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(Math.floor(seconds / 60), "m", seconds % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), "h", minutes % 60, "m");
  const hours = Math.round(minutes / 60);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** A size for people, in powers of 1024: `0 B`, `514 KiB`, `1.21 GiB`. */
export function formatSize(octets: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = octets;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : significant(value)} ${units[unit]}`;
}

/** A count for people: `1,234,567`. Not the locale's, so that output is the same everywhere. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 gap`, `3 gaps`, `1,200 gaps`. */
export function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${formatCount(count)} ${noun}s`;
}

function parseAmount(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,6})?)\s?([a-z]{0,3})$/i.exec(text.trim());
  const factor = units[(match?.[2] ?? "?").toLowerCase()];
  if (match === null || factor === undefined) return undefined;
  const amount = Number(match[1]) * factor;
  return amount <= Number.MAX_SAFE_INTEGER ? amount : undefined;
}

function significant(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return String(Number(value.toFixed(digits)));
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit} ${small}${smallUnit}`;
}
