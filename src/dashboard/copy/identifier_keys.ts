/**
 * The elements of an Identifier as `Keyword=value`, which both findscu and `dicomtap send` take:
 * `PatientID=12*`, `ScheduledProcedureStepSequence[0].Modality=CT`.
 */
import type { ElementNode } from "../api_types.ts";

/** Keys of one command line: it has to be read by a person. */
const MAX_KEYS = 100;

export interface IdentifierKeys {
  readonly keys: readonly string[];
  /** Some values are masked. */
  readonly masked: boolean;
  /** Some elements cannot be said in this way. */
  readonly left: number;
}

/** `elements`: the tree of the data set, its patient data masked or not. */
export function identifierKeys(elements: readonly ElementNode[]): IdentifierKeys {
  const keys: string[] = [];
  let masked = false;
  let left = 0;
  const add = (nodes: readonly ElementNode[], path: string) => {
    for (const node of nodes) {
      const { keyword, value, items } = node;
      if (NOT_KEYS.has(keyword)) continue;
      if (keyword === "" || keyword.startsWith("[") || keys.length >= MAX_KEYS) {
        left += 1;
      } else if (items !== undefined) {
        if (items.length === 0) keys.push(`${path}${keyword}`);
        for (const [i, item] of items.entries()) add(item.elements, `${path}${keyword}[${i}].`);
      } else if (value === null) {
        left += 1;
      } else {
        masked ||= node.masked;
        keys.push(value === "" ? `${path}${keyword}` : `${path}${keyword}=${value}`);
      }
    }
  };
  add(elements, "");
  return { keys, masked, left };
}

/** What the program itself puts in. */
const NOT_KEYS: ReadonlySet<string> = new Set(["GroupLength", "SpecificCharacterSet"]);
