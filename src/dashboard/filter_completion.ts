/**
 * What may stand where the cursor is in a filter: operators, and for those that take one of a few
 * things, these: commands, AE titles that were seen, statuses, keywords.
 */
import { allElements } from "../dictionary/elements.ts";
import { COMMAND_FIELDS } from "../dimse/command_field.ts";
import { OPERATORS, type Operator, operatorNamed } from "../filter/operators.ts";
import type { FilterCompletion } from "./api_types.ts";
import type { EntryList } from "./library/entry_list.ts";

const MAX_COMPLETIONS = 30;

/** Entries that AE titles and addresses are gathered from. */
const MAX_LOOKED_AT = 5_000;

export function completions(
  text: string,
  { at, list }: { readonly at: number; readonly list: EntryList },
): readonly FilterCompletion[] {
  const before = text.slice(0, at);
  const [word = ""] = /[^\s()&|!"']*$/.exec(before) ?? [];
  const from = before.length - word.length;
  const place = (insert: string, help: string) => ({ insert, from, to: before.length, help });
  if (word.startsWith("~")) {
    const fit = OPERATORS.filter(({ name }) => name.startsWith(word.toLowerCase()));
    return fit.map(({ name, argument, help }) =>
      place(argument === "" ? name : `${name} `, `${argument} ${help}`.trim()),
    );
  }
  const [, name = ""] = /(~[a-z]+)\s+$/i.exec(before.slice(0, from)) ?? [];
  const operator = operatorNamed(name);
  const values = operator === undefined ? [] : [...valuesOf(operator, list)];
  const fit = values.filter((value) => value.toLowerCase().startsWith(word.toLowerCase()));
  return fit.slice(0, MAX_COMPLETIONS).map((value) => place(quoted(value), operator?.help ?? ""));
}

function* valuesOf({ reads }: Operator, list: EntryList): Iterable<string> {
  switch (reads.as) {
    case "pattern":
      if (reads.field === "command") yield* COMMAND_FIELDS.keys();
      if (reads.field.includes("AE title")) yield* titles(list, reads.field);
      return;
    case "status":
      yield* ["failure", "warning", "pending", "cancel", "success", "0000", "A7xx", "C0xx"];
      return;
    case "tag":
      for (const { keyword, retired } of allElements()) if (!retired) yield keyword;
      return;
    case "compare":
      yield* { duration: [">1s", ">10s"], size: [">1MiB", ">100MiB"], messages: [">10", ">100"] }[
        reads.field
      ];
      return;
    case "time":
      yield new Date().toISOString().slice(0, 10);
      return;
    case "uid":
    case "context":
    case "all":
    case "faulty":
    case "outcome":
      return;
    default:
      reads satisfies never;
  }
}

function titles(list: EntryList, field: string): Set<string> {
  const found = new Set<string>();
  for (const { calling, called } of list.newestFirst().slice(0, MAX_LOOKED_AT)) {
    if (field !== "called AE title" && calling !== "") found.add(calling);
    if (field !== "calling AE title" && called !== "") found.add(called);
  }
  return new Set([...found].sort());
}

/** Values are regular expressions: what has a meaning there is taken literally. */
function quoted(value: string): string {
  const literal = value.replace(/[\\^$*+?.()[\]{}]/g, "\\$&");
  return /^[\w.\\<>=:-]+$/.test(literal) ? literal : `"${literal.replaceAll('"', '\\"')}"`;
}
