/**
 * `dicomtap COMMAND`: finds the command, checks its arguments, runs it, and turns what it throws
 * into words and an exit code.
 *
 * Exit codes: 0 done; 1 the answer is "no"; 2 usage or configuration; 3 could not connect or
 * associate. 70 says that this program is at fault.
 */
import { setTimeout as pause } from "node:timers/promises";
import { escapeControls } from "../escape.ts";
import { runtime } from "../io/runtime.ts";
import { nearestName } from "../nearest.ts";
import { PRODUCT } from "../version.ts";
import type { Command } from "./command.ts";
import { CommandError, usageError } from "./command_error.ts";
import { COMMANDS, commandOf } from "./commands.ts";
import { type Context, createContext } from "./context.ts";
import { commandHelp, groupHelp, mainHelp } from "./help.ts";
import { OutputClosed } from "./output.ts";
import { parseOptions } from "./parse_options.ts";
import { isStopping } from "./stop.ts";
import { explainSystemError } from "./system_error.ts";

const FAULT_OF_OURS = 70;
const FLUSH_LIMIT_MS = 1_000;

/** Runs one command and ends the process. */
export async function main(args: readonly string[]): Promise<never> {
  const context = createContext();
  const exitCode = await run(args, context);
  const { out, err } = context;
  const flushed = Promise.all([out.flush(), err.flush()]).then(() => tellLost(context));
  // Who stops the program does not wait for a reader that has stopped (O-09).
  if (isStopping()) await Promise.race([flushed, pause(FLUSH_LIMIT_MS)]);
  else await flushed;
  // What is stopped did what it had to, whatever became of the words about it.
  process.exit(out.fault === undefined || isStopping() ? exitCode : 2);
}

/** Who redirected the output into a file is told that it is not whole. */
async function tellLost({ out, err }: Context): Promise<void> {
  if (out.fault === undefined) return;
  const told = explainSystemError(out.fault, "the output");
  err.line(`dicomtap: ${told?.message ?? "Cannot write the output"}`);
  await err.flush();
}

/** Runs one command and resolves to its exit code. Never throws. */
export async function run(args: readonly string[], context: Context): Promise<number> {
  try {
    const [first, ...rest] = args;
    if (first === undefined) {
      context.err.line(mainHelp(COMMANDS, { paint: context.errPaint, width: context.width }));
      return 2;
    }
    if (first === "--help" || first === "-h" || first === "help") return await help(rest, context);
    if (first === "--version" || first === "-V") {
      context.out.line(`${PRODUCT} (${runtime.name} ${runtime.version})`);
      return 0;
    }
    const { command, rest: own } = await loadCommand(args, context);
    if (command === undefined) return 0;
    return await runCommand(command, { args: own, context });
  } catch (error) {
    return explain(error, { program: "dicomtap", context });
  }
}

/** Runs a command that is loaded. Never throws. */
export async function runCommand(
  command: Command,
  { args, context }: { readonly args: readonly string[]; readonly context: Context },
): Promise<number> {
  try {
    return await checkAndRun(command, { args, context });
  } catch (error) {
    return explain(error, { program: `dicomtap ${command.name}`, context });
  }
}

async function checkAndRun(
  command: Command,
  { args, context }: { readonly args: readonly string[]; readonly context: Context },
): Promise<number> {
  const parsed = parseOptions(args, command.options);
  if (parsed.help) {
    context.out.line(commandHelp(command, context));
    return 0;
  }
  const { min, max } = command.operands ?? { min: 0, max: 0 };
  const usage = `Usage: dicomtap ${command.name} ${command.usage}`.trim();
  if (parsed.operands.length < min) {
    // The operands of a usage are its capitals: CAPTURE... [FILTER].
    const names = command.usage.split(/[ .]+/).filter((word) => /^[A-Z]+(:[A-Z]+)?$/i.test(word));
    throw usageError(`${names[parsed.operands.length] ?? "An operand"} is missing`, usage);
  }
  const extra = parsed.operands[max];
  if (extra !== undefined) throw usageError(`Cannot make sense of "${shown(extra)}"`, usage);
  return await command.run(parsed, context);
}

async function help(args: readonly string[], context: Context): Promise<number> {
  if (args.length === 0) {
    context.out.line(mainHelp(COMMANDS, context));
    return 0;
  }
  const { command } = await loadCommand([...args, "--help"], context);
  if (command !== undefined) context.out.line(commandHelp(command, context));
  return 0;
}

/** No command where the user asked for the help on a group, which is printed. */
async function loadCommand(
  args: readonly string[],
  context: Context,
): Promise<{ readonly command: Command | undefined; readonly rest: readonly string[] }> {
  const named = commandOf(args);
  const [first = ""] = args;
  if (named === undefined) {
    throw unknownName(first, [...new Set(COMMANDS.map(({ name }) => name.split(" ")[0] ?? ""))]);
  }
  const { rest } = named;
  if ("listed" in named) {
    const { name, load } = named.listed;
    if (load === undefined) throw usageError(`Command ${name} is not in this version yet`);
    return { command: (await load()).command, rest };
  }
  const [second] = rest;
  const names = named.group.map(({ name }) => name);
  if (second === "--help" || second === "-h") {
    context.out.line(groupHelp(first, named.group, context));
    return { command: undefined, rest };
  }
  if (second === undefined) {
    throw usageError(
      `Command ${first} needs a second word`,
      `It is one of ${names.map((name) => `dicomtap ${name}`).join(", ")}.`,
    );
  }
  throw unknownName(`${first} ${second}`, names);
}

function unknownName(given: string, known: readonly string[]): CommandError {
  const what = given.startsWith("-") ? "option" : "command";
  const near = nearestName(given, known);
  const hint = near === undefined ? "See dicomtap --help." : `Did you mean dicomtap ${near}?`;
  return usageError(`Unknown ${what} ${given === "" ? '""' : shown(given)}`, hint);
}

interface Failing {
  readonly program: string;
  readonly context: Context;
}

function explain(error: unknown, { program, context }: Failing): number {
  if (error instanceof OutputClosed) return 0;
  const { err, errPaint } = context;
  const told = error instanceof CommandError ? error : explainSystemError(error);
  if (told !== undefined) {
    err.line(`${program}: ${errPaint.red(told.message)}`);
    if (told.hint !== undefined) err.line(told.hint);
    return told.exitCode;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  err.line(`${program}: ${errPaint.red("this is a fault of dicomtap itself, please report it")}`);
  err.line(text.split("\n").map(escapeControls).join("\n"));
  return FAULT_OF_OURS;
}

function shown(text: string): string {
  return escapeControls(text).slice(0, 80);
}
