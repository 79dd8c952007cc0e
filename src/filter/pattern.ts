/**
 * Regular expressions of the filter language, read into a small program that pattern_match.ts runs.
 *
 * Filters come from users, configuration and the dashboard, and are matched against what peers sent:
 * a backtracking engine could be made to run for ever by either. This one takes time proportional to
 * pattern x text whatever they are. The price: no back-references and no lookaround; both are refused
 * in words. Everything else reads as in JavaScript with the flag `i`.
 */

export type Assertion = "start" | "end" | "boundary" | "inside";

export type Instruction =
  | { readonly do: "unit"; readonly set: UnitSet }
  | { readonly do: "split"; readonly to: number; readonly or: number }
  | { readonly do: "assert"; readonly that: Assertion }
  | { readonly do: "match" };

/** UTF-16 code units, as ranges from-to in pairs. */
export interface UnitSet {
  readonly ranges: readonly number[];
  readonly negated: boolean;
}

export interface Pattern {
  readonly source: string;
  /** Set where the pattern is plain text: the text, canonical. Faster than the program. */
  readonly literal: string | undefined;
  readonly program: readonly Instruction[];
}

export interface PatternError {
  readonly wrong: string;
  /** Where in the source. */
  readonly position: number;
}

const MAX_SOURCE = 500;
const MAX_PROGRAM = 4000;
const MAX_DEPTH = 50;

/** The pattern, or what is wrong with it. Never throws. */
export function readPattern(source: string): Pattern | PatternError {
  if (source.length > MAX_SOURCE) {
    return {
      wrong: `the expression is longer than ${MAX_SOURCE} characters`,
      position: MAX_SOURCE,
    };
  }
  try {
    const reader = new PatternReader(source);
    const tree = reader.read();
    const program: Instruction[] = [];
    emit(tree, program);
    program.push({ do: "match" });
    return { source, literal: literalOf(tree), program };
  } catch (error) {
    if (error instanceof PatternFault) return { wrong: error.message, position: error.position };
    throw error;
  }
}

/** As JavaScript compares with the flag `i` (ECMAScript, Canonicalize without `u`). */
export function canonicalUnit(unit: number): number {
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x20;
  if (unit < 0x80) return unit;
  const upper = String.fromCharCode(unit).toUpperCase();
  if (upper.length !== 1) return unit;
  const result = upper.charCodeAt(0);
  return result < 0x80 ? unit : result;
}

type Tree =
  | { readonly is: "unit"; readonly set: UnitSet; readonly char?: number }
  | { readonly is: "assert"; readonly that: Assertion }
  | { readonly is: "sequence"; readonly parts: readonly Tree[] }
  | { readonly is: "choice"; readonly parts: readonly Tree[] }
  | { readonly is: "repeat"; readonly part: Tree; readonly min: number; readonly max: number };

class PatternFault extends Error {
  readonly position: number;
  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

const DIGIT = [0x30, 0x39];
const WORD = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
const SPACE = [
  ...[0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a],
  ...[0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff],
];
const LINE_END = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029];
const CLASSES: Readonly<Record<string, readonly number[]>> = { d: DIGIT, w: WORD, s: SPACE };
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, "0": 0 };

class PatternReader {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Tree {
    const tree = this.#choice();
    if (this.#at < this.#source.length) throw this.#fault("a ) closes nothing");
    return tree;
  }

  #choice(): Tree {
    const parts = [this.#sequence()];
    while (this.#take("|")) parts.push(this.#sequence());
    return parts.length === 1 ? (parts[0] as Tree) : { is: "choice", parts };
  }

  #sequence(): Tree {
    const parts: Tree[] = [];
    while (this.#at < this.#source.length && !this.#sees("|") && !this.#sees(")")) {
      parts.push(this.#repeated(this.#atom()));
    }
    return parts.length === 1 ? (parts[0] as Tree) : { is: "sequence", parts };
  }

  #atom(): Tree {
    const char = this.#source[this.#at] ?? "";
    if (char === "(") return this.#group();
    if (char === "[") return this.#class();
    if (char === "\\") return this.#escape();
    if ("*+?".includes(char)) throw this.#fault(`${char} has nothing to repeat`);
    this.#at++;
    if (char === ".") return { is: "unit", set: { ranges: LINE_END, negated: true } };
    if (char === "^") return { is: "assert", that: "start" };
    if (char === "$") return { is: "assert", that: "end" };
    return unitTree(char.charCodeAt(0));
  }

  #group(): Tree {
    this.#at++;
    if (this.#sees("?") && !this.#take("?:")) {
      throw this.#fault("lookaround and named groups are not supported");
    }
    if (++this.#depth > MAX_DEPTH) throw this.#fault("groups are nested too deep");
    const tree = this.#choice();
    this.#depth--;
    if (!this.#take(")")) throw this.#fault("a ( is not closed");
    return tree;
  }

  #escape(): Tree {
    const letter = this.#source[this.#at + 1] ?? "";
    if (letter === "b" || letter === "B") {
      this.#at += 2;
      return { is: "assert", that: letter === "b" ? "boundary" : "inside" };
    }
    const ranges = CLASSES[letter.toLowerCase()];
    if (ranges !== undefined) {
      this.#at += 2;
      return { is: "unit", set: { ranges, negated: letter !== letter.toLowerCase() } };
    }
    return unitTree(this.#escapedUnit());
  }

  /** What a backslash and what follows it stand for, where that is one character. */
  #escapedUnit(): number {
    const [whole, letter = ""] = /^\\(x[\da-f]{2}|u[\da-f]{4}|.)/is.exec(this.#rest(7)) ?? [];
    if (whole === undefined) throw this.#fault("nothing follows the last \\");
    const control = CONTROLS[letter];
    if (control === undefined && letter.length === 1 && /[\da-z]/i.test(letter)) {
      throw this.#fault(
        /\d|k/.test(letter) ? "back-references are not supported" : `\\${letter} is not supported`,
      );
    }
    this.#at += whole.length;
    if (letter.length > 1) return Number.parseInt(letter.slice(1), 16);
    return control ?? letter.charCodeAt(0);
  }

