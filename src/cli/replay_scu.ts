/**
 * `dicomtap replay scu CAPTURE... --to host:port`: plays the association-requestor's side of captures
 * and compares what comes back.
 *
 * Exit codes: 0 all that was played is as recorded; 1 something differs or failed, or no request could
 * be played; 2 usage, nothing to play, or a target that is not this machine without consent; 3 no
 * association could be had at all.
 */
import type { ReplayScuResult } from "../../replay/scu/options.ts";
import { replayAsScu, requestsOf } from "../../replay/scu/replay_as_scu.ts";
import { openRecordings } from "../../replay/source/recordings.ts";
import { formatAddress } from "../address.ts";
import { escapeControls } from "../escape.ts";
import type { Filter } from "../filter/filter.ts";
import { capturePaths } from "../io/capture_paths.ts";
import { formatDurationMs, plural } from "../units.ts";
import { targetAt } from "./association_failure.ts";
import { defineCommand, type ExitCode } from "./command.ts";
import { usageError } from "./command_error.ts";
import { filterHelp, readFilter, splitOperands } from "./read_filter.ts";
import { consent } from "./replay_consent.ts";
import { fuzzTarget } from "./replay_scu_fuzz.ts";
import { nextStep } from "./replay_scu_hint.ts";
import { REPLAY_SCU_OPTIONS } from "./replay_scu_options.ts";
import { ScuReport } from "./replay_scu_report.ts";
import { scuRequest } from "./replay_scu_request.ts";
import { unlessStopped } from "./stop.ts";

export const command = defineCommand({
  name: "replay scu",
  summary: "Play the requestor's side of captures and compare the answers",
  usage: "CAPTURE... [FILTER] --to HOST:PORT",
  about:
    "Each recorded association is asked for anew and its requests are sent again, to --to and nowhere else; responses are compared with the recorded ones. The exit code is 1 where something differs or fails, 3 where there was no association at all. " +
    "A FILTER, the same as for show, picks the associations: one server is seldom all that a capture has. " +
    "Secrets of a user identity come from the environment: DICOMTAP_USER_IDENTITY, DICOMTAP_USER_IDENTITY_PASSCODE.",
  notes: filterHelp(),
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  options: REPLAY_SCU_OPTIONS,
  examples: [
    {
      run: "dicomtap replay scu captures --to 127.0.0.1:11112 --speed max",
      does: "Play all of a directory without pauses",
    },
    {
      run: "dicomtap replay scu day.dcap '~called ARCHIVE' --to 127.0.0.1:104",
      does: "Play only what went to one of the servers",
    },
    {
      run: "dicomtap replay scu day.dcap --to pacs:104 --ae called=NEWPACS --uids new --yes",
      does: "Play a day to another archive, as new studies",
    },
    {
      run: "dicomtap replay scu move.dcap --to 127.0.0.1:104 --move-listen 11113 --junit report.xml",
      does: "Be the destination of the recorded C-MOVEs, too",
    },
    {
      run: "dicomtap replay scu day.dcap --to 127.0.0.1:104 --concurrency 50 --repeat 100 --uids new --speed max",
      does: "Load an archive, 50 associations at once",
    },
    {
      run: "dicomtap replay scu day.dcap --to 127.0.0.1:11112 --fuzz 1 --record found",
      does: "Look for what breaks an SCP, and keep the least that does",
    },
  ],
  async run({ options, operands }, context): Promise<ExitCode> {
    const { to } = options;
    if (to === undefined) throw usageError("Option --to is missing", "Say where: --to HOST:PORT");
    const target = targetAt(to);
    const { fuzz } = options;
    const { paths, filter } = splitOperands(operands);
    if (fuzz === undefined && options["fuzz-cases"] !== undefined) {
      throw usageError("Option --fuzz-cases belongs to --fuzz", "Give a seed: --fuzz SEED.");
    }
    capturePaths(paths); // throws where there is no such file
    if (fuzz !== undefined && filter === undefined) {
      return fuzzTarget(paths, { ...options, fuzz, target }, context);
    }
    if (fuzz !== undefined) throw usageError("Option --fuzz takes no filter");
    const request = scuRequest({ paths, filter }, { options, target, env: context.env });
    const signal = context.stopSignal();
    const content = await contentOf(paths, {
      filter: filter === undefined ? undefined : readFilter(filter),
      signal,
    }).catch(unlessStopped(signal));
    if (content === undefined) return 0; // stopped while it read
    const { what, ms } = content;
    await consent({ targets: [target], given: options.yes, what, signal }, context);
    const takes = ms / (request.speed ?? 1);
    if (takes > LONG_MS && request.maxGap === undefined) {
      const { err, errPaint } = context;
      const hint = "--speed max, or --max-gap 1s, makes it shorter";
      err.line(errPaint.dim(`This takes about ${formatDurationMs(takes)} at that speed; ${hint}`));
    }
    const address = formatAddress(target);
    using report = new ScuReport(context, options, { captures: paths, filter, to: address });
    const result = await replayAsScu({
      ...request,
      signal,
      onExchange: (event) => report.exchange(event),
      onWarning: (text) => report.warning(text),
      onProgress: (done, total) => report.progress(done, total),
    }).catch(unlessStopped(signal));
    if (result === undefined) return 0; // stopped while it read them once more
    report.end(result, address);
    const next = nextStep(result, options);
    await context.out.flush();
    if (next !== undefined) context.err.line(context.errPaint.dim(next));
    return exitCodeOf(result);
  },
});

/** Longer than this, a hint says how it goes faster. */
const LONG_MS = 60_000;

/**
 * What would be played, in words, and how long it took. Rejects with a usage error where there is
 * nothing, with the reason of the signal where that aborts.
 */
async function contentOf(
  captures: readonly string[],
  { filter, signal }: { readonly filter: Filter | undefined; readonly signal: AbortSignal },
): Promise<{ readonly what: string; readonly ms: number }> {
  using recordings = openRecordings(captures, { filter });
  let associations = 0;
  let requests = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for await (const { summary } of recordings.inTurns({ signal })) {
    associations++;
    requests += requestsOf(summary);
    const started = Date.parse(summary.started ?? "");
    if (Number.isNaN(started)) continue;
    first = Math.min(first, started);
    last = Math.max(last, started + summary.duration_ms);
  }
  signal.throwIfAborted();
  if (associations > 0) {
    const what = `${plural(associations, "association")} with ${plural(requests, "request")}`;
    return { what, ms: Math.max(0, last - first) };
  }
  if (filter !== undefined) {
    throw usageError(
      "There is no association to play: the filter takes none",
      "Try it with dicomtap show, which tells what there is.",
    );
  }
  const [problem] = recordings.problems;
  const why = problem === undefined ? "" : `: ${problem.path}: ${problem.what}`;
  throw usageError(escapeControls(`There is no association to play${why}`));
}

function exitCodeOf({ wanted, established, summary }: ReplayScuResult): ExitCode {
  const { differs, failed, same, commands } = summary;
  const stopped = summary.not_begun !== undefined;
  if (wanted > 0 && established === 0 && !stopped) return 3;
  if (differs + failed > 0) return 1;
  if (stopped) return 0;
  if (same === 0) return 1;
  // Not a single request could be sent again: nothing was shown to be as recorded.
  const requests = Object.entries(commands).filter(([command]) => command.endsWith("-RQ"));
  return requests.length > 0 && requests.every(([, of]) => of.errors === of.exchanges) ? 1 : 0;
}
