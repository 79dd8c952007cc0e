/**
 * Status patterns: `A7xx`, `0000`, or a class of PS3.7 Annex C. The classes are stated here a second
 * time (src/dimse/status.ts has them for the decoder), because the filter stands alone; a test holds
 * the two together.
 */
export function statusMatches(pattern: string, status: number): boolean {
  switch (pattern) {
    case "success":
      return status === 0;
    case "pending":
      return status === 0xff00 || status === 0xff01;
    case "cancel":
      return status === 0xfe00;
    case "warning":
      return isWarning(status);
    case "failure":
      return /^(?:[AC]|0[12])/.test(digits(status)) && !isWarning(status);
  }
  const shown = digits(status);
  return [...pattern].every((char, i) => char === "x" || char === shown[i]);
}

/** PS3.7 C.3: B000 to BFFF, and three codes of their own. */
function isWarning(status: number): boolean {
  return status >> 12 === 0xb || status === 0x0001 || status === 0x0107 || status === 0x0116;
}

function digits(status: number): string {
  return status.toString(16).toUpperCase().padStart(4, "0");
}
