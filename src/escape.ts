/**
 * Values from the wire may hold anything, and terminals and log readers obey what they are shown.
 *
 * Rule (P-15): no control character, escape sequence, line separator or bidirectional override from
 * the wire reaches a terminal or a log. They are shown, not removed: `\x1b`, `\n`, `\u{202e}`.
 */

// C0, DEL, C1; soft hyphen and Arabic letter mark; zero width and directional marks; line and
// paragraph separators; embeddings, overrides, isolates; invisible operators; variation of order
// mark; surrogates without a partner; interlinear annotation; tags.
const UNSAFE =
  /[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

const SHORT: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
};

/** The text with every character that could steer a terminal written out. Never fails. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const short = SHORT[character];
    if (short !== undefined) return short;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/**
 * JSON text with the same characters as `\uXXXX`: the same value to whoever parses it, and harmless
 * to a terminal. JSON itself escapes C0 only.
 */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, at) => {
      return `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
    }).join(""),
  );
}
