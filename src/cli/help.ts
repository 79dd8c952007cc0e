/** The texts of `--help`, for the whole and for each command. */
import type { Command, Option } from "./command.ts";
import type { Listed } from "./commands.ts";
import type { Paint } from "./paint.ts";
import { visibleWidth } from "./table.ts";

interface Look {
  readonly paint: Paint;
  /** Columns to stay within; lines longer than people read are wrapped wherever they go. */
  readonly width: number;
}

const READABLE = 100;

export function mainHelp(commands: readonly Listed[], look: Look): string {
  const { paint } = look;
  return [
    "Transparent proxy and traffic recorder for DICOM: modality -> dicomtap -> PACS.",
    "",
    `${paint.bold("Usage:")} dicomtap COMMAND [OPTION...]`,
    "",
    paint.bold("Commands:"),
    ...commandRows(commands, look),
    "",
    paint.bold("Examples:"),
    ...examples(
      [
        { run: "dicomtap demo", does: "See it work, with nothing to set up" },
        { run: "dicomtap proxy --listen 11112 --to pacs:104", does: "Forward and record" },
        { run: "dicomtap show captures", does: "Print what passed" },
      ],
      paint,
    ),
    "",
    "`dicomtap COMMAND --help` tells more about a command, `dicomtap --version` which one this is.",
  ].join("\n");
}

/** The help on a first word that is no command alone: `dicomtap replay --help`. */
export function groupHelp(group: string, commands: readonly Listed[], look: Look): string {
  const { paint } = look;
  return [
    `${paint.bold("Usage:")} dicomtap ${group} COMMAND [OPTION...]`,
    "",
    paint.bold("Commands:"),
    ...commandRows(commands, look),
    "",
    `\`dicomtap ${group} COMMAND --help\` tells more about a command.`,
  ].join("\n");
}

function commandRows(commands: readonly Listed[], look: Look): string[] {
  const rows = commands
    .filter((command) => command.load !== undefined)
    .map((command) => [look.paint.cyan(command.name), command.summary] as const);
  return pairs(rows, look);
}

export function commandHelp(command: Command, look: Look): string {
  const { paint } = look;
  const options = Object.entries(command.options).map(
    ([name, option]) => [paint.cyan(optionNames(name, option)), describe(option)] as const,
  );
  options.push([paint.cyan("-h, --help"), "Print this help"]);
  return [
    `${command.summary}.`,
    "",
    `${paint.bold("Usage:")} ${["dicomtap", command.name, command.usage].join(" ").trim()}`,
    ...(command.about === undefined ? [] : ["", ...wrapped(command.about, lineWidth(look))]),
    "",
    paint.bold("Options:"),
    ...pairs(options, look),
    ...(command.examples.length > 0 ? ["", paint.bold("Examples:")] : []),
    ...examples(command.examples, paint),
    ...(command.notes === undefined ? [] : ["", command.notes]),
  ].join("\n");
}

/** A wider name stands on a line of its own, its description below. */
const MAX_NAME = 40;

/** A name and its description a row; long descriptions go on in their own column. */
function pairs(rows: readonly (readonly [string, string])[], look: Look): string[] {
  const widths = rows.map(([name]) => visibleWidth(name)).filter((width) => width <= MAX_NAME);
  const first = Math.max(0, ...widths);
  const room = Math.max(lineWidth(look) - first - 4, 24);
  const indent = " ".repeat(first + 4);
  return rows.flatMap(([name, text]) => {
    const [head = "", ...rest] = wrapped(text, room);
    const more = rest.map((line) => `${indent}${line}`);
    const space = first - visibleWidth(name);
    if (space < 0) return [`  ${name}`, `${indent}${head}`, ...more];
    return [`  ${name}${" ".repeat(space)}  ${head}`, ...more];
  });
}

function wrapped(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    for (const word of paragraph.split(" ")) {
      const line = lines.at(-1);
      if (line !== undefined && line.length + 1 + word.length <= width) {
        lines[lines.length - 1] = `${line} ${word}`;
      } else lines.push(word);
    }
    return lines;
  });
}

function lineWidth({ width }: Look): number {
  return Math.min(width, READABLE);
}

function examples(list: Command["examples"], paint: Paint): string[] {
  return list.flatMap(({ run, does }) => [`  ${run}`, paint.dim(`      ${does}`)]);
}

function optionNames(name: string, option: Option): string {
  const short = option.short === undefined ? "    " : `-${option.short}, `;
  if (option.kind === "flag" || option.kind === "count") return `${short}--${name}`;
  const negated = option.negatable === true ? `, --no-${name}` : "";
  return `${short}--${name} ${placeholder(option)}${negated}`;
}

function placeholder(option: Exclude<Option, { kind: "flag" } | { kind: "count" }>): string {
  if (option.value !== undefined) return option.value;
  switch (option.kind) {
    case "string":
      return option.choices?.join("|") ?? "TEXT";
    case "number":
      return "N";
    case "duration":
      return withWords("TIME", option.words);
    case "size":
      return withWords("SIZE", option.words);
    case "address":
      return withWords("[HOST:]PORT", option.words);
    default:
      return option satisfies never;
  }
}

function withWords(text: string, words: readonly string[] | undefined): string {
  return [text, ...(words ?? [])].join("|");
}

function describe(option: Option): string {
  if (option.kind === "flag" || option.kind === "count") return option.help;
  const notes = [
    ...(option.default === undefined ? [] : [`default ${option.default}`]),
    ...(option.repeatable === true ? ["may be repeated"] : []),
  ];
  return notes.length === 0 ? option.help : `${option.help} (${notes.join(", ")})`;
}
