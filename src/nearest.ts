/** "Did you mean": the known name nearest to a misspelt one. */

/** The nearest name within a third of its length (at least 2 edits), if there is one. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const given = name.toLowerCase().slice(0, 64);
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    const most = Math.min(least - 1, Math.max(2, Math.floor(candidate.length / 3)));
    const isBeginning = given.length > 2 && lower.startsWith(given);
    // no distance is less than the difference of the lengths, and there are 5,000 keywords
    if (!isBeginning && Math.abs(given.length - lower.length) > most) continue;
    const distance = isBeginning ? 1 : editDistance(given, lower);
    if (distance <= most) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** Insertions, deletions, substitutions, and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min(
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + same,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
