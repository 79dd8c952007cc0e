import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "vitest";
import { playlist } from "../../../replay/scu/playlist.ts";
import { openRecordings } from "../../../replay/source/recordings.ts";
import { ROOT } from "../../support/runtimes.ts";

/** "1", or "2<1" for an association that the other side made because of association 1. */
async function listed(...names: readonly string[]): Promise<string[]> {
  const paths = names.map((name) => join(ROOT, `test/captures/services/${name}.dcap`));
  using recordings = openRecordings(paths);
  return (await playlist(recordings.inTurns())).map(({ recorded, cause, isForUs }) => {
    const { calling_ae_title: from, called_ae_title: to } = recorded.summary;
    if (cause === undefined) return `${from} > ${to}`;
    const { summary } = cause;
    return `${from} > ${to} because of ${summary.calling_ae_title}${isForUs ? ", for us" : ""}`;
  });
}

describe("playlist()", () => {
  test("knows the associations that the other side made because of ours", async () => {
    assert.deepEqual((await listed("study_1", "study_2")).slice(-2), [
      "MODALITY > ORTHANC",
      "ORTHANC > MODALITY because of MODALITY, for us",
    ]);
    assert.deepEqual(
      (await listed("retrieve_1", "retrieve_2")).filter((text) => text.includes("because")),
      ["QRSCP > WORKSTATION because of VIEWER, for us"],
      "another AE title on the same host",
    );
    assert.deepEqual(await listed("services"), [
      "PLANNER > MANAGER",
      "LINAC > MANAGER",
      "MANAGER > PLANNER because of PLANNER, for us",
      "PLANNER > ORTHANC",
    ]);
  });

  test("takes for ours what has no cause in the captures", async () => {
    assert.deepEqual(await listed("study_2"), ["ORTHANC > MODALITY"]);
    assert.deepEqual(await listed("retrieve_2"), ["QRSCP > WORKSTATION"]);
  });

  test("gives times on the wall clock, in microseconds, in order", async () => {
    using recordings = openRecordings([join(ROOT, "test/captures/services/study_1.dcap")]);
    const all = await playlist(recordings.associations());
    for (const [at, { startedAt, endedAt, recorded }] of all.entries()) {
      assert.equal(startedAt, recorded.wallUs);
      assert.ok(endedAt > startedAt);
      assert.ok(startedAt > (all[at - 1]?.startedAt ?? 0));
    }
  });
});
