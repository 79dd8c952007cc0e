import assert from "node:assert/strict";
import { test } from "vitest";
import { InstanceMap } from "../../../replay/scp/instance_map.ts";
import { liveUids, recordedIdentifier } from "../../../replay/scp/live_uids.ts";
import type { LiveRequest } from "../../../replay/scp/responder.ts";
import { liveAnswer } from "../../../replay/scp/service/instances/live_references.ts";
import { dataSet, type Keys, STUDY_FIND } from "./recording.ts";

const WORKLIST = "1.2.840.10008.5.1.4.31";
const UPS_PULL = "1.2.840.10008.5.1.4.34.6.3";
const CT = "1.2.840.10008.5.1.4.1.1.2";

test("recordedIdentifier() asks for what was recorded, at any depth", async () => {
  const keys = {
    StudyInstanceUID: "9.1\\5.5",
    ReferencedStudySequence: [{ ReferencedSOPClassUID: CT, ReferencedSOPInstanceUID: "9.1" }],
  };
  const asked = await recordedIdentifier(request("C-FIND", STUDY_FIND, keys));
  assert.deepEqual(asked?.strings("StudyInstanceUID"), ["1.1", "5.5"]);
  const [item] = asked?.items("ReferencedStudySequence") ?? [];
  assert.equal(item?.text("ReferencedSOPInstanceUID"), "1.1");
  assert.equal(item?.text("ReferencedSOPClassUID"), CT);
});

test("liveUids() leaves worklists and procedure steps to who scheduled them (PS3.4 K, CC)", async () => {
  for (const [operation, sopClass, expected] of [
    ["C-FIND", STUDY_FIND, "9.1"],
    ["C-FIND", WORKLIST, undefined],
    ["C-FIND", UPS_PULL, undefined],
    ["N-GET", STUDY_FIND, undefined],
  ] as const) {
    const live = await liveUids(request(operation, sopClass, {}));
    assert.equal(live?.("1.1"), expected, `${operation} ${sopClass}`);
  }
});

test("liveAnswer() gives an answer as it is where no UID of it is another", () => {
  const answer = { status: 0xff00, dataSet: dataSet({ StudyInstanceUID: "1.1" }) };
  assert.equal(
    liveAnswer(answer, () => undefined),
    answer,
  );
  const other = liveAnswer(answer, (uid) => (uid === "1.1" ? "9.1" : undefined));
  assert.ok(other.dataSet !== undefined && "text" in other.dataSet);
  assert.equal(other.dataSet.text("StudyInstanceUID"), "9.1");
});

/** Of an SCU whose study 9.1 stands for 1.1. */
function request(operation: string, sopClassUid: string, keys: Keys): LiveRequest {
  const instances = new InstanceMap();
  instances.learnCopy("9.1", [["1.1", "9.1"]]);
  const identifier = async () => dataSet(keys);
  return { operation, sopClassUid, identifier, server: { instances } } as unknown as LiveRequest;
}
