/**
 * Error Comment (0000,0902) of a refusal: LO, 64 characters at most (PS3.7 C.4.2), of the default
 * repertoire. What came over the wire may be quoted in it, and must not break it.
 */
export function errorComment(text: string): string {
  return text.replace(/[^ -[\]-~]/g, "?").slice(0, 64);
}
