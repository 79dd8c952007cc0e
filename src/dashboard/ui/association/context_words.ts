/** What a presentation context is called, and whether it was refused (PS3.8 9.3.3.2). */
import { uidName } from "../../../dictionary/uids.ts";
import type { ContextJson } from "../../../observe/summary.ts";

export function isRefused({ result }: ContextJson): boolean {
  return result !== null && result !== 0;
}

/** Name of its abstract syntax; "" where none was proposed. */
export function contextName({
  abstract_syntax_name: name,
  abstract_syntax: uid,
}: ContextJson): string {
  return name ?? uidName(uid ?? "");
}
