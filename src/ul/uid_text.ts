/**
 * A UID for comparison and display: without the NUL or spaces that some AEs pad it with. On an
 * association UIDs are not padded (PS3.8 Annex F), but what is sent is kept as it was sent.
 */
export function uidOf(text: string): string {
  let end = text.length;
  while (end > 0 && isPadding(text.charCodeAt(end - 1))) end--;
  let start = 0;
  while (start < end && isPadding(text.charCodeAt(start))) start++;
  return text.slice(start, end);
}

function isPadding(code: number): boolean {
  return code === 0x00 || code === 0x20;
}
