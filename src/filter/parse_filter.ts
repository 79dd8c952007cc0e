/**
 * Reads a filter. Grammar, from loose to tight:
 *
 *     filter  = and *( "|" and )
 *     and     = not *( ["&"] not )                   juxtaposition is "and"
 *     not     = "!" not / "(" filter ")" / operator [argument] / word
 *     word    = quoted text, or characters up to a blank, a quote or one of ( ) & ~ ; a "|" between
 *               two characters of a word belongs to it: `~c 0000|A7xx`, `~ae CT|MR`
 *
 * The empty filter is `~all`. Rule: never throws; every error says where, what, and what to write.
 */
import type { Filter, FilterError } from "./filter.ts";
import { OPERATORS, operatorNamed } from "./operators.ts";
import { readPattern } from "./pattern.ts";
import { type ArgumentError, patternError, readArgument } from "./read_argument.ts";

export const MAX_FILTER_LENGTH = 4000;
const MAX_DEPTH = 100;
const MAX_TERMS = 500;

export function parseFilter(text: string): Filter | FilterError {
  if (text.length > MAX_FILTER_LENGTH) {
    const message = `it is longer than ${MAX_FILTER_LENGTH} characters`;
    return {
      kind: "filter error",
      message,
      position: MAX_FILTER_LENGTH,
      hint: "Use a shorter one.",
    };
  }
  try {
    return new FilterParser(text).parse();
  } catch (error) {
    if (error instanceof FilterFault) return error.told;
    throw error;
  }
}

class FilterFault extends Error {
  readonly told: FilterError;
  constructor(message: string, at: { position: number; hint: string }) {
    super(message);
    this.told = { kind: "filter error", message, ...at };
  }
}

const TERM_HINT = "A term is a word, an operator such as ~m, or a group in ( ).";

class FilterParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #terms = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Filter {
    this.#skipBlanks();
    if (this.#at === this.#text.length) return { kind: "all" };
    const filter = this.#or();
    if (this.#at < this.#text.length) throw this.#fault("a ) closes nothing", "Remove it.");
    return filter;
  }

  #or(): Filter {
    const of = [this.#and()];
    while (this.#take("|")) of.push(this.#and());
    return of.length === 1 ? (of[0] as Filter) : { kind: "or", of };
  }

  #and(): Filter {
    const of = [this.#not()];
    while (this.#at < this.#text.length && !this.#sees("|") && !this.#sees(")")) {
      this.#take("&");
      of.push(this.#not());
    }
    return of.length === 1 ? (of[0] as Filter) : { kind: "and", of };
  }

  #not(): Filter {
    if (++this.#depth > MAX_DEPTH) throw this.#fault("it is nested too deep", "Use fewer ( and !");
    try {
      if (this.#take("!")) return { kind: "not", of: this.#not() };
      return this.#term();
    } finally {
      this.#depth--;
    }
  }

  #term(): Filter {
    if (++this.#terms > MAX_TERMS) throw this.#fault("it has too many terms", "Use fewer.");
    const start = this.#at;
    if (this.#take("(")) {
      const filter = this.#or();
      if (this.#take(")")) return filter;
      this.#at = start;
      throw this.#fault("a ( is not closed", "Add a ) at the end of the group.");
    }
    if (this.#sees("~")) return this.#operator();
    const word = this.#word();
    if (word === undefined) {
      const found = this.#text[this.#at];
      const what = found === undefined ? "a term is missing" : `${found} is not a term`;
      throw this.#fault(what, TERM_HINT);
    }
    const pattern = readPattern(word);
    if ("wrong" in pattern) throw this.#argumentFault(patternError(pattern), start);
    return { kind: "word", pattern };
  }

  #operator(): Filter {
    const start = this.#at;
    const [name = "~"] = /^~[a-z]*/i.exec(this.#text.slice(this.#at)) ?? [];
    const operator = operatorNamed(name);
    if (operator === undefined) {
      const hint = `Operators: ${OPERATORS.map((known) => known.name).join(" ")}`;
      throw this.#fault(`there is no operator ${name}`, hint);
    }
    this.#at += name.length;
    this.#skipBlanks();
    if (operator.argument === "")
      return this.#withArgument(operator, { text: "", position: start });
    const position = this.#at;
    const text = this.#argument(operator.reads.as === "compare");
    if (text === undefined) {
      const what = `${operator.name} needs ${operator.argument}`;
      throw this.#fault(what, `${operator.name} ${operator.argument}: ${operator.help}`);
    }
    return this.#withArgument(operator, { text, position });
  }

  #withArgument(
    operator: (typeof OPERATORS)[number],
    { text, position }: { text: string; position: number },
  ): Filter {
    const filter = readArgument(operator, text);
    if ("wrong" in filter) throw this.#argumentFault(filter, position);
    return filter;
  }

  /** A comparison may stand apart from its amount: `~dur > 2s`. */
  #argument(compares: boolean): string | undefined {
    const [sign] = compares ? (/^[<>]?=?(?=\s)/.exec(this.#text.slice(this.#at)) ?? []) : [];
    if (sign === undefined || sign === "") return this.#word();
    this.#at += sign.length;
    this.#skipBlanks();
    const amount = this.#word();
    return amount === undefined ? undefined : sign + amount;
  }

  /** The text of a word, without its quotes; `undefined` when there is none. */
  #word(): string | undefined {
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'") return this.#quoted(quote);
    const [word = ""] = WORD.exec(this.#text.slice(this.#at)) ?? [];
    if (word === "") return undefined;
    this.#at += word.length;
    this.#skipBlanks();
    return word;
  }

  /** Backslashes stay, they belong to the expression; only before the quote they go. */
  #quoted(quote: string): string {
    const start = this.#at;
    let text = "";
    for (this.#at++; this.#text[this.#at] !== quote; this.#at++) {
      if (this.#at >= this.#text.length) {
        this.#at = start;
        throw this.#fault(`a ${quote} is not closed`, `Add a ${quote} at the end of the text.`);
      }
      const char = this.#text[this.#at] ?? "";
      const next = this.#text[this.#at + 1] ?? "";
      if (char !== "\\") text += char;
      else {
        text += next === quote ? next : char + next;
        this.#at++;
      }
    }
    this.#at++;
    this.#skipBlanks();
    return text;
  }

  #sees(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#sees(text)) return false;
    this.#at += text.length;
    this.#skipBlanks();
    return true;
  }

  #skipBlanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #fault(message: string, hint: string): FilterFault {
    return new FilterFault(message, { position: this.#at, hint });
  }

  #argumentFault({ wrong, hint, position }: ArgumentError, start: number): FilterFault {
    const at = Math.min(start + position, this.#text.length);
    return new FilterFault(wrong, { position: at, hint });
  }
}

/** The first character is no "|"; "\(" takes a bracket into a word. */
const WORD = /^(?:\\.|[^\s()"'~&|\\])(?:\\.|[^\s()"'~&|\\]|\|(?=[^\s()"'~&|!])|\|(?=!\w))*/s;
