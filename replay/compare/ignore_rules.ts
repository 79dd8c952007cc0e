/**
 * What may differ between a recording and its replay: elements by keyword, tag or pattern, as typed
 * after `--ignore`, and those that are ignored always.
 *
 * Always ignored: what the sender makes for each message (Message IDs, group lengths, Priority), what
 * is encoding and not content ((0008,0005), padding), free text about an error (ErrorComment), and when
 * a peer made an instance (Instance Creation Date and Time, and the like).
 */
import { parseTag, printTag } from "../../src/dataset/tag.ts";
import { elementByTag } from "../../src/dictionary/elements.ts";
import { nearestKeyword } from "../../src/dictionary/nearest_keyword.ts";
import { commandElementByKeyword } from "../../src/dimse/command_dictionary.ts";
import { tagOf } from "../../src/service/assignments.ts";

export const ALWAYS_IGNORED: readonly string[] = [
  "CommandGroupLength",
  "CommandField",
  "CommandDataSetType",
  "MessageID",
  "MessageIDBeingRespondedTo",
  "MoveOriginatorMessageID",
  "Priority",
  "ErrorComment",
  "LengthToEnd",
  "SpecificCharacterSet",
  "DataSetTrailingPadding",
  "InstanceCreationDate",
  "InstanceCreationTime",
  "InstanceCreatorUID",
  "InstanceCoercionDateTime",
  // of a print job (PS3.3 C.13.8): when this SCP made it
  "CreationDate",
  "CreationTime",
];

/**
 * "PatientName,0008,0012,Study*" as rules: the comma inside of a tag separates nothing. Throws a
 * RangeError for a name that neither PS3.6 nor PS3.7 has.
 */
export function readIgnore(typed: string): readonly string[] {
  const rules = typed.match(/\(?[0-9a-f]{4},[0-9a-f]{4}\)?|[^,]+/gi) ?? [];
  const trimmed = rules.map((rule) => rule.trim()).filter((rule) => rule !== "");
  if (trimmed.length === 0) throw new RangeError(`Cannot ignore "${typed}": it names no element`);
  for (const rule of trimmed) {
    for (const step of rule.split(".")) {
      const known =
        step.includes("*") ||
        tagOf(step) !== undefined ||
        commandElementByKeyword(step) !== undefined;
      if (!known) {
        const near = nearestKeyword(step);
        const hint = near === undefined ? "" : `; did you mean ${near}?`;
        throw new RangeError(
          `Cannot ignore "${step}": neither a keyword of PS3.6 nor a tag${hint}`,
        );
      }
    }
  }
  return trimmed;
}

export class IgnoreRules {
  readonly #names: readonly RegExp[];
  readonly #paths: readonly RegExp[];
  readonly #known = new Map<number | string, boolean>();

  constructor(rules: readonly string[]) {
    const all = [...ALWAYS_IGNORED, ...rules].map(normalised);
    this.#names = all.filter((rule) => !rule.includes(".")).map(pattern);
    this.#paths = all.filter((rule) => rule.includes(".")).map(pattern);
  }

  /** An element of a data set; `path` by keyword without indices: "RequestAttributesSequence.Modality". */
  element(tag: number, path: string): boolean {
    if ((tag & 0xffff) === 0) return true; // group lengths (PS3.5 7.2)
    const known = this.#known.get(tag) ?? this.#keep(tag, [nameOf(tag), printTag(tag)]);
    return known || this.#paths.some((rule) => rule.test(path));
  }

  /** An element of a command set. */
  keyword(keyword: string): boolean {
    return this.#known.get(keyword) ?? this.#keep(keyword, [keyword]);
  }

  #keep(key: number | string, names: readonly string[]): boolean {
    const ignored = this.#names.some((rule) => names.some((name) => rule.test(name)));
    if (this.#known.size < MAX_KNOWN) this.#known.set(key, ignored);
    return ignored;
  }
}

/** The keyword of a tag, or the tag as printed where it has none. */
export function nameOf(tag: number): string {
  const keyword = elementByTag(tag)?.keyword ?? "";
  return keyword === "" ? printTag(tag) : keyword;
}

const MAX_KNOWN = 10_000;

/** Tags as `printTag` has them. */
function normalised(rule: string): string {
  const steps = rule.split(".").map((step) => {
    const tag = parseTag(step);
    return tag === undefined ? step : nameOf(tag);
  });
  return steps.join(".");
}

function pattern(rule: string): RegExp {
  const escaped = rule.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`, "i");
}
