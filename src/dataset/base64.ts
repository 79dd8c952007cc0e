/** RFC 4648 base64, for InlineBinary (PS3.18 F.2.7). The platform's takes text, not octets. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += 0x3000) {
    parts.push(encoded(bytes.subarray(start, start + 0x3000)));
  }
  return parts.join("");
}

/** Undefined where the text is not base64; white space is allowed. */
export function fromBase64(text: string): Uint8Array | undefined {
  const plain = text.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(plain) || plain.length % 4 !== 0) return undefined;
  const digits = plain.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const digit of digits) {
    bits = ((bits << 6) | ALPHABET.indexOf(digit)) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes[at++] = (bits >>> count) & 0xff;
    }
  }
  return bytes;
}

function encoded(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const three =
      ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += ALPHABET.charAt(three >>> 18) + ALPHABET.charAt((three >>> 12) & 63);
    text += left > 1 ? ALPHABET.charAt((three >>> 6) & 63) : "=";
    text += left > 2 ? ALPHABET.charAt(three & 63) : "=";
  }
  return text;
}
