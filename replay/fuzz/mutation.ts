/**
 * One change to what an association-requestor sends, as a value: it can be applied, said in words,
 * tried alone and left out.
 */

export interface Mutation {
  /** Which unit of the script it changes. */
  readonly unit: number;
  /** The unit's own octets, or the PDUs that carry it. */
  readonly level: "content" | "wire";
  /** Where in those octets, and how many of them go. */
  readonly at: number;
  readonly remove: number;
  /** What comes in their place. */
  readonly insert: Uint8Array;
  /** "length of (0008,0018) to 65535". */
  readonly words: string;
  /** Milder ones of the same kind, the mildest first. */
  readonly milder?: () => readonly Mutation[];
}

/** The octets after the changes, each made at the place that it was made for. */
export function applied(octets: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  let changed = octets;
  for (const { at, remove, insert } of [...mutations].sort((a, b) => b.at - a.at)) {
    const from = Math.min(at, changed.length);
    const to = Math.min(from + remove, changed.length);
    const next = new Uint8Array(from + insert.length + changed.length - to);
    next.set(changed.subarray(0, from));
    next.set(insert, from);
    next.set(changed.subarray(to), from + insert.length);
    changed = next;
  }
  return changed;
}
