/**
 * Octets to text, one character an octet: nothing is lost, whatever the octets are.
 *
 * The inverse is `latin1Bytes` of src/ul. Why not its `latin1Text`: values of a command set are
 * short and many, and this reads them in place. Why not `TextDecoder("latin1")`: by the WHATWG it
 * is windows-1252, which does not keep 80H-9FH. Why `Buffer` where there is one, and not `import`ed:
 * its call costs 30 to 45 ns on each runtime however long the text is, the loop 2 to 5 ns an octet;
 * a browser has none.
 */

/** Shorter texts are made by the loop: the call would cost more. */
const NATIVE_FROM = 10;

type Latin1Slice = (this: Uint8Array, start: number, end: number) => string;

const native = (
  globalThis as { readonly Buffer?: { readonly prototype: { readonly latin1Slice?: Latin1Slice } } }
).Buffer?.prototype.latin1Slice;

export function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (native !== undefined && end - start >= NATIVE_FROM) return native.call(bytes, start, end);
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
