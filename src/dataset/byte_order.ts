/** Octets of a value in the other byte order (PS3.5 7.3): units by the VR's size. */
import { vrFacts } from "./vr.ts";

/** A copy with each unit's octets reversed; the same octets where the VR has no byte order. */
export function swapped(bytes: Uint8Array, vr: string): Uint8Array {
  const unit = vrFacts(vr)?.unit ?? 1;
  if (unit === 1) return bytes;
  const other = new Uint8Array(bytes); // not `slice`: that of a Buffer is a view
  const end = bytes.length - (bytes.length % unit);
  for (let at = 0; at < end; at += unit) {
    for (let index = 0; index < unit; index++) {
      other[at + index] = bytes[at + unit - 1 - index] as number;
    }
  }
  return other;
}
