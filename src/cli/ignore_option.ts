/** `--ignore KEYWORD,...` of the commands that compare: elements that may differ. */
import { readIgnore } from "../../replay/compare/ignore_rules.ts";
import type { Option } from "./command.ts";
import { taken } from "./taken.ts";

export const IGNORE_OPTION = {
  kind: "string",
  value: "KEYWORD,...",
  repeatable: true,
  help: "Elements that may differ, by keyword, gggg,eeee or pattern (Study*)",
} as const satisfies Option;

/** "PatientName,0008,0012": a comma also stands inside of a tag. Throws a usage error. */
export function ignored(typed: readonly string[]): readonly string[] {
  return taken("ignore", () => typed.flatMap(readIgnore));
}