  #class(): Tree {
    const start = this.#at;
    this.#at++;
    const negated = this.#take("^");
    const ranges: number[] = [];
    while (!this.#take("]")) {
      if (this.#at >= this.#source.length) throw new PatternFault("a [ is not closed", start);
      const from = this.#classMember(ranges);
      if (from === undefined) continue;
      if (!this.#sees("-") || this.#source[this.#at + 1] === "]") {
        ranges.push(from, from);
        continue;
      }
      this.#at++;
      const to = this.#classMember(ranges);
      if (to === undefined) ranges.push(from, from, 0x2d, 0x2d);
      else if (to < from) throw this.#fault("a range in [ ] is out of order");
      else ranges.push(from, to);
    }
    return { is: "unit", set: { ranges, negated } };
  }

  /** One character; or `undefined` after a class such as `\d` went into the ranges. */
  #classMember(ranges: number[]): number | undefined {
    if (!this.#sees("\\")) return this.#source.charCodeAt(this.#at++);
    const letter = this.#source[this.#at + 1] ?? "";
    if (letter === "b") {
      this.#at += 2;
      return 8;
    }
    const known = CLASSES[letter.toLowerCase()];
    if (known === undefined) return this.#escapedUnit();
    this.#at += 2;
    ranges.push(...(letter === letter.toLowerCase() ? known : inverted(known)));
    return undefined;
  }

  #repeated(part: Tree): Tree {
    const match = /^(?:([*+?])|\{(\d{1,4})(?:(,)(\d{1,4})?)?\})\??/.exec(this.#rest(13));
    if (match === null) return part;
    const [whole, sign, least, comma, most] = match;
    const min = sign === undefined ? Number(least) : sign === "+" ? 1 : 0;
    const open = sign === "*" || sign === "+" || (comma !== undefined && most === undefined);
    const max = open ? Number.POSITIVE_INFINITY : sign === "?" ? 1 : Number(most ?? least);
    if (max < min) throw this.#fault("the numbers in { } are out of order");
    this.#at += whole.length;
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(this.#rest(12))) throw this.#fault("it repeats twice");
    return { is: "repeat", part, min, max };
  }

  #rest(length: number): string {
    return this.#source.slice(this.#at, this.#at + length);
  }

  #sees(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    const seen = this.#sees(text);
    if (seen) this.#at += text.length;
    return seen;
  }

  #fault(message: string): PatternFault {
    return new PatternFault(message, this.#at);
  }
}

function unitTree(char: number): Tree {
  return { is: "unit", set: { ranges: [char, char], negated: false }, char };
}

function inverted(ranges: readonly number[]): number[] {
  const result: number[] = [];
  let from = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    if ((ranges[i] ?? 0) > from) result.push(from, (ranges[i] ?? 0) - 1);
    from = (ranges[i + 1] ?? 0) + 1;
  }
  return [...result, from, 0xffff];
}

/** Appends the instructions of a tree. Repetitions with numbers are written out. */
function emit(tree: Tree, program: Instruction[]): void {
  if (program.length > MAX_PROGRAM) throw new PatternFault("it repeats too much", 0);
  switch (tree.is) {
    case "unit":
      program.push({ do: "unit", set: tree.set });
      return;
    case "assert":
      program.push({ do: "assert", that: tree.that });
      return;
    case "sequence":
      for (const part of tree.parts) emit(part, program);
      return;
    case "choice":
      emitChoice(tree.parts, program);
      return;
    case "repeat":
      emitRepeat(tree, program);
      return;
    default:
      tree satisfies never;
  }
}

/** Each alternative but the last ends with a jump to the end: a split whose ways are the same. */
function emitChoice(parts: readonly Tree[], program: Instruction[]): void {
  const jumps: number[] = [];
  for (const [i, part] of parts.entries()) {
    const split = program.length;
    const last = i === parts.length - 1;
    if (!last) program.push({ do: "match" });
    emit(part, program);
    if (last) break;
    jumps.push(program.length);
    program.push({ do: "match" });
    program[split] = { do: "split", to: split + 1, or: program.length };
  }
  for (const jump of jumps) {
    program[jump] = { do: "split", to: program.length, or: program.length };
  }
}

function emitRepeat(tree: Tree & { readonly is: "repeat" }, program: Instruction[]): void {
  const { part, min, max } = tree;
  for (let i = 0; i < min; i++) emit(part, program);
  if (max === Number.POSITIVE_INFINITY) {
    const split = program.length;
    program.push({ do: "match" });
    emit(part, program);
    program.push({ do: "split", to: split, or: split });
    program[split] = { do: "split", to: split + 1, or: program.length };
    return;
  }
  const splits: number[] = [];
  for (let i = min; i < max; i++) {
    splits.push(program.length);
    program.push({ do: "match" });
    emit(part, program);
  }
  for (const split of splits) {
    program[split] = { do: "split", to: split + 1, or: program.length };
  }
}

function literalOf(tree: Tree): string | undefined {
  const parts = tree.is === "sequence" ? tree.parts : [tree];
  let text = "";
  for (const part of parts) {
    if (part.is !== "unit" || part.char === undefined) return undefined;
    text += String.fromCharCode(canonicalUnit(part.char));
  }
  return text;
}
