/**
 * Wild card matching (PS3.4 C.2.2.2.4): `*` stands for any text, none included, `?` for one
 * character.
 *
 * Rule: the time is bounded by the product of both lengths, whatever the pattern; a query must not
 * be able to stop the program, so there is no regular expression.
 */

/** VRs whose keys may have wild cards; in all others `*` and `?` are characters like any other. */
export const WILD_CARD_VRS: ReadonlySet<string> = new Set(
  "AE CS LO LT PN SH ST UC UR UT".split(" "),
);

export function hasWildCard(text: string): boolean {
  return text.includes("*") || text.includes("?");
}

/** Case counts. A character is a code point: `?` takes one outside the basic plane too. */
export function wildCardMatches(text: string, pattern: string): boolean {
  const value = [...text];
  const wanted = [...pattern];
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < value.length) {
    if (wanted[next] === "*") {
      star = next++;
      resume = at;
    } else if (next < wanted.length && (wanted[next] === "?" || wanted[next] === value[at])) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1; // the last star takes one character more
      at = ++resume;
    } else {
      return false;
    }
  }
  while (wanted[next] === "*") next++;
  return next === wanted.length;
}
