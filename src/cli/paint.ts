/**
 * Colour, only where a person looks: on a terminal, unless NO_COLOR is set (https://no-color.org),
 * or where FORCE_COLOR asks for it. Painting never changes the visible width of a text.
 */
export interface Paint {
  readonly enabled: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  magenta(text: string): string;
  cyan(text: string): string;
}

export function createPaint(enabled: boolean): Paint {
  const style = (open: number, close: number) => (text: string) =>
    enabled && text !== "" ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    enabled,
    bold: style(1, 22),
    dim: style(2, 22),
    red: style(31, 39),
    green: style(32, 39),
    yellow: style(33, 39),
    blue: style(34, 39),
    magenta: style(35, 39),
    cyan: style(36, 39),
  };
}

/** Whether a stream gets colour. FORCE_COLOR=0 means no, any other value yes. */
export function wantsColor(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "")
    return env["FORCE_COLOR"] !== "0";
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return isTerminal && env["TERM"] !== "dumb";
}

/** The text without the escape sequences that painting adds. */
export function unpainted(text: string): string {
  return text.replace(/\x1b\[\d+m/g, "");
}
