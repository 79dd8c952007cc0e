/**
 * Text fields of the upper layer as ISO 8859-1: the standard allows ISO 646 only, but what a peer
 * really sends must survive, so each octet is one character and each character one octet.
 */

export function latin1Text(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  }
  return text;
}

export function latin1Bytes(text: string, field: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff) {
      throw new RangeError(`Cannot encode ${field}: character ${at} is not in ISO 8859-1`);
    }
    bytes[at] = code;
  }
  return bytes;
}

/** Arguments in one call: far below what the stacks of the three runtimes take. */
const PIECE = 4096;
