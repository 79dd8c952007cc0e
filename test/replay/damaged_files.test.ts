/** Both sides of a replay from captures that are damaged, cut off, or recorded as headers only. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { HeadersFilter } from "../../proxy/recorder/headers_filter.ts";
import type { ExchangeEvent } from "../../replay/events.ts";
import { replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import { replayAsScu } from "../../replay/scu/replay_as_scu.ts";
import { NothingRecorded } from "../../replay/source/nothing_recorded.ts";
import type { CaptureRecord } from "../../src/capture/record.ts";
import { mulberry32, readAll, recordsOf, writeCapture } from "../support/captures.ts";
import { fuzzRounds } from "../support/fuzz.ts";
import { inScope } from "../support/process.ts";
import { ROOT } from "../support/runtimes.ts";

const FOLDER = join(ROOT, "test/captures/services");
const NAMES = readdirSync(FOLDER).sort();

/** The records of a golden capture, in small blocks, so that damage costs a part of an association. */
function recordsOfGolden(name: string): CaptureRecord[] {
  return recordsOf(readAll(readFileSync(join(FOLDER, name))));
}

/** Cut off somewhere behind the header, or with four octets changed. */
function damaged(sound: Uint8Array, random: () => number): Uint8Array {
  const place = (from: number) => from + Math.floor(random() * (sound.length - from));
  if (random() < 0.3) return sound.slice(0, place(400));
  const variant = sound.slice();
  for (let at = 0; at < 4; at++) variant[place(0)] = Math.floor(random() * 256);
  return variant;
}

interface Played {
  readonly exchanges: readonly ExchangeEvent[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** SCP and SCU from the same capture. */
async function playBoth(capture: Uint8Array, folder: string): Promise<Played> {
  const path = join(folder, "x.dcap");
  writeFileSync(path, capture);
  const captures = [path];
  await using scp = await replayAsScp({ captures, speed: Number.POSITIVE_INFINITY });
  const exchanges: ExchangeEvent[] = [];
  const warnings: string[] = [];
  const { summary } = await replayAsScu({
    captures,
    host: scp.host,
    port: scp.port,
    speed: Number.POSITIVE_INFINITY,
    eventTimeout: 10_000,
    dimseTimeout: 20_000,
    onExchange: (event) => exchanges.push(event),
    onWarning: (text) => warnings.push(text),
  });
  const { same, differs, skipped, failed } = summary;
  assert.equal(same + differs + skipped + failed, summary.exchanges);
  assert.equal(exchanges.length, summary.exchanges);
  for (const { outcome, reason, differences } of exchanges) {
    if (outcome !== "same") assert.ok(reason !== null || differences.length > 0);
  }
  return { exchanges, problems: scp.problems, warnings };
}

describe("Replay from captures that are not whole", () => {
  // Invariant: whatever is missing, both sides come to an end, and each exchange has an outcome.
  test("damaged and cut off at many places: what can be played is, nothing hangs or throws", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const random = mulberry32(11);
      const counts: Record<string, number> = {};
      const rounds = fuzzRounds(24, 2_000);
      for (let round = 0; round < rounds; round++) {
        const name = NAMES[round % NAMES.length] ?? "";
        const sound = writeCapture(recordsOfGolden(name), { blockSize: 1_500 });
        const played = await playBoth(damaged(sound, random), folder).catch((error: unknown) => {
          if (!(error instanceof NothingRecorded)) throw error;
          counts["nothing left"] = (counts["nothing left"] ?? 0) + 1;
          return { exchanges: [] };
        });
        for (const { outcome } of played.exchanges) counts[outcome] = (counts[outcome] ?? 0) + 1;
      }
      assert.ok((counts["same"] ?? 0) > rounds);
      console.log(`replay: ${rounds} damaged captures, outcomes ${JSON.stringify(counts)}, 0 hung`);
    });
  });

  test("recorded as headers only: requests without all octets are left out, and said", async () => {
    await inScope(async (scope) => {
      const filter = new HeadersFilter({ head: 600 });
      const reduced: CaptureRecord[] = [];
      for (const record of recordsOfGolden("orthanc_1.dcap")) {
        filter.apply(record, (made) => reduced.push(made));
      }
      const { exchanges, problems } = await playBoth(writeCapture(reduced), scope.tempDir());
      const stores = exchanges.filter(({ request }) => request === "C-STORE-RQ");
      assert.equal(stores.length, 3);
      for (const { outcome, reason } of stores) {
        assert.equal(outcome, "skipped");
        assert.match(reason ?? "", /does not have all \d+ octets/);
      }
      const others = exchanges.filter(({ request }) => request !== "C-STORE-RQ");
      assert.deepEqual(
        others.filter(({ outcome }) => outcome !== "same"),
        [],
      );
      assert.match(problems.join(), /3 data sets recorded without all octets/);
    });
  });
});
