/**
 * STAND-IN, not the original: `parseArgs` with the name and the documented behaviour of
 * `@std/cli/parse-args` (https://jsr.io/@std/cli), written for dicomtap. The original is published
 * on JSR only, which npm, Bun and machines without a way to the internet do not reach. Sources
 * import `@std/cli/parse-args`; package.json (`file:`) and deno.json (`links`) point that name
 * here. `deno unlink @std/cli` switches Deno to the original.
 *
 * Known differences: the result has a plain type instead of one inferred from the options, and
 * `--name=` (nothing after the sign) gives the empty string.
 */

/** What was found. Options by name; `_` holds the rest, `--` what followed a `--` (on request). */
export interface Args {
  [name: string]: unknown;
  _: (string | number)[];
  "--"?: string[];
}

type Names = string | readonly string[];

export interface ParseOptions {
  /** Put what follows `--` in `result["--"]` instead of `result._`. */
  "--"?: boolean;
  /** Other names: each of the names then has the value. */
  alias?: Readonly<Record<string, Names>>;
  /** Never take a value. `true`: no option takes one but by `=`. Default `false`. */
  boolean?: boolean | Names;
  default?: Readonly<Record<string, unknown>>;
  /** Put everything after the first operand in `_`. */
  stopEarly?: boolean;
  /** Never made into numbers; `""` when no value follows. `_` stands for the operands. */
  string?: Names;
  /** Always an array of all values; otherwise the last value counts. */
  collect?: Names;
  /** May be prefixed with `--no-`, which gives `false`. */
  negatable?: Names;
  /** Called for what no other setting names; `false` keeps it out of the result. */
  unknown?: (argument: string, name?: string, value?: unknown) => unknown;
}

export function parseArgs(args: readonly string[], options: ParseOptions = {}): Args {
  const settings = readSettings(options);
  const result: Args = { _: [] };
  const end = args.indexOf("--");
  const before = end < 0 ? args : args.slice(0, end);
  const after = end < 0 ? [] : args.slice(end + 1);

  const set = (name: string, value: unknown, argument: string | undefined) => {
    if (argument !== undefined && !settings.known.has(name)) {
      if (options.unknown?.(argument, name, value) === false) return;
    }
    const typed = typeof value === "string" && !settings.string.has(name) ? number(value) : value;
    for (const same of settings.namesOf(name)) {
      store(result, same, { value: typed, collect: settings.collect.has(same) });
    }
  };

  for (let i = 0; i < before.length; i++) {
    const argument = before[i] ?? "";
    const next = before[i + 1];
    if (/^--./s.test(argument)) i += readLong({ argument, next, settings, set });
    else if (/^-[^-]/s.test(argument)) i += readShort({ argument, next, settings, set });
    else {
      if (options.unknown?.(argument) !== false) result._.push(operand(argument, settings));
      if (options.stopEarly === true) {
        result._.push(...before.slice(i + 1).map((rest) => operand(rest, settings)));
        break;
      }
    }
  }

  for (const [name, value] of Object.entries(options.default ?? {})) {
    for (const same of settings.namesOf(name)) if (!has(result, same)) put(result, same, value);
  }
  for (const name of settings.boolean) {
    if (!has(result, name)) put(result, name, settings.collect.has(name) ? [] : false);
  }
  for (const name of settings.string) {
    if (name !== "_" && settings.collect.has(name) && !has(result, name)) put(result, name, []);
  }
  if (options["--"] === true) result["--"] = [...after];
  else result._.push(...after.map((rest) => operand(rest, settings)));
  return result;
}

interface Settings {
  readonly boolean: ReadonlySet<string>;
  readonly string: ReadonlySet<string>;
  readonly collect: ReadonlySet<string>;
  readonly negatable: ReadonlySet<string>;
  readonly known: ReadonlySet<string>;
  readonly allBoolean: boolean;
  namesOf(name: string): readonly string[];
}

function readSettings(options: ParseOptions): Settings {
  const groups = new Map<string, readonly string[]>();
  for (const [name, others] of Object.entries(options.alias ?? {})) {
    const group = [name, ...list(others)];
    for (const member of group) {
      groups.set(member, [...new Set([member, ...(groups.get(member) ?? []), ...group])]);
    }
  }
  const namesOf = (name: string) => groups.get(name) ?? [name];
  const all = (names: Names | boolean | undefined) =>
    new Set(typeof names === "boolean" ? [] : list(names).flatMap((name) => namesOf(name)));
  const boolean = all(options.boolean);
  const string = all(options.string);
  const collect = all(options.collect);
  const negatable = all(options.negatable);
  const known = new Set([...boolean, ...string, ...collect, ...negatable, ...groups.keys()]);
  const allBoolean = options.boolean === true;
  return { boolean, string, collect, negatable, known, allBoolean, namesOf };
}

