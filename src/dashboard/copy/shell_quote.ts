/**
 * Words of a command line, for a POSIX shell.
 *
 * Rule: values come from the wire. Whatever they are, the shell takes each as one word of plain text,
 * and no control character gets into a clipboard, from which a terminal could act on it.
 */
import { escapeControls } from "../../escape.ts";

export function shellCommand(words: readonly string[]): string {
  return words.map(shellQuote).join(" ");
}

export function shellQuote(word: string): string {
  const plain = escapeControls(word);
  if (plain !== "" && /^[\w@%+=:,./-]+$/.test(plain)) return plain;
  return `'${plain.replaceAll("'", "'\\''")}'`;
}
