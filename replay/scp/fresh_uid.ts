/** A new UID for an instance that is made now (PS3.5 B.2). */
export function freshUid(): string {
  return `2.25.${BigInt(`0x${crypto.randomUUID().replaceAll("-", "")}`)}`;
}