interface Reading {
  readonly argument: string;
  readonly next: string | undefined;
  readonly settings: Settings;
  set(name: string, value: unknown, argument: string): void;
}

/** `--name value`, `--name=value`, `--no-name`. Returns how many arguments beside this it took. */
function readLong({ argument, next, settings, set }: Reading): number {
  const sign = argument.indexOf("=");
  const name = sign < 0 ? argument.slice(2) : argument.slice(2, sign);
  if (sign >= 0) {
    const value = argument.slice(sign + 1);
    set(name, settings.boolean.has(name) ? value !== "false" : value, argument);
    return 0;
  }
  if (name.startsWith("no-") && settings.negatable.has(name.slice(3))) {
    set(name.slice(3), false, argument);
    return 0;
  }
  return settings.allBoolean && !settings.string.has(name)
    ? readFlag({ argument, next, settings, set }, name)
    : readValue({ argument, next, settings, set }, name);
}

/** `-a`, `-abc`, `-n5`, `-n=5`, `-n 5`. */
function readShort({ argument, next, settings, set }: Reading): number {
  for (let at = 1; at < argument.length; at++) {
    const name = argument[at] ?? "";
    const rest = argument.slice(at + 1);
    if (rest === "") return readValue({ argument, next, settings, set }, name);
    if (rest.startsWith("=")) {
      const value = rest.slice(1);
      set(name, settings.boolean.has(name) ? value !== "false" : value, argument);
      return 0;
    }
    if (!settings.boolean.has(name) && (isNumber(rest) || /^\W/.test(rest))) {
      set(name, rest, argument);
      return 0;
    }
    set(name, settings.string.has(name) ? "" : true, argument);
  }
  return 0;
}

function readValue(reading: Reading, name: string): number {
  const { argument, next, settings, set } = reading;
  if (settings.boolean.has(name)) return readFlag(reading, name);
  if (next !== undefined && (next === "-" || !next.startsWith("-"))) {
    set(name, next, argument);
    return 1;
  }
  set(name, settings.string.has(name) ? "" : true, argument);
  return 0;
}

/** A flag takes no value but a spelt out `true` or `false`. */
function readFlag({ argument, next, set }: Reading, name: string): number {
  const spelt = next === "true" || next === "false";
  set(name, spelt ? next === "true" : true, argument);
  return spelt ? 1 : 0;
}

function operand(text: string, settings: Settings): string | number {
  return settings.string.has("_") ? text : number(text);
}

function number(text: string): string | number {
  return isNumber(text) ? Number(text) : text;
}

function isNumber(text: string): boolean {
  return /^0x[0-9a-f]+$/i.test(text) || /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/.test(text);
}

function list(names: Names | undefined): readonly string[] {
  if (names === undefined) return [];
  return typeof names === "string" ? [names] : names;
}

/** Where a dotted name (`--server.port`) leads: the object that holds it, and its last part. */
function place(result: Args, name: string): [Record<string, unknown>, string] {
  const parts = name.split(".");
  const last = parts.pop() ?? "";
  let holder: Record<string, unknown> = result;
  for (const part of parts) {
    const inner = Object.hasOwn(holder, part) ? holder[part] : undefined;
    const open = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    const value: unknown = open ? inner : {};
    if (!open) define(holder, part, value);
    holder = value as Record<string, unknown>;
  }
  return [holder, last];
}

function has(result: Args, name: string): boolean {
  let holder: unknown = result;
  for (const part of name.split(".")) {
    if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, part)) return false;
    holder = (holder as Record<string, unknown>)[part];
  }
  return true;
}

function put(result: Args, name: string, value: unknown): void {
  define(...place(result, name), value);
}

function store(result: Args, name: string, given: { value: unknown; collect: boolean }): void {
  const [holder, key] = place(result, name);
  const before = Object.hasOwn(holder, key) ? holder[key] : undefined;
  // A negation stands for itself, also where values are collected.
  if (!given.collect || given.value === false) define(holder, key, given.value);
  else if (Array.isArray(before)) before.push(given.value);
  else define(holder, key, [given.value]);
}

/** Defines instead of assigns: `--__proto__.x` must stay an ordinary name. */
function define(holder: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(holder, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}
