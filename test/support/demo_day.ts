/** The demo's capture as partners of tests: its PACS, and its modalities at work. */
import { type ReplayScp, replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import type { ReplayScuResult } from "../../replay/scu/options.ts";
import { replayAsScu } from "../../replay/scu/replay_as_scu.ts";
import { dayCapturePath } from "../../src/demo/day_capture.ts";

const captures = [dayCapturePath()];

/** Answers round after round as on the day. */
export function startDayPacs(): Promise<ReplayScp> {
  return replayAsScp({ captures, reuse: "cycle", speed: Number.POSITIVE_INFINITY });
}

let rounds = 0;

/** The day's 14 associations without pauses, each time with new UIDs: a second step, not the same. */
export function playDay(
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<ReplayScuResult> {
  rounds += 1;
  return replayAsScu({
    captures,
    ...{ host, port, signal },
    speed: Number.POSITIVE_INFINITY,
    rewrite: { uids: "new", seed: `round ${rounds}` },
  });
}
