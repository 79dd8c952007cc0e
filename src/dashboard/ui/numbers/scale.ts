/** The next number that reads well on an axis: 1, 2 or 5 with zeros. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = [1, 2, 5, 10].find((step) => step * power >= value) ?? 10;
  return digit * power;
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
