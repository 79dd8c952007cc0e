import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { replayAsScp } from "../../../replay/scp/replay_as_scp.ts";
import type { ReplayScuOptions } from "../../../replay/scu/options.ts";
import { replayAsScu } from "../../../replay/scu/replay_as_scu.ts";
import { dayCapturePath } from "../../../src/demo/day_capture.ts";

const CAPTURES = [dayCapturePath()];
/** Nobody listens there, and nobody is asked. */
const NOWHERE = { captures: CAPTURES, host: "127.0.0.1", port: 1 };

describe("replayAsScu() with options that cannot be", () => {
  const refused: [Partial<ReplayScuOptions>, RegExp][] = [
    [{ port: 0 }, /port 0: it takes 1 to 65535/],
    [{ port: 99_999 }, /port 99999/],
    [{ speed: 0 }, /speed 0: it takes more than 0/],
    [{ speed: Number.NaN }, /speed NaN/],
    [{ maxGap: -1 }, /maxGap -1/],
    [{ repeat: 0 }, /repeat 0: it takes a whole number/],
    [{ repeat: 1.5 }, /repeat 1\.5/],
    [{ concurrency: 0 }, /concurrency 0/],
    [{ ratePerSecond: 0 }, /ratePerSecond 0/],
    [{ fragment: 3 }, /fragment 3: it takes .* octets of at least 8/],
    [{ ignore: ["PatientNme"] }, /ignore "PatientNme".*did you mean PatientName\?/],
    [{ filter: "~nope" }, /no operator ~nope/],
  ];
  for (const [wrong, words] of refused) {
    test(`${JSON.stringify(wrong)}: rejects with a RangeError that names it`, async () => {
      await assert.rejects(replayAsScu({ ...NOWHERE, ...wrong }), (error) => {
        assert.ok(error instanceof RangeError);
        assert.match(error.message, words);
        return true;
      });
    });
  }
});

describe("NothingRecorded", () => {
  test("nothing to play is no success, for either side", async () => {
    const name = "NothingRecorded";
    const misspelt = ["test/pcas.dcap"];
    const where = { ...NOWHERE, captures: misspelt };
    await assert.rejects(replayAsScu(where), { name, message: /in test\/pcas\.dcap: .*/ });
    await assert.rejects(replayAsScp({ captures: misspelt }), { name, message: /pcas\.dcap: .*/ });
    await assert.rejects(replayAsScp({ captures: [] }), { name, message: /none is named/ });
    const filter = "~calling NOBODY";
    await assert.rejects(replayAsScu({ ...NOWHERE, filter }), { name, message: /takes none$/ });
  });

  test("is not what a stop gives: replayAsScu() rejects with the reason of its signal", async () => {
    const signal = AbortSignal.abort("stopped");
    for (const captures of [NOWHERE.captures, ["test/pcas.dcap"]]) {
      const stopped = replayAsScu({ ...NOWHERE, captures, signal });
      await assert.rejects(stopped, (reason) => reason === "stopped");
    }
  });
});
