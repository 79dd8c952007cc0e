/**
 * Arguments of a command, read by its table of options. Unknown options, missing and bad values are
 * refused by name, with a hint; nothing is guessed.
 */
import { parseArgs } from "@std/cli/parse-args";
import { ADDRESS_FORMAT, type Address, parseAddress } from "../address.ts";
import { escapeControls } from "../escape.ts";
import { nearestName } from "../nearest.ts";
import {
  DURATION_FORMAT,
  formatDurationMs,
  formatSize,
  parseDurationMs,
  parseSize,
  SIZE_FORMAT,
} from "../units.ts";
import type { CommandArguments, Limits, Option, Options } from "./command.ts";
import { badValue, usageError } from "./command_error.ts";

export interface ParsedOptions extends CommandArguments {
  readonly help: boolean;
}

export function parseOptions(args: readonly string[], options: Options): ParsedOptions {
  const names = Object.keys(options);
  const unknown: string[] = [];
  const parsed = parseArgs([...args], {
    boolean: ["help", ...names.filter((name) => isFlag(options[name]))],
    string: ["_", ...names.filter((name) => !isFlag(options[name]))],
    collect: names,
    negatable: names.filter((name) => isNegatable(options[name])),
    alias: { help: ["h"], ...shortNames(options) },
    unknown: (argument, name) => {
      if (name === undefined) return true;
      const whole = argument.startsWith("--") || /^-\d/.test(argument);
      unknown.push(whole ? (argument.split("=")[0] ?? "") : `-${name}`);
      return false;
    },
  });
  if (parsed["help"] === true) return { help: true, options: {}, operands: [] };
  if (unknown[0] !== undefined) throw unknownOption(unknown[0], options);
  refuseValuedFlags(args, options);
  const values = Object.fromEntries(
    names.map((name) => {
      const given = parsed[name];
      const option = options[name] as Option;
      const list = Array.isArray(given) ? given : given === false ? [false] : [];
      return [name, readValues({ name, option }, list)];
    }),
  );
  return { help: false, options: values as never, operands: parsed._.map(String) };
}

/** `--yes=no` would be a yes, `-v=3` a single -v. */
function refuseValuedFlags(args: readonly string[], options: Options): void {
  const letters = new Set<string | undefined>();
  for (const option of Object.values(options)) if (isFlag(option)) letters.add(option.short);
  for (const argument of args) {
    if (argument === "--") return;
    const [, long = "", short = ""] = /^(?:--([^=]+)|-([a-z]+))=/i.exec(argument) ?? [];
    // One that takes a value takes the rest as it: -o=x, -vo=x.
    const isShort = short !== "" && [...short].every((letter) => letters.has(letter));
    const shown = isShort ? `-${short}` : `--${long}`;
    if (!isShort && !isFlag(options[long])) continue;
    throw usageError(`Option ${shown} takes no value`, `Write ${shown} alone.`);
  }
}

interface Named {
  readonly name: string;
  readonly option: Option;
}

function readValues(named: Named, given: readonly unknown[]): unknown {
  const { name, option } = named;
  if (option.kind === "flag") return given.at(-1) === true;
  if (option.kind === "count") return given.filter((value) => value === true).length;
  if (option.repeatable === true) {
    if (given.includes(false)) return [];
    if (given.length > 0) return given.map((value) => readValue(named, String(value)));
    return option.default === undefined ? [] : [readValue(named, option.default)];
  }
  if (given.length > 1) {
    throw usageError(`Option --${name} is given ${given.length} times`, "Give it once.");
  }
  if (given[0] === false) return false;
  if (given[0] !== undefined) return readValue(named, String(given[0]));
  return option.default === undefined ? undefined : readValue(named, option.default);
}

function readValue(named: Named, text: string): unknown {
  const { option } = named;
  if (text === "") throw usageError(`Option --${named.name} needs a value: ${expected(option)}`);
  switch (option.kind) {
    case "flag":
    case "count":
      return true;
    case "string":
      if (option.choices === undefined || option.choices.includes(text)) return text;
      throw refused(named, text, suggest(text, option.choices));
    case "number": {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      if (isWithin(option, value)) return value;
      throw refused(named, text);
    }
    case "duration":
    case "size": {
      if (option.words?.includes(text) === true) return text;
      const value = option.kind === "duration" ? parseDurationMs(text) : parseSize(text);
      if (value !== undefined && isWithin(option, value)) return value;
      throw refused(named, text);
    }
    case "address": {
      if (option.words?.includes(text) === true) return text;
      const address: Address | { readonly wrong: string } = parseAddress(text);
      if (!("wrong" in address)) return address;
      throw refused(named, text, `${capital(address.wrong)}.`);
    }
    default:
      return option satisfies never;
  }
}

function refused({ name, option }: Named, text: string, hint?: string) {
  return badValue(name, text, hint ?? `It takes ${expected(option)}.`);
}

/** What an option takes, in words. */
export function expected(option: Option): string {
  switch (option.kind) {
    case "flag":
    case "count":
      return "no value";
    case "string":
      return option.choices?.join(", ") ?? option.value ?? "text";
    case "number":
      return limited("a whole number", option, String);
    case "duration":
      return orWords(limited(DURATION_FORMAT, option, formatDurationMs), option.words);
    case "size":
      return orWords(limited(SIZE_FORMAT, option, formatSize), option.words);
    case "address":
      return orWords(ADDRESS_FORMAT, option.words);
    default:
      return option satisfies never;
  }
}

function limited(what: string, { min, max }: Limits, print: (limit: number) => string): string {
  if (min !== undefined && max !== undefined) return `${what} from ${print(min)} to ${print(max)}`;
  if (max !== undefined) return `${what}, at most ${print(max)}`;
  return min === undefined ? what : `${what}, at least ${print(min)}`;
}

function isWithin({ min = 0, max = Number.POSITIVE_INFINITY }: Limits, value: number): boolean {
  return value >= min && value <= max;
}

function orWords(text: string, words: readonly string[] | undefined): string {
  return words === undefined ? text : `${text}, or ${words.join(", ")}`;
}

function unknownOption(given: string, options: Options) {
  if (/^-\d/.test(given)) {
    const hint = "No option has a negative value; see --help.";
    return usageError(`Cannot take ${escapeControls(given).slice(0, 80)}`, hint);
  }
  const name = given.replace(/^--?(no-)?/, "");
  const known = options[name];
  if (given.startsWith("--no-") && known !== undefined) {
    return usageError(`Option --${name} cannot be switched off with ${given}`, "See --help.");
  }
  const near = given.startsWith("--")
    ? nearestName(name, [...Object.keys(options), "help"])
    : undefined;
  const hint = near === undefined ? "See --help for the options." : `Did you mean --${near}?`;
  return usageError(`Unknown option ${escapeControls(given).slice(0, 80)}`, hint);
}

function suggest(text: string, choices: readonly string[]): string {
  const near = nearestName(text, choices);
  const all = `It is one of ${choices.join(", ")}.`;
  return near === undefined ? all : `Did you mean ${near}? ${all}`;
}

function shortNames(options: Options): Record<string, string[]> {
  const short: Record<string, string[]> = {};
  for (const [name, option] of Object.entries(options)) {
    if (option.short !== undefined) short[name] = [option.short];
  }
  return short;
}

function isFlag(option: Option | undefined): boolean {
  return option?.kind === "flag" || option?.kind === "count";
}

function isNegatable(option: Option | undefined): boolean {
  return (
    option?.kind === "flag" ||
    (option !== undefined && "negatable" in option && option.negatable === true)
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
