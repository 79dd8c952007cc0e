/** How bad it is what became of an association, with what a report says of its earlier requests. */
import type { MessageRow, Verdict } from "../../api_types.ts";

/** What was reported is in no status. Nothing is decided while the association goes on. */
export function shownLevel(
  { level }: Pick<Verdict, "level">,
  failure: Pick<MessageRow, "reported"> | undefined,
): Verdict["level"] {
  return failure?.reported === "failure" && level !== "open" ? "bad" : level;
}
