/** Text to octets, one octet a character: the inverse of `latin1` of src/latin1.ts. */

/** The inverse for characters up to U+00FF; others lose their high octet. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
