/** The next number that reads well on an axis: 1, 2 or 5 with zeros. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = [1, 2, 5, 10].find((step) => step * power >= value) ?? 10;
  return digit * power;
}

/** The same of octets, in powers of 1024: 20 MiB, 500 KiB. */
export function niceSize(octets: number): number {
  const unit = 1024 ** Math.max(0, Math.floor(Math.log2(Math.max(1, octets)) / 10));
  const count = niceCeiling(octets / unit);
  return (count === 1_000 ? 1_024 : count) * unit;
}

/** Where a value stands between `low` and `high` on a logarithmic line, from 0 to 1. */
export function logPlace(
  value: number,
  { low, high }: { readonly low: number; readonly high: number },
): number {
  if (high <= low) return 0;
  const place = Math.log(Math.max(value, low) / low) / Math.log(high / low);
  return Math.min(1, Math.max(0, place));
}
