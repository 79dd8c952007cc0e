/** The texts of `--help`, for the whole and for each command. */
import type { Command, Option } from "./command.ts";
import type { Listed } from "./commands.ts";
import type { Paint } from "./paint.ts";
import { tableLines } from "./table.ts";

export function mainHelp(commands: readonly Listed[], paint: Paint): string {
  const rows = commands
    .filter((command) => command.load !== undefined)
    .map((command) => [paint.cyan(command.name), command.summary]);
  return [
    "Transparent proxy and traffic recorder for DICOM: modality -> dicomtap -> PACS.",
    "",
    `${paint.bold("Usage:")} dicomtap COMMAND [OPTION...]`,
    "",
    paint.bold("Commands:"),
    ...tableLines(PLAIN_PAIR, rows, { indent: "  " }),
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

export function commandHelp(command: Command, paint: Paint): string {
  const options = Object.entries(command.options).map(([name, option]) => [
    paint.cyan(optionNames(name, option)),
    describe(option),
  ]);
  options.push([paint.cyan("-h, --help"), "Print this help"]);
  return [
    `${command.summary}.`,
    ...(command.about === undefined ? [] : ["", command.about]),
    "",
    `${paint.bold("Usage:")} ${["dicomtap", command.name, command.usage].join(" ").trim()}`,
    "",
    paint.bold("Options:"),
    ...tableLines(PLAIN_PAIR, options, { indent: "  " }),
    ...(command.examples.length > 0 ? ["", paint.bold("Examples:")] : []),
    ...examples(command.examples, paint),
  ].join("\n");
}

const PLAIN_PAIR = [{ title: "" }, { title: "" }] as const;

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
