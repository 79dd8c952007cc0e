/**
 * `dicomtap replay scp CAPTURE... --listen [host:]port`: plays the association-acceptor's side of
 * captures, the PACS, until it is stopped.
 *
 * Exit codes: 0 stopped; 2 usage, captures without anything to play, or a destination that is not this
 * machine without consent; 3 cannot listen.
 */
import type { ReplayScpOptions as Request } from "../../replay/scp/options.ts";
import { type ReplayScp, replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import { NothingRecorded } from "../../replay/source/nothing_recorded.ts";
import { formatAddress } from "../address.ts";
import { escapeControls } from "../escape.ts";
import { capturePaths } from "../io/capture_paths.ts";
import { plural } from "../units.ts";
import { type Target, targetAt } from "./association_failure.ts";
import { defineCommand } from "./command.ts";
import { CommandError, usageError } from "./command_error.ts";
import type { Context } from "./context.ts";
import { consent } from "./replay_consent.ts";
import { REPLAY_SCP_OPTIONS, type ReplayScpOptions } from "./replay_scp_options.ts";
import { ScpReport } from "./replay_scp_report.ts";
import { scpRequest } from "./replay_scp_request.ts";
import { unlessStopped } from "./stop.ts";

export const command = defineCommand({
  name: "replay scp",
  summary: "Play the association-acceptor's side of captures",
  usage: "CAPTURE... --listen [HOST:]PORT",
  about:
    "Associations are accepted and requests answered as in the captures, matched by what they mean: other Message IDs, contexts and fragments make no difference. " +
    "What has no recorded answer is explained by the closest recorded request.",
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  options: REPLAY_SCP_OPTIONS,
  examples: [
    { run: "dicomtap replay scp pacs.dcap --listen 11112", does: "Be the recorded PACS" },
    {
      run: "dicomtap replay scp captures --listen 11112 --speed max --reuse cycle",
      does: "Answer at once, over and over",
    },
    {
      run: "dicomtap replay scp captures --listen 11112 --forward pacs:104 --yes --record captures",
      does: "Ask the real PACS for what is missing, and know it the next time",
    },
    {
      run: "dicomtap replay scp captures --listen 0.0.0.0:11112 --store received --json",
      does: "Take images from the network into files, one JSON object a request",
    },
  ],
  async run({ options, operands }, context) {
    const { listen } = options;
    if (listen === undefined) {
      throw usageError("Option --listen is missing", "Say where: --listen 11112");
    }
    capturePaths(operands); // throws where there is no such file
    const stop = context.stopSignal();
    const request = scpRequest(operands, { ...options, listen });
    const asking = { given: options.yes, signal: stop, what: "what is asked for" };
    await consent({ ...asking, targets: destinationsOf(request) }, context);
    const report = new ScpReport(context, options);
    const reading = context.progress("Reading captures", 1);
    const scp = await replayAsScp({
      ...request,
      signal: stop,
      onProgress: (done, total) => reading.at(done / total),
      onEvent: (event) => report.event(event),
      onWarning: (text) => report.warning(text),
    })
      .catch((error: unknown) => {
        if (error instanceof NothingRecorded) throw nothingToPlay(error);
        return unlessStopped(stop)(error);
      })
      .finally(() => reading.done());
    if (scp === undefined) return 0; // stopped while it read
    try {
      for (const problem of scp.problems) report.warning(problem);
      ready(scp, { context, options });
      await new Promise<void>((resolve) => {
        if (stop.aborted) resolve();
        else stop.addEventListener("abort", () => resolve(), { once: true });
      });
      await scp.stop({ drainMs: options.drain });
    } finally {
      await scp.close();
    }
    report.end();
    return 0;
  },
});

/** Everything that the replay may connect to. */
function destinationsOf(request: Request): readonly Target[] {
  const { unmatched, moveDestinations = {}, eventDestinations = {} } = request;
  return [
    ...(unmatched?.do === "forward" ? [unmatched.to] : []),
    ...Object.values(moveDestinations),
    ...Object.values(eventDestinations),
  ].map(({ host, port }) => targetAt({ host, port }));
}

function ready(
  scp: ReplayScp,
  { context, options }: { readonly context: Context; readonly options: ReplayScpOptions },
): void {
  const { out, paint } = context;
  const listen = formatAddress(scp);
  if (options.json) {
    out.json({ event: "ready", listen, associations: scp.associations, record: scp.record });
    return;
  }
  const recorded = plural(scp.associations, "recorded association");
  out.line(`Answering on ${paint.bold(listen)} from ${recorded}`);
  if (scp.record !== null) out.line(`Recording to ${escapeControls(scp.record)}`);
  out.line(paint.dim("Ready. Ctrl-C stops."));
}

function nothingToPlay({ message }: NothingRecorded): CommandError {
  return new CommandError(escapeControls(message), {
    exitCode: 2,
    hint: "Try: dicomtap show, dicomtap verify.",
  });
}
