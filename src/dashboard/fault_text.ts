/**
 * Where in this program something went wrong, for its log. Without the message of the error, which
 * can quote what came from the wire (P-05).
 */
export function faultText(error: unknown): string {
  if (!(error instanceof Error)) return "something that is no error was thrown";
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at |@/.test(line));
  return [error.name, ...frames.slice(0, MAX_FRAMES).map((frame) => frame.trim())].join(" ");
}

const MAX_FRAMES = 6;
