/**
 * The values that `~tag` asks for, gathered from the messages of one association: of command sets by
 * their elements, of data sets by paths through all items of the sequences on the way.
 *
 * Rule: bounded. Of each data set its head is looked at, of each path `MAX_VALUES` different values
 * are kept: an association with more is judged by these.
 */
import type { DataSet } from "../dataset/data_set.ts";
import { elementStrings } from "../dataset/element_value.ts";
import type { Filter } from "../filter/filter.ts";
import { readHead } from "../meaning/read_head.ts";
import type { ObservedMessage } from "../observe/association_sink.ts";

const MAX_VALUES = 100_000;

export class TagValues {
  readonly #values = new Map<string, Set<string>>();
  readonly #paths: readonly (readonly number[])[];

  /** Gathers for these paths, and for no other. */
  constructor(paths: readonly (readonly number[])[]) {
    this.#paths = paths;
    for (const path of paths) this.#values.set(path.join("."), new Set());
  }

  /** What data sets hold is asked for: their heads are needed. */
  get asksForDataSets(): boolean {
    return this.#paths.some((path) => !isCommandPath(path));
  }

  /** A message that has ended. */
  add(observed: ObservedMessage): void {
    let head: DataSet | undefined;
    for (const path of this.#paths) {
      const values = this.#values.get(path.join(".")) as Set<string>;
      if (isCommandPath(path)) addCommandValues(observed, path[0] ?? 0, values);
      else {
        head ??= readHead(observed)?.dataSet;
        if (head !== undefined) addValues(head, path, values);
      }
    }
  }

  /** undefined for a path that was not asked for. */
  get(path: readonly number[]): Iterable<string> | undefined {
    return this.#values.get(path.join("."));
  }
}

/** The paths of all `~tag` in a filter. */
export function tagPaths(filter: Filter): (readonly number[])[] {
  switch (filter.kind) {
    case "tag":
      return [filter.path];
    case "not":
      return tagPaths(filter.of);
    case "and":
    case "or":
      return filter.of.flatMap(tagPaths);
    default:
      return [];
  }
}

/** Group 0000 is that of command sets, which have no sequences. */
function isCommandPath(path: readonly number[]): boolean {
  const [tag = -1] = path;
  return path.length === 1 && tag >= 0 && tag <= 0xffff;
}

function addCommandValues({ message }: ObservedMessage, tag: number, values: Set<string>): void {
  for (const element of message.commandSet.elements) {
    if (element.tag !== tag) continue;
    const { value } = element;
    const texts = Array.isArray(value) ? value.map(String) : [String(value ?? "")];
    for (const text of texts) keep(values, text);
  }
}

function addValues(data: DataSet, path: readonly number[], values: Set<string>): void {
  const [tag = 0, ...rest] = path;
  const element = data.element(tag);
  if (element === undefined) return;
  if (rest.length > 0) {
    if (element.kind !== "sequence") return;
    for (const item of element.items) addValues(item, rest, values);
    return;
  }
  const texts = element.kind === "value" ? elementStrings(element, data.characterSet) : [];
  for (const text of texts.length === 0 ? [""] : texts) keep(values, text);
}

function keep(values: Set<string>, value: string): void {
  if (values.size < MAX_VALUES) values.add(value);
}
