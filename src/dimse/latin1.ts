/**
 * Octets to text and back, one character an octet: nothing is lost, whatever the octets are.
 *
 * Why not `TextDecoder("latin1")`: by the WHATWG it is windows-1252, which does not keep
 * 80H-9FH, and for the short values of a command set the call alone costs more than this loop on
 * each of the three runtimes.
 */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  let at = start;
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      bytes[at] as number,
      bytes[at + 1] as number,
      bytes[at + 2] as number,
      bytes[at + 3] as number,
      bytes[at + 4] as number,
      bytes[at + 5] as number,
      bytes[at + 6] as number,
      bytes[at + 7] as number,
    );
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

/** The inverse; throws a RangeError on characters above U+00FF, which no command set can carry. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff)
      throw new RangeError(`Cannot encode "${text}": character ${at + 1} is not ISO 8859-1`);
    bytes[at] = code;
  }
  return bytes;
}
