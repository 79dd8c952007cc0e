/** What people type for `dicomtap send`, and what it says of what is missing. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { PerformRequest } from "../../src/mod.ts";
import { send, serve } from "../support/send_command.ts";

const MPPS = "1.2.840.10008.3.1.2.3.3";
const COMMITMENT = "1.2.840.10008.1.20.1";
const UPS = "1.2.840.10008.5.1.4.34.6.1";

describe("dicomtap send takes names", () => {
  test("of SOP classes as everybody says them, and of models without their operation", async () => {
    const asked: string[] = [];
    const note = (request: PerformRequest) => {
      asked.push(request.sopClassUid);
      return { status: 0 };
    };
    const port = await serve({ "N-SET": note, "N-CREATE": note, "C-FIND": note, "C-MOVE": note }, [
      "MPPS",
      "MWL",
      "UPS",
      "PatientRootQueryRetrieveInformationModelFind",
      "PatientRootQueryRetrieveInformationModelMove",
    ]);
    const to = ["--to", String(port), "--force"];
    for (const [request, name] of [
      ["n-set", "MPPS"],
      ["n-create", "ups"],
      ["c-find", "MWL"],
      ["c-find", "ModalityWorklist"],
      ["c-find", "PatientRoot"],
      ["c-move", "patient root"],
    ] as const) {
      const more = request === "n-set" ? ["--instance", "1.2.3"] : [];
      const { code, err } = await send(request, "PatientID", "--class", name, ...more, ...to);
      assert.equal(code, 0, err);
    }
    const worklist = "1.2.840.10008.5.1.4.31";
    const root = "1.2.840.10008.5.1.4.1.2.1";
    assert.deepEqual(asked, [MPPS, UPS, worklist, worklist, `${root}.1`, `${root}.2`]);
  });

  test("for UIDs of SOP classes in a data set, and refuses what is neither", async () => {
    let named: string | undefined;
    const port = await serve(
      {
        "N-ACTION": async (request) => {
          const item = (await request.read())?.items("ReferencedSOPSequence")?.[0];
          named = item?.text("ReferencedSOPClassUID");
          return { status: 0 };
        },
      },
      [COMMITMENT],
    );
    const item = "ReferencedSOPSequence[0].ReferencedSOP";
    const args = (name: string) => [
      ...["n-action", "--class", "StorageCommitment", "--action", "1", "TransactionUID=1.2"],
      ...[`${item}ClassUID=${name}`, `${item}InstanceUID=1.2.3`, "--to", String(port)],
    ];
    const { code, err } = await send(...args("CTImageStorage"));
    assert.equal(code, 0, err);
    assert.equal(named, "1.2.840.10008.5.1.4.1.1.2");
    const wrong = await send(...args("CTImageStorag"));
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /"CTImageStorag" is neither a UID nor the name of a SOP class/);
  });
});

describe("dicomtap send c-find", () => {
  test("says what an SCP may not take, and sends it all the same", async () => {
    const model = "StudyRootQueryRetrieveInformationModelFind";
    const port = await serve({ "C-FIND": () => ({ status: 0 }) }, [model]);
    const args = ["c-find", "QueryRetrieveLevel=SERIES", "--to", String(port)];
    const doubtful = await send(...args, "StudyDate=2026-01-01");
    assert.equal(doubtful.code, 0, doubtful.err);
    assert.match(
      doubtful.err,
      /\(0008,0020\): "2026-01-01" is no value of VR DA \(PS3\.5 6\.2\)\. Sent as it is\./,
    );
    assert.match(doubtful.err, /A query on SERIES level without StudyInstanceUID: .*relational/);
    const right = await send(...args, "StudyDate=20260101-", "StudyInstanceUID=1.2", "Modality=C?");
    assert.doesNotMatch(right.err, /Sent as it is|A query on/);
  });
});

describe("dicomtap send n-create", () => {
  test("lists all attributes that are missing, and which may be empty", async () => {
    const { code, err } = await send("n-create", "--class", "MPPS", "Modality=CT", "--to", "1");
    assert.equal(code, 2);
    const lines = err.split("\n");
    assert.match(lines[0] ?? "", /needs 21 attributes more \(PS3\.4 Table F\.7\.2-1\)$/);
    assert.ok(lines.includes("  PatientName (0010,0010), may be empty"), err);
    assert.ok(lines.includes("  PerformedProcedureStepID (0040,0253)"), err);
    assert.equal(lines.filter((line) => line.startsWith("  ")).length, 21);
  });

  test("says what was created, or that nobody named it (PS3.7 10.1.5.1.4)", async () => {
    const port = await serve(
      {
        "N-CREATE": async (request) => {
          const named = (await request.read())?.text("ScheduledProcedureStepPriority") === "HIGH";
          return named ? { status: 0, values: { AffectedSOPInstanceUID: "1.2.9" } } : { status: 0 };
        },
      },
      [UPS],
    );
    const args = ["n-create", "--class", UPS, "--to", String(port)];
    const given = await send(...args, "ScheduledProcedureStepPriority=HIGH");
    assert.match(given.out, /0000H Success {2}instance 1\.2\.9 /, given.err);
    const nameless = await send(...args, "ScheduledProcedureStepPriority=LOW");
    assert.match(nameless.out, /no instance named: what was created cannot be found again/);
    const own = await send(...args, "--instance", "1.2.8", "ScheduledProcedureStepPriority=LOW");
    assert.match(own.out, /instance 1\.2\.8 /);
  });
});
