/**
 * `dicomtap replay scu CAPTURE... --to host:port`: plays the association-requestor's side of captures
 * and compares what comes back.
 *
 * Exit codes: 0 all is as recorded; 1 something differs, failed, or could not be played; 2 usage, or a
 * target that is not this machine without consent; 3 no association could be had at all.
 */
import { replayAsScu } from "../../replay/scu/replay_as_scu.ts";
import { formatAddress } from "../address.ts";
import { targetAt } from "./association_failure.ts";
import { defineCommand, type ExitCode } from "./command.ts";
import { usageError } from "./command_error.ts";
import { REPLAY_SCU_OPTIONS } from "./replay_scu_options.ts";
import { ScuReport } from "./replay_scu_report.ts";
import { scuRequest } from "./replay_scu_request.ts";

export const command = defineCommand({
  name: "replay scu",
  summary: "Play the association-requestor's side of captures and compare what comes back",
  usage: "CAPTURE... --to HOST:PORT",
  about:
    "Each recorded association is asked for anew and its requests are sent again, to --to and nowhere else; responses are compared with the recorded ones. " +
    "Secrets of a user identity come from the environment: DICOMTAP_USER_IDENTITY, DICOMTAP_USER_IDENTITY_PASSCODE.",
  operands: { min: 1, max: Number.POSITIVE_INFINITY },
  options: REPLAY_SCU_OPTIONS,
  examples: [
    {
      run: "dicomtap replay scu captures --to 127.0.0.1:11112 --speed max",
      does: "Play all of a directory without pauses",
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
  ],
  async run({ options, operands }, context): Promise<ExitCode> {
    const { to } = options;
    if (to === undefined) throw usageError("Option --to is missing", "Say where: --to HOST:PORT");
    const target = targetAt(to);
    const request = scuRequest(operands, { options, target, env: context.env });
    const report = new ScuReport(context, options);
    const result = await replayAsScu({
      ...request,
      signal: context.stopSignal(),
      onExchange: (event) => report.exchange(event),
      onWarning: (text) => report.warning(text),
      onProgress: (done, total) => report.progress(done, total),
    });
    report.end(result, formatAddress(target));
    if (result.wanted > 0 && result.established === 0) return 3;
    const { differs, failed, skipped } = result.summary;
    return differs + failed + skipped === 0 ? 0 : 1;
  },
});
