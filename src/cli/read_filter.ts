/** The filter that a user typed, or a usage error that shows the place; and the help on filters. */
import { escapeControls } from "../escape.ts";
import { type Filter, filterErrorLines, isFilterError } from "../filter/filter.ts";
import { OPERATORS } from "../filter/operators.ts";
import { parseFilter } from "../filter/parse_filter.ts";
import { pathExists } from "../io/capture_paths.ts";
import { usageError } from "./command_error.ts";
import { tableLines } from "./table.ts";

export function readFilter(text: string): Filter {
  const filter = parseFilter(text);
  if (!isFilterError(filter)) return filter;
  const [what = "", ...where] = filterErrorLines(text, filter);
  throw usageError(what, where.join("\n"));
}

/** `CAPTURE... [FILTER]`: the last operand is a filter where it cannot be meant as a path. */
export function splitOperands(operands: readonly string[]): {
  readonly paths: readonly string[];
  readonly filter: string | undefined;
} {
  const at = operands.findIndex((operand, place) => place > 0 && !canBePath(operand));
  if (at < 0) return { paths: operands, filter: undefined };
  if (at === operands.length - 1) return { paths: operands.slice(0, at), filter: operands[at] };
  const whole = escapeControls(operands.slice(at).join(" "));
  throw usageError(
    `Cannot find "${escapeControls(operands[at] ?? "")}"`,
    `If it begins the filter, put the whole of that in quotes: '${whole}'`,
  );
}

function canBePath(operand: string): boolean {
  return pathExists(operand) || /\.dcap$|^[./]|^[^~"'()|&!\s]*\//.test(operand);
}

/** For `notes` of commands that take a filter. */
export function filterHelp(): string {
  const rows = OPERATORS.map(({ name, argument, help }) => [`${name} ${argument}`.trim(), help]);
  return [
    "FILTER is made of words (looked for in AE titles, addresses, commands and SOP class names),",
    "operators, ! & | and ( ); terms side by side all have to hold. RX is a regular expression;",
    "case does not matter. Put a filter in quotes, so that the shell leaves it alone.",
    "",
    ...tableLines([{ title: "" }, { title: "" }], rows, { indent: "  " }),
  ].join("\n");
}
