/**
 * `dicomtap diff A B`: two captures, or a capture and the recording of its replay, exchange by exchange.
 *
 * Exit codes: 0 nothing differs; 1 something does; 2 usage, or nothing to compare.
 */
import { diffCaptures } from "../../replay/compare/diff_captures.ts";
import { ALWAYS_IGNORED } from "../../replay/compare/ignore_rules.ts";
import { openRecordings, type Recordings } from "../../replay/source/recordings.ts";
import { escapeControls } from "../escape.ts";
import { capturePaths } from "../io/capture_paths.ts";
import { defineCommand, type ExitCode, JSON_OPTION } from "./command.ts";
import { usageError } from "./command_error.ts";
import type { Context } from "./context.ts";
import { DiffReport } from "./diff_report.ts";
import { IGNORE_OPTION, ignored } from "./ignore_option.ts";

export const command = defineCommand({
  name: "diff",
  summary: "Compare two captures, or a capture and the recording of its replay",
  usage: "A B",
  about:
    "A and B are captures, or directories of them. Associations are paired by the link that a replay writes into its recording (--record), " +
    "else by AE titles, presentation contexts and order; then exchanges by command, SOP class and order. " +
    "Compared is what messages mean, not how they are encoded. A UID for which B has another one is no difference as long as it is used alike. " +
    `Never looked at: ${ALWAYS_IGNORED.join(", ")}.`,
  operands: { min: 2, max: 2 },
  options: {
    ignore: IGNORE_OPTION,
    "exact-uids": { kind: "flag", help: "Every other UID is a difference" },
    all: { kind: "flag", help: "Print what is the same, too" },
    "show-phi": { kind: "flag", help: "Show names and identifiers of patients in differences" },
    json: JSON_OPTION,
  },
  examples: [
    {
      run: "dicomtap diff before.dcap after.dcap",
      does: "What did the update of the PACS change?",
    },
    {
      run: "dicomtap diff day.dcap replayed --ignore StudyDate,StudyTime",
      does: "A capture and the recording of its replay, dates aside",
    },
  ],
  async run({ options, operands }, context): Promise<ExitCode> {
    const ignore = ignored(options.ignore);
    const [pathA = "", pathB = ""] = operands;
    capturePaths(operands); // what is not there is told before anything is read
    using a = openRecordings([pathA]);
    using b = openRecordings([pathB]);
    const report = new DiffReport(context, { json: options.json, all: options.all });
    const compared = { ignore, exactUids: options["exact-uids"], showPhi: options["show-phi"] };
    const progress = context.progress("Comparing associations", contentOf(pathA, a));
    contentOf(pathB, b);
    let done = 0;
    for await (const event of diffCaptures({ a, b }, compared)) {
      if (event.event === "exchange" && event.request === "end") progress.at(++done);
      if (report.prints(event)) progress.done();
      report.event(event);
      await context.out.room();
    }
    progress.done();
    const problems = tellProblems([a, b], context);
    return report.differs || problems > 0 ? 1 : 0;
  },
});

/** How many associations there are. Throws a usage error where there is none. */
function contentOf(path: string, recordings: Recordings): number {
  let count = 0;
  for (const _association of recordings.associations()) count++;
  if (count > 0) return count;
  const [problem] = recordings.problems;
  const why = problem === undefined ? "" : `: ${problem.what}`;
  throw usageError(escapeControls(`There is no association to compare in ${path}${why}`));
}

/** What could not be read was not compared. */
function tellProblems(sides: readonly Recordings[], { err, errPaint }: Context): number {
  const problems = sides.flatMap((side) => side.problems);
  const notes = sides.flatMap((side) => side.notes);
  for (const { path, what } of [...problems, ...notes]) {
    err.line(errPaint.yellow(escapeControls(`${path}: ${what}`)));
  }
  return problems.length;
}
