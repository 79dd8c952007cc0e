/**
 * What a command is. To add one: write `src/cli/<name>.ts` that exports
 * `command = defineCommand({...})`, and name it in commands.ts. Everything a user types is checked
 * against the table of options before `run` is called, so `run` gets typed values and never an
 * unknown option.
 *
 *     export const command = defineCommand({
 *       name: "verify",
 *       summary: "Check capture files for damage",
 *       usage: "CAPTURE...",
 *       operands: { min: 1, max: Infinity },
 *       options: {
 *         json: JSON_OPTION,
 *         timeout: { kind: "duration", default: "10s", help: "Give up after this long" },
 *       },
 *       examples: [{ run: "dicomtap verify captures/*.dcap", does: "Check every capture" }],
 *       async run({ options, operands }, context) {
 *         context.out.line(`${operands[0]}: sound after ${options.timeout} ms`);
 *         return 0;
 *       },
 *     });
 */
import type { Address } from "../address.ts";
import type { Context } from "./context.ts";

/** 0 done; 1 the answer is "no"; 2 usage or configuration; 3 could not connect or associate. */
export type ExitCode = 0 | 1 | 2 | 3;

interface Described {
  /** One line, starts with a capital, no full stop. */
  readonly help: string;
  /** One letter: `-o` beside `--output`. */
  readonly short?: string;
}

interface Valued extends Described {
  /** Shown in the help: `--to HOST:PORT`. By default derived from the kind. */
  readonly value?: string;
  /** As the user would write it; read like any other value, and shown in the help. */
  readonly default?: string;
  /** May be given more than once; the value is then a list. */
  readonly repeatable?: true;
  /** Also `--no-NAME`, which gives `false`. */
  readonly negatable?: true;
}

/** Both included; none is below 0. */
export interface Limits {
  readonly min?: number;
  readonly max?: number;
}

export type Option =
  /** `--json`: true or false. */
  | (Described & { readonly kind: "flag" })
  /** `-v -vv`: how often. */
  | (Described & { readonly kind: "count" })
  | (Valued & { readonly kind: "string"; readonly choices?: readonly string[] })
  /** A whole number. */
  | (Valued & { readonly kind: "number" } & Limits)
  /** Milliseconds. */
  | (Valued & { readonly kind: "duration"; readonly words?: readonly string[] } & Limits)
  /** Octets. */
  | (Valued & { readonly kind: "size"; readonly words?: readonly string[] } & Limits)
  /** `words` are taken as they are: `--dashboard off`. */
  | (Valued & { readonly kind: "address"; readonly words?: readonly string[] });

export type Options = Readonly<Record<string, Option>>;

/** One value of an option, by its kind. */
type One<O extends Option> =
  | (O extends { readonly kind: "string" }
      ? O extends { readonly choices: readonly (infer C)[] }
        ? C
        : string
      : O extends { readonly kind: "address" }
        ? Address
        : number)
  | (O extends { readonly words: readonly (infer W)[] } ? W : never);

export type OptionValue<O extends Option> = O extends { readonly kind: "flag" }
  ? boolean
  : O extends { readonly kind: "count" }
    ? number
    : O extends { readonly repeatable: true }
      ? readonly One<O>[]
      :
          | One<O>
          | (O extends { readonly default: string } ? never : undefined)
          | (O extends { readonly negatable: true } ? false : never);

export type OptionValues<O extends Options> = { readonly [Name in keyof O]: OptionValue<O[Name]> };

export interface CommandArguments<O extends Options = Options> {
  readonly options: OptionValues<O>;
  /** What is not an option, in order: `CAPTURE... [FILTER]`. */
  readonly operands: readonly string[];
}

export interface Example {
  readonly run: string;
  readonly does: string;
}

export interface Command<O extends Options = Options> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the name, without options: `CAPTURE... [FILTER]`. */
  readonly usage: string;
  /** More words for `--help`, when the summary does not say it all. */
  readonly about?: string;
  /** What is too long to stand before the options: comes last, as it is. */
  readonly notes?: string;
  readonly operands?: { readonly min: number; readonly max: number };
  readonly options: O;
  readonly examples: readonly Example[];
  /** Resolves to the exit code. Throws a CommandError for what the user can put right. */
  run(args: CommandArguments<O>, context: Context): Promise<ExitCode>;
}

/** Keeps the literal types of the option table, so that `run` sees typed values. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return command as unknown as Command;
}

/** Many commands have it: one JSON object a line on stdout. */
export const JSON_OPTION = {
  kind: "flag",
  help: "Print one JSON object a line",
} as const satisfies Option;
