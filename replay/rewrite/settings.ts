/**
 * The rules of `--set` at work: which hold of a message, what their templates give, and what follows
 * in its command set and data set.
 *
 * Rule: nothing is set in a data set that a message does not have: no message gets one by that.
 * Rule: templates are filled in once for a message, when its command set is made; its data set gets
 * the same values. A counter goes on over all repetitions.
 * Rule: in a C-STORE the instance is named twice (PS3.4 B.2.2); setting one of them sets the other.
 */

import type { CommandValue } from "../../src/dimse/command_set.ts";
import { matches } from "../../src/filter/match_filter.ts";
import { readAssignment } from "../../src/service/assignments.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import { checkSetValue } from "./check_set_value.ts";
import { messageFacts } from "./message_facts.ts";
import { commandValue, filledIn, readSetRule, type SetRule } from "./set_rule.ts";
import { type SetLevel, type Setting, setTree } from "./set_tree.ts";
import { keyedUuid } from "./uids.ts";
import { TEMPLATES, type ValueTable, valuesOf } from "./value_table.ts";

export interface MessageSettings {
  /** Elements of the command set by keyword. */
  readonly values: Readonly<Record<string, CommandValue>>;
  /** Undefined where nothing is set in the data set. */
  readonly tree: SetLevel | undefined;
}

export interface SettingsOptions {
  readonly seed: string;
  /** From 1. */
  readonly repeat?: number;
  /** Values for the templates, a row a repetition. */
  readonly table?: ValueTable | undefined;
}

export class Settings {
  readonly #rules: readonly SetRule[];
  readonly #counters: number[];
  readonly #seed: string;
  readonly #repeat: number;
  readonly #table: ValueTable | undefined;
  readonly #values: ReadonlyMap<string, string>;
  readonly #made = new WeakMap<RecordedMessage, MessageSettings>();

  /** Throws a RangeError for a rule that cannot be read. */
  constructor(
    rules: readonly string[] | { readonly rules: readonly SetRule[]; readonly counters: number[] },
    { seed, repeat = 1, table }: SettingsOptions,
  ) {
    const read = "rules" in rules ? rules : { rules: readRules(rules, table), counters: [] };
    this.#rules = read.rules;
    this.#counters = read.counters;
    this.#seed = seed;
    this.#repeat = repeat;
    this.#table = table;
    this.#values = table === undefined ? new Map() : valuesOf(table, repeat);
  }

  get empty(): boolean {
    return this.#rules.length === 0;
  }

  /** What is set, as paths by keyword without indices. */
  get paths(): readonly string[] {
    const paths = this.#rules.map(({ target }) =>
      target.of === "command set" ? target.keyword : target.assignment.path.replace(/\[\d+\]/g, ""),
    );
    const twice = TWICE.filter((names) => names.some((name) => paths.includes(name)));
    return [...new Set([...paths, ...twice.flat()])];
  }

  repetition(number: number, seed: string): Settings {
    const rules = { rules: this.#rules, counters: this.#counters };
    return new Settings(rules, { seed, repeat: number + 1, table: this.#table });
  }

  /** A message is to be sent: counters step on. */
  begin(message: RecordedMessage, association: RecordedAssociation): MessageSettings {
    const made = this.#make(message, association);
    this.#made.set(message, made);
    return made;
  }

  /** What was set when the message began. */
  of(message: RecordedMessage, association: RecordedAssociation): MessageSettings | undefined {
    if (this.empty) return undefined;
    return this.#made.get(message) ?? this.begin(message, association);
  }

  #make(message: RecordedMessage, association: RecordedAssociation): MessageSettings {
    const facts = messageFacts(message, association);
    const set: Record<string, CommandValue> = {};
    const settings: Setting[] = [];
    for (const [at, rule] of this.#rules.entries()) {
      if (rule.target.of === "data set" && message.dataSet === undefined) continue;
      if (matches(rule.filter, facts) !== true) continue;
      const counter = (this.#counters[at] ?? 0) + 1;
      this.#counters[at] = counter;
      const uuid = keyedUuid(`${at} ${counter} ${rule.typed}`, this.#seed);
      const values = this.#values;
      const value = filledIn(rule.value, { counter, repeat: this.#repeat, uuid, values });
      if (rule.target.of === "command set") {
        set[rule.target.keyword] = commandValue(rule.target.keyword, value);
      } else settings.push({ steps: rule.target.assignment.steps, value });
    }
    if (message.command === "C-STORE-RQ") agree(set, settings);
    return { values: set, tree: settings.length === 0 ? undefined : setTree(settings) };
  }
}

function readRules(typed: readonly string[], table: ValueTable | undefined): readonly SetRule[] {
  const rules = typed.map(readSetRule);
  for (const rule of rules) {
    if (table !== undefined) checkTemplates(rule, table);
    checkSetValue(rule, table);
  }
  return rules;
}

/** With a table, a template without a meaning is a column that is not there. */
function checkTemplates({ typed, value }: SetRule, { columns }: ValueTable): void {
  for (const [template, name = ""] of value.matchAll(/\$\{(\w+)\}/g)) {
    if (columns.includes(name) || TEMPLATES.has(name)) continue;
    throw new RangeError(
      `${typed}: there is no column for ${template}, only ${columns.join(", ")}`,
    );
  }
}

/** The data set wins where both are set. */
function agree(values: Record<string, CommandValue>, settings: Setting[]): void {
  for (const [keyword, element] of TWICE) {
    const { steps } = readAssignment(element);
    const inData = settings.findLast((one) => isSame(one.steps, steps));
    const inCommand = values[keyword];
    if (inData !== undefined) values[keyword] = inData.value;
    else if (typeof inCommand === "string") settings.push({ steps, value: inCommand });
  }
}

function isSame(one: Setting["steps"], other: Setting["steps"]): boolean {
  return one.length === other.length && one.every(({ tag }, at) => tag === other[at]?.tag);
}

const TWICE: readonly (readonly [string, string])[] = [
  ["AffectedSOPClassUID", "SOPClassUID"],
  ["AffectedSOPInstanceUID", "SOPInstanceUID"],
];
