/** The demo round after round, as `src/cli/demo.ts` plays it but for its pauses and today's date. */
import assert from "node:assert/strict";
import { test } from "vitest";
import { replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import { replayAsScu } from "../../replay/scu/replay_as_scu.ts";
import { dayCapturePath } from "../../src/demo/day_capture.ts";

test("every round of the demo is as recorded, though its worklist gives the same study again", async () => {
  const captures = [dayCapturePath()];
  const speed = Number.POSITIVE_INFINITY;
  await using pacs = await replayAsScp({ captures, speed, reuse: "cycle" });
  let exchanges = 0;
  for (let round = 1; round <= 3; round++) {
    const { different, summary } = await replayAsScu({
      captures,
      host: pacs.host,
      port: pacs.port,
      speed,
      rewrite: { uids: "new", seed: `round ${round}` },
    });
    assert.deepEqual(different, [], `round ${round}`);
    exchanges += summary.exchanges;
  }
  console.log(`demo: 3 rounds, ${exchanges} exchanges, 0 differences`);
});
