/**
 * Octets to text, one character an octet: nothing is lost, whatever the octets are.
 *
 * The inverse is `latin1Bytes` of src/ul. Why not its `latin1Text`: values of a command set are
 * short and many, and this reads them in place. Why not `TextDecoder("latin1")`: by the WHATWG it
 * is windows-1252, which does not keep 80H-9FH, and its call alone costs more than this loop.
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
