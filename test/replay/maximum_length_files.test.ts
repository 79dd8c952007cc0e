import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "vitest";
import { replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import type { Fragment } from "../../replay/scu/options.ts";
import { replayAsScu } from "../../replay/scu/replay_as_scu.ts";
import { openRecordings } from "../../replay/source/recordings.ts";
import { inScope } from "../support/process.ts";
import { ROOT } from "../support/runtimes.ts";

/** C-STORE, C-FIND and C-MOVE; C-GET with its sub-operations. */
const CAPTURES = ["orthanc_1.dcap", "retrieve_1.dcap"].map((name) =>
  join(ROOT, "test/captures/services", name),
);
const FRAGMENTS: readonly Fragment[] = ["max", "recorded", "one-pdv", 1_000];
const MAX = Number.POSITIVE_INFINITY;

describe("Replay on both sides", () => {
  test("X-03 sends no PDU that is longer than the live peer takes, however it is cut", async () => {
    await inScope(async (scope) => {
      let replays = 0;
      let pdus = 0;
      let long = 0;
      for (const maximumLength of [4_096, 16_384, 0]) {
        await using scp = await replayAsScp({ captures: CAPTURES, speed: MAX, maximumLength });
        for (const fragment of FRAGMENTS) {
          const record = scope.tempDir();
          const { summary } = await replayAsScu({
            ...{ captures: CAPTURES, host: scp.host, port: scp.port, fragment, record },
            speed: MAX,
          });
          assert.equal(summary.same, summary.exchanges, `${maximumLength} ${fragment}`);
          using recordings = openRecordings([record]);
          for (const { summary: association, messages } of recordings.associations()) {
            const { requestor, acceptor } = association.user_information;
            assert.equal(acceptor.maximum_length, maximumLength);
            pdus += association.pdus.requestor + association.pdus.acceptor;
            const limits = { requestor: maximumLength, acceptor: requestor.maximum_length ?? 0 };
            for (const message of messages) {
              for (const pdvs of message.fragmentLengths()) {
                const length = pdvs.reduce((sum, pdv) => sum + 6 + pdv.length, 0);
                if (limits[message.sender] !== 0 && length > limits[message.sender]) long += 1;
              }
            }
          }
          replays += 1;
        }
      }
      console.log(
        `X-03: ${replays} replays to peers of 4096, 16384 and 0, ${pdus} PDUs, ${long} too long`,
      );
      assert.equal(long, 0);
    });
  });
});
