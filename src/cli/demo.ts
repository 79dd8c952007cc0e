/**
 * `dicomtap demo`: a PACS, the proxy, and modalities that work through it. Both sides are replays of
 * one synthetic capture, a morning in a hospital that there is not.
 */

import { replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import { wait } from "../../replay/scu/pace.ts";
import { replayAsScu } from "../../replay/scu/replay_as_scu.ts";
import { formatAddress } from "../address.ts";
import { dayCapturePath } from "../demo/day_capture.ts";
import { escapeControls } from "../escape.ts";
import { type CommandArguments, defineCommand, JSON_OPTION } from "./command.ts";
import { DEFAULT_DASHBOARD } from "./dashboard_options.ts";
import { parseOptions } from "./parse_options.ts";
import { PROXY_OPTIONS, type ProxyOptions, startProxy } from "./proxy.ts";
import { unlessStopped } from "./stop.ts";

/** Milliseconds from one morning to the next. */
const PAUSE = 5_000;

const OPTIONS = {
  record: { kind: "string", value: "DIR", default: "captures", help: "Directory for captures" },
  dashboard: {
    kind: "address",
    words: ["off"],
    default: DEFAULT_DASHBOARD,
    help: "Where the dashboard listens",
  },
  rounds: {
    kind: "number",
    min: 1,
    max: 1_000_000,
    help: "Stop after so many rounds (until Ctrl-C)",
  },
  json: JSON_OPTION,
} as const;

export const command = defineCommand({
  name: "demo",
  summary: "Show everything on this machine, with nothing to set up",
  usage: "",
  about:
    "Starts a PACS, the proxy in front of it, and two modalities and a workstation that work through it: replays of a synthetic capture. All people and images in it are invented.",
  options: OPTIONS,
  examples: [
    { run: "dicomtap demo", does: "Watch it, then: dicomtap show -v captures" },
    { run: "dicomtap demo --rounds 1 --record /tmp/demo", does: "Once, then stop" },
  ],
  run: async ({ options }, context) => {
    const stop = context.stopSignal();
    const captures = [dayCapturePath()];
    await using pacs = await replayAsScp({ captures, refresh: true, reuse: "cycle" });
    const proxy = await startProxy(proxyOptions(options, pacs.port), {
      context,
      filter: undefined,
    });
    for (
      let round = 1;
      !stop.aborted && round <= (options.rounds ?? Number.POSITIVE_INFINITY);
      round++
    ) {
      await replayAsScu({
        captures,
        host: "127.0.0.1",
        port: proxy.port,
        rewrite: { uids: "new", seed: `round ${round}`, dates: "shift" },
        signal: stop,
      }).catch(unlessStopped(stop));
      if (round === 1 && !options.json) {
        context.err.line(
          context.errPaint.dim(
            `Look closer in another terminal: dicomtap show -v ${escapeControls(options.record)}`,
          ),
        );
      }
      if (round !== options.rounds) await wait(PAUSE, stop);
    }
    await proxy.stop();
    return 0;
  },
});

/** What the proxy does unless told, with the routes and places of the demo. */
function proxyOptions(
  options: CommandArguments<typeof OPTIONS>["options"],
  pacsPort: number,
): ProxyOptions {
  const { dashboard, record, json } = options;
  const args = [
    ["--listen", "127.0.0.1:0"],
    ["--to", `127.0.0.1:${pacsPort}`],
    ["--record", record],
    ["--dashboard", dashboard === "off" ? dashboard : formatAddress(dashboard)],
    ["--drain", "2s"],
    json ? ["--json"] : [],
  ].flat();
  return parseOptions(args, PROXY_OPTIONS).options as unknown as ProxyOptions;
}
