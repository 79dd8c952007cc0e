import assert from "node:assert/strict";
import { afterAll, describe, test } from "vitest";
import type { RequestEvent } from "../../../replay/events.ts";
import type { ReplayScpOptions } from "../../../replay/scp/options.ts";
import { DataSet } from "../../../src/dataset/data_set.ts";
import { makeOctets } from "../../../src/dataset/make_element.ts";
import type { OperationRequest } from "../../../src/service/service_message.ts";
import { inScope, Scope } from "../../support/process.ts";
import { beforeFirst } from "../../support/shared.ts";
import {
  associated,
  CT,
  dataSet,
  EXPLICIT,
  IMPLICIT,
  type Keys,
  playing,
  recording,
  STUDY_FIND,
} from "./recording.ts";

const MPPS = "1.2.840.10008.3.1.2.3.3";
const PIXELS = 100_000;

describe("replayAsScp tells what came other than in the recording", () => {
  const scope = new Scope();
  let capture: string;

  beforeFirst(async () => {
    const answer = () => ({ status: 0x0000 });
    const perform = {
      "C-STORE": answer,
      "C-FIND": answer,
      "N-CREATE": answer,
      "N-SET": answer,
    };
    const contexts = [CT, MPPS, STUDY_FIND];
    capture = await recording(scope, { supported: contexts, perform }, async (to) => {
      await associated(to, { contexts }, async (user) => {
        await user.invoke(image("1.9.1", {})).final();
        await user.invoke(query({ PatientID: "1" })).final();
        await user.invoke(step("N-CREATE", { PerformedStationAETitle: "MODALITY" })).final();
        await user.invoke(step("N-SET", { PerformedProcedureStepStatus: "COMPLETED" })).final();
      });
    });
  });
  afterAll(() => scope.close());

  const same: Sent = { request: image("1.9.1", {}), paths: [] };

  test.each<[name: string, sent: Sent, options?: Partial<ReplayScpOptions>]>([
    ["nothing", same],
    ["new UIDs, used alike", { ...same, request: image("1.8.7", { StudyInstanceUID: "1.8.5" }) }],
    [
      "an element of an image",
      { request: image("1.9.1", { Modality: "MR", StudyID: "" }), paths: ["Modality", "StudyID"] },
    ],
    [
      "but what is to be ignored",
      { request: image("1.9.1", { Modality: "MR", StudyID: "" }), paths: ["StudyID"] },
      { ignore: ["Modal*"] },
    ],
    ["no pixels unless asked for", { ...same, request: image("1.9.1", {}, PIXELS, 7) }],
    [
      "pixels",
      { request: image("1.9.1", {}, PIXELS, 7), paths: ["PixelData"] },
      { compare: "all" },
    ],
    ["fewer pixels", { request: image("1.9.1", {}, PIXELS - 2), paths: ["PixelData"] }],
    [
      "nothing where it is not asked for",
      { ...same, request: image("1.9.1", { Modality: "MR" }) },
      { compare: "none" },
    ],
    ["no return keys of a query", { request: query({ PatientID: "1", StudyID: "" }), paths: [] }],
    [
      "keys of a query",
      { request: query({ PatientID: "2" }), paths: ["PatientID"] },
      { match: "shape" },
    ],
    [
      "attributes of a procedure step, AE titles as they are live",
      {
        request: step("N-CREATE", { PerformedStationAETitle: "CT1", Modality: "MR" }),
        paths: ["Modality"],
      },
    ],
  ])("%s", async (_name, { request, paths }, options = {}) => {
    await inScope(async (scope) => {
      const { to, requests } = await playing(scope, capture, options);
      const contexts = [CT, MPPS, STUDY_FIND];
      await associated(to, { contexts, callingAeTitle: "CT1" }, async (user) => {
        const { status } = await user.invoke(request).final();
        assert.equal(status, 0x0000, "answered as recorded whatever differs");
      });
      assert.deepEqual(pathsOf(requests[0]), paths);
    });
  });

  test("whatever the transfer syntax is, and with --store too", async () => {
    await inScope(async (scope) => {
      const store = scope.tempDir();
      const { to, requests } = await playing(scope, capture, { store, compare: "all" });
      for (const transferSyntax of [IMPLICIT, EXPLICIT]) {
        const contexts = [{ abstractSyntax: CT, transferSyntaxes: [transferSyntax] }];
        await associated(to, { contexts }, async (user) => {
          await user.invoke(image("1.9.1", {})).final();
          await user.invoke(image("1.9.1", { Modality: "MR" })).final();
        });
      }
      assert.deepEqual(requests.map(pathsOf), [[], ["Modality"], [], ["Modality"]]);
    });
  });

  test("patients masked, unless they are asked for", async () => {
    for (const [showPatient, got] of [
      [false, "***"],
      [true, "ROE"],
    ] as const) {
      await inScope(async (scope) => {
        const { to, requests } = await playing(scope, capture, { showPatient });
        await associated(to, { contexts: [CT] }, async (user) => {
          await user.invoke(image("1.9.1", { PatientName: "ROE" })).final();
        });
        const recorded = showPatient ? "DOE" : "***";
        assert.deepEqual(requests[0]?.differences, [{ path: "PatientName", recorded, got }]);
      });
    }
  });
});

interface Sent {
  readonly request: OperationRequest;
  /** That are told to differ. */
  readonly paths: readonly string[];
}

function image(uid: string, other: Keys, length = PIXELS, octet = 0): OperationRequest {
  const attributes = dataSet({
    SOPClassUID: CT,
    SOPInstanceUID: uid,
    StudyInstanceUID: "1.9.2",
    Modality: "CT",
    StudyID: "5",
    PatientName: "DOE",
    ReferencedImageSequence: [{ ReferencedSOPInstanceUID: uid }],
    ...other,
  });
  const pixels = makeOctets(0x7fe00010, new Uint8Array(length).fill(octet), "OW");
  return {
    operation: "C-STORE",
    sopClass: CT,
    sopInstanceUid: uid,
    dataSet: new DataSet([...attributes.elements, pixels]),
  };
}

function query(keys: Keys): OperationRequest {
  const identifier = dataSet({ QueryRetrieveLevel: "STUDY", ...keys });
  return { operation: "C-FIND", sopClass: STUDY_FIND, dataSet: identifier };
}

function step(operation: "N-CREATE" | "N-SET", other: Keys): OperationRequest {
  const sopInstanceUid = "1.9.3";
  const attributes =
    operation === "N-SET"
      ? other
      : { PerformedProcedureStepStatus: "IN PROGRESS", Modality: "CT", ...other };
  return { operation, sopClass: MPPS, sopInstanceUid, dataSet: dataSet(attributes) };
}

function pathsOf(event: RequestEvent | undefined): readonly string[] | undefined {
  return event?.differences.map(({ path }) => path);
}
