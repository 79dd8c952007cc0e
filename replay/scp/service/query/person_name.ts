/**
 * Names of persons as keys (PS3.4 C.2.2.2.1, C.2.2.2.4): how they are compared is the SCP's own
 * choice, to be told in its conformance statement. Ours:
 *
 * - Case and accents do not count.
 * - A key with one component group matches any group of the name, so that a name can be asked for in
 *   Latin letters or in ideographs (PS3.5 6.2.1). With several groups each that is not empty matches
 *   the group in its place.
 * - Empty components at the end do not count: `DOE^JOHN` and `DOE^JOHN^^^` are one name.
 */
import { hasWildCard, wildCardMatches } from "../../../../src/wild_card.ts";

export function personNameMatcher(key: string): (name: string) => boolean {
  const wanted = folded(key).split("=");
  const [only = ""] = wanted;
  return (name) => {
    const groups = folded(name).split("=");
    if (wanted.length === 1) return groups.some((group) => groupMatches(group, only));
    return wanted.every((part, at) => part.trim() === "" || groupMatches(groups[at] ?? "", part));
  };
}

function groupMatches(group: string, key: string): boolean {
  const name = trimmed(group);
  const wanted = trimmed(key);
  if (!hasWildCard(wanted)) return name === wanted;
  // `DOE^*` asks for a DOE of any given name, and a name without one has no `^` to match.
  return wildCardMatches(name, wanted) || wildCardMatches(padded(name), wanted);
}

/** Combining marks of Latin, Greek and Cyrillic alone: those of kana and Hangul make other letters. */
function folded(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC")
    .toLowerCase();
}

function trimmed(group: string): string {
  let end = group.length;
  while (end > 0 && (group[end - 1] === "^" || group[end - 1] === " ")) end--;
  let start = 0;
  while (start < end && group[start] === " ") start++;
  return group.slice(start, end);
}

/** All five components (PS3.5 6.2.1). */
function padded(name: string): string {
  const carets = name.split("^").length - 1;
  return name + "^".repeat(Math.max(0, 4 - carets));
}
