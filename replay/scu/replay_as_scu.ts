/**
 * Captures played as the association-requestor, the modality, against another system; what comes back
 * is compared with what came back in the recording.
 *
 *     const { summary } = await replayAsScu({ captures: ["day.dcap"], host: "127.0.0.1", port: 104 });
 *     assert.equal(summary.differs + summary.failed, 0);
 *
 * Rule: no connection but to `host`, `port`.
 */
import type { ExchangeEvent } from "../events.ts";
import { Summary } from "../report/summary.ts";
import { Rewriter } from "../rewrite/rewriter.ts";
import { openRecordings } from "../source/recordings.ts";
import { playAssociation } from "./association_player.ts";
import { ExpectedRequests } from "./expected_requests.ts";
import type { ReplayScuOptions, ReplayScuResult, Run } from "./options.ts";
import { AS_RECORDED } from "./pace.ts";
import { playlist } from "./playlist.ts";

export async function replayAsScu(options: ReplayScuOptions): Promise<ReplayScuResult> {
  using recordings = openRecordings(options.captures);
  const summary = new Summary();
  const different: ExchangeEvent[] = [];
  const warned = new Set<string>();
  const run: Run = {
    options,
    pace: options.pace ?? AS_RECORDED,
    eventTimeout: options.eventTimeout ?? 10_000,
    signal: options.signal ?? new AbortController().signal,
    tell: (event) => {
      summary.add(event);
      if (event.outcome !== "same" && different.length < MAX_DIFFERENT) different.push(event);
      options.onExchange?.(event);
    },
    warn: (text) => {
      if (warned.has(text) || warned.size >= MAX_WARNINGS) return;
      warned.add(text);
      options.onWarning?.(text);
    },
  };
  const started = performance.now();
  let established = 0;
  let wanted = 0;
  const rewriter = new Rewriter(options.rewrite);
  for (let n = 0; n < (options.repeat ?? 1); n++) {
    const own = rewriter.repetition(n);
    const expected = new ExpectedRequests(run, own);
    for (const { recorded } of playlist(recordings)) {
      summary.association();
      wanted++;
      if (await playAssociation({ recorded, rewriter: own, repetition: n }, { run, expected })) {
        established++;
      }
    }
  }
  return { summary: summary.json(performance.now() - started), different, established, wanted };
}

const MAX_DIFFERENT = 1000;
const MAX_WARNINGS = 1000;
