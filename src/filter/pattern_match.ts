/**
 * Runs a pattern over a text: all ways through the program at once, one step a code unit (Thompson
 * 1968). Time is bounded by program x text, memory by the program.
 */
import { type Assertion, canonicalUnit, type Pattern, type UnitSet } from "./pattern.ts";

/** Whether the pattern is found anywhere in the text. */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  if (pattern.literal !== undefined) return canonical(text).includes(pattern.literal);
  return new Search(pattern, text).found();
}

class Search {
  readonly #program: Pattern["program"];
  readonly #text: string;
  /** For each instruction: 1 + the position at which it was last reached. */
  readonly #reached: Float64Array;
  #now: number[] = [];

  constructor(pattern: Pattern, text: string) {
    this.#program = pattern.program;
    this.#text = text;
    this.#reached = new Float64Array(pattern.program.length);
  }

  found(): boolean {
    for (let at = 0; ; at++) {
      if (this.#reach(0, at)) return true;
      if (at >= this.#text.length) return false;
      const unit = this.#text.charCodeAt(at);
      const before = this.#now;
      this.#now = [];
      for (const index of before) {
        const instruction = this.#program[index];
        if (instruction?.do !== "unit" || !inSet(instruction.set, unit)) continue;
        if (this.#reach(index + 1, at + 1)) return true;
      }
    }
  }

  /** Notes every instruction that reads a unit and can be reached; true when the end is reached. */
  #reach(start: number, at: number): boolean {
    const stack = [start];
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      if (this.#reached[index] === at + 1) continue;
      this.#reached[index] = at + 1;
      const instruction = this.#program[index];
      switch (instruction?.do) {
        case "match":
          return true;
        case "unit":
          this.#now.push(index);
          break;
        case "split":
          stack.push(instruction.or, instruction.to);
          break;
        case "assert":
          if (holds(instruction.that, this.#text, at)) stack.push(index + 1);
          break;
        case undefined:
          break;
        default:
          instruction satisfies never;
      }
    }
    return false;
  }
}

function holds(that: Assertion, text: string, at: number): boolean {
  switch (that) {
    case "start":
      return at === 0;
    case "end":
      return at === text.length;
    case "boundary":
      return isWord(text, at - 1) !== isWord(text, at);
    case "inside":
      return isWord(text, at - 1) === isWord(text, at);
    default:
      return that satisfies never;
  }
}

function isWord(text: string, at: number): boolean {
  return /\w/.test(text[at] ?? "");
}

/** In the set in either case. */
function inSet(set: UnitSet, unit: number): boolean {
  const char = String.fromCharCode(unit);
  const canon = canonicalUnit(unit);
  const lower = char.toLowerCase();
  const other = lower.length === 1 ? lower.charCodeAt(0) : unit;
  const isIn =
    has(set, unit) || has(set, canon) || (canonicalUnit(other) === canon && has(set, other));
  return isIn !== set.negated;
}

function has({ ranges }: UnitSet, unit: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (unit >= (ranges[i] ?? 0) && unit <= (ranges[i + 1] ?? 0)) return true;
  }
  return false;
}

function canonical(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toUpperCase();
  let result = "";
  for (let i = 0; i < text.length; i++) {
    result += String.fromCharCode(canonicalUnit(text.charCodeAt(i)));
  }
  return result;
}
