/**
 * UIDs of a recording beside live ones: what was sent must come back as it was sent, and what the peer
 * made may be another one, as long as it is used alike (PS3.5 9).
 */
import type { RecordedAssociation } from "../recorded.ts";
import type { Aliases } from "../rewrite/aliases.ts";
import type { Rewriter } from "../rewrite/rewriter.ts";
import { looksLikeUid, namesKinds } from "../rewrite/uids.ts";

export interface UidComparison {
  readonly rewriter: Rewriter;
  readonly association: RecordedAssociation;
  /** Where pairs are learnt: a trial, so that a guess that fails teaches nothing. */
  readonly aliases: Aliases;
  /** No UID stands for another one. */
  readonly exactUids: boolean;
}

/** Values of one element, both as they are; `tag` is 0 for a command set's. */
export function sameUids(
  recorded: readonly string[],
  live: readonly string[],
  { tag, ...comparison }: UidComparison & { readonly tag: number },
): boolean {
  if (recorded.length !== live.length) return false;
  if (recorded.length === 1)
    return sameUid(recorded[0] ?? "", live[0] ?? "", { tag, ...comparison });
  // a list of UIDs is a set (PS3.4 C.2.2.2.2)
  const left = new Map<string, number>();
  for (const uid of live) left.set(uid, (left.get(uid) ?? 0) + 1);
  const unpaired: string[] = [];
  for (const uid of recorded) {
    const expected = expectedUid(uid, comparison);
    const count = left.get(expected) ?? 0;
    if (count === 0) unpaired.push(uid);
    else left.set(expected, count - 1);
  }
  const rest = [...left].flatMap(([uid, count]) => Array.from({ length: count }, () => uid));
  return unpaired.every((uid, at) => sameUid(uid, rest[at] ?? "", { tag, ...comparison }));
}

/** What a recorded UID should be live, as far as that is known. */
export function expectedUid(
  uid: string,
  { rewriter, association, aliases }: Omit<UidComparison, "exactUids">,
): string {
  if (rewriter.uidStays(uid, association)) return uid;
  return aliases.live(uid) ?? rewriter.expectedUid(uid, association);
}

/** Recorded UIDs to be shown: with what is expected in their place, where that is another. */
export function shownUids(
  recorded: readonly string[],
  comparison: Omit<UidComparison, "exactUids">,
): string {
  const texts = recorded.map((uid) => {
    const expected = expectedUid(uid, comparison);
    return expected === uid ? uid : `${uid} (now ${expected})`;
  });
  return texts.join("\\");
}

function sameUid(
  recorded: string,
  live: string,
  { tag, ...comparison }: UidComparison & { readonly tag: number },
): boolean {
  const { rewriter, association, aliases, exactUids } = comparison;
  if (namesKinds(tag) || rewriter.uidStays(recorded, association)) return recorded === live;
  const known = aliases.live(recorded);
  if (known !== undefined) return known === live;
  if (!looksLikeUid(live) || rewriter.uidStays(live, association)) return false;
  const exact = exactUids || tag === FAILED_SOP_INSTANCE_UID_LIST;
  if (exact && live !== expectedUid(recorded, comparison)) {
    // another request that came later gave it another one: the peer may still know the first
    const isLater = rewriter.aliases.live(recorded) !== undefined;
    if (!isLater || live !== recorded) return false;
  }
  return aliases.bind(recorded, live);
}

/** Another instance that failed is another outcome. */
const FAILED_SOP_INSTANCE_UID_LIST = 0x00080058;
