/**
 * What this browser keeps for the person: theme, saved filters, columns. Never anything of a
 * capture. A browser that refuses storage forgets; nothing else is lost.
 */

const PREFIX = "dicomtap.";

export function remembered(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
  } catch {
    return null;
  }
}

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Private windows and full storage: the page works without.
  }
}
