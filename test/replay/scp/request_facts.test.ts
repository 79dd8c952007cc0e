import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  differences,
  LEVELS,
  type RequestFacts,
  requestFacts,
  score,
} from "../../../replay/scp/request_facts.ts";
import { DataSet } from "../../../src/dataset/data_set.ts";
import { makeElement } from "../../../src/dataset/make_element.ts";
import type { CommandValues } from "../../../src/io/association.ts";
import type { OperationName } from "../../../src/service/operation.ts";
import { dataSet, type Keys } from "./recording.ts";

describe("requestFacts says by what two queries are alike (PS3.4 C.2.2.2)", () => {
  const QUERY = { QueryRetrieveLevel: "STUDY", PatientID: "1", StudyDate: "" };

  test.each<[name: string, other: Keys, by: string]>([
    ["the same", { ...QUERY }, "exact"],
    ["padding", { ...QUERY, PatientID: " 1 " }, "exact"],
    ["another order", { StudyDate: "", PatientID: "1", QueryRetrieveLevel: "STUDY" }, "exact"],
    ["other return keys", { ...QUERY, PatientName: "" }, "keys"],
    ["a key that matches everything", { ...QUERY, PatientName: "*" }, "keys"],
    ["fewer return keys", { QueryRetrieveLevel: "STUDY", PatientID: "1" }, "keys"],
    ["another value", { ...QUERY, PatientID: "2" }, "shape"],
    ["another level", { ...QUERY, QueryRetrieveLevel: "SERIES" }, "shape"],
    ["one key more", { ...QUERY, StudyDate: "20260203" }, "order"],
    ["no key", { QueryRetrieveLevel: "STUDY", PatientID: "", StudyDate: "" }, "order"],
  ])("%s", (_name, other, by) => {
    assert.equal(likeness(query(QUERY), query(other)), by);
  });

  test.each<[name: string, one: Keys, other: Keys, by: string]>([
    [
      "UIDs as a set",
      { StudyInstanceUID: "1.2\\1.3" },
      { StudyInstanceUID: "1.3\\1.2\\1.3" },
      "exact",
    ],
    ["a name without empty ends", { PatientName: "Doe^J" }, { PatientName: "Doe^J^^^" }, "exact"],
    ["a name in another case", { PatientName: "Doe" }, { PatientName: "DOE" }, "shape"],
    ["wild cards as text", { PatientName: "D*" }, { PatientName: "D?" }, "shape"],
    ["a range of one day", { StudyDate: "20260203" }, { StudyDate: "20260203-20260203" }, "exact"],
    ["ranges as text", { StudyDate: "20260203-" }, { StudyDate: "-20260203" }, "shape"],
    [
      "times with a fraction of zeros",
      { StudyTime: "120000" },
      { StudyTime: "120000.000" },
      "exact",
    ],
    ["numbers", { SeriesNumber: "1" }, { SeriesNumber: "01" }, "exact"],
    [
      "keys in a sequence",
      { ScheduledProcedureStepSequence: [{ Modality: "CT", ScheduledStationAETitle: "" }] },
      { ScheduledProcedureStepSequence: [{ Modality: "CT" }] },
      "keys",
    ],
    [
      "other keys in a sequence",
      { ScheduledProcedureStepSequence: [{ Modality: "CT" }] },
      { ScheduledProcedureStepSequence: [{ Modality: "MR" }] },
      "shape",
    ],
  ])("%s", (_name, one, other, by) => {
    assert.equal(likeness(query(one), query(other)), by);
  });

  test("names in another case, where that is asked for", () => {
    const asked = (PatientName: string): RequestFacts =>
      requestFacts({
        anyCase: true,
        operation: "C-FIND",
        values: {},
        sopInstanceUid: undefined,
        dataSet: dataSet({ PatientName, PatientID: "a" }),
      });
    assert.equal(likeness(asked("Doe^J*"), asked("DOE^j*")), "keys");
    assert.equal(likeness(asked("Doe^J*"), asked("Doe^J*")), "exact");
    assert.equal(likeness(asked("Doe"), asked("Roe")), "shape");
  });

  test("whatever the character set that the text is in", () => {
    const name = (encoding: string, bytes: readonly number[]): DataSet =>
      new DataSet([
        makeElement(0x00080005, [encoding], { vr: "CS" }),
        {
          kind: "value",
          tag: 0x00100010,
          vr: "PN",
          offset: 0,
          bytes: Uint8Array.from(bytes),
          bigEndian: false,
        },
      ]);
    const latin = name("ISO_IR 100", [0x4d, 0xfc]);
    const utf8 = name("ISO_IR 192", [0x4d, 0xc3, 0xbc]);
    assert.equal(likeness(facts("C-FIND", {}, latin), facts("C-FIND", {}, utf8)), "exact");
  });

  test("whatever the priority, the Message ID and the lengths; a destination is no key", () => {
    const move = (values: CommandValues) => facts("C-MOVE", values, dataSet(QUERY));
    const one = move({ MessageID: 1, Priority: 0, MoveDestination: "A", CommandGroupLength: 80 });
    const other = move({ MessageID: 9, Priority: 2, MoveDestination: "A", CommandGroupLength: 92 });
    assert.equal(likeness(one, other), "exact");
    assert.equal(likeness(one, move({ MoveDestination: "B" })), "keys");
  });
});

describe("requestFacts says by what other requests are alike", () => {
  test("C-STORE by its instance, else by order", () => {
    const store = (uid: string) => facts("C-STORE", {}, undefined, uid);
    assert.equal(likeness(store("1.1"), store("1.1")), "exact");
    assert.equal(likeness(store("1.1"), store("1.2")), "order");
  });

  test("N-ACTION by type and instance, else by its shape, never across types", () => {
    const action = (type: number, uid: string, keys: Keys) =>
      facts("N-ACTION", { ActionTypeID: type }, dataSet(keys), uid);
    const one = action(1, "1.1", { PatientID: "1" });
    assert.equal(likeness(one, action(1, "1.1", { PatientID: "1" })), "exact");
    assert.equal(likeness(one, action(1, "1.1", { PatientName: "1" })), "keys");
    assert.equal(likeness(one, action(1, "1.2", { PatientID: "2" })), "shape");
    assert.equal(likeness(one, action(1, "1.2", { PatientName: "2" })), "order");
    assert.equal(likeness(one, action(2, "1.1", { PatientID: "1" })), undefined);
  });

  test("N-CREATE without the instance that it makes", () => {
    const create = (uid: string, keys: Keys) => facts("N-CREATE", {}, dataSet(keys), uid);
    assert.equal(
      likeness(create("1.1", { PatientID: "1" }), create("1.2", { PatientID: "1" })),
      "exact",
    );
    assert.equal(
      likeness(create("1.1", { PatientID: "1" }), create("1.2", { PatientID: "2" })),
      "shape",
    );
  });

  test("N-GET by its instance and the attributes that are asked for, in any order", () => {
    const get = (tags: readonly string[]) =>
      facts("N-GET", { AttributeIdentifierList: [...tags] }, undefined, "1.1");
    assert.equal(likeness(get(["00100010", "00100020"]), get(["00100020", "00100010"])), "exact");
    assert.equal(likeness(get(["00100010"]), get(["00100020"])), "keys");
  });
});

test("differences names paths and masks patients unless they are asked for", () => {
  const one = query({ PatientName: "Doe", StudyDate: "20260203", PatientID: "" }).facts;
  const other = query({
    PatientName: "Roe",
    StudyDate: "20260204",
    Modality: "CT",
    PatientID: "*",
  }).facts;
  assert.deepEqual(differences(one, other, { showPatient: false, keysOnly: false }), [
    { path: "StudyDate", recorded: "20260203", got: "20260204" },
    { path: "PatientName", recorded: "***", got: "***" },
    { path: "PatientID", recorded: "", got: "*" },
    { path: "Modality", recorded: null, got: "CT" },
  ]);
  const [, name, ...more] = differences(one, other, { showPatient: true, keysOnly: true });
  assert.deepEqual(name, { path: "PatientName", recorded: "Doe", got: "Roe" });
  assert.deepEqual(more, [{ path: "Modality", recorded: null, got: "CT" }]);
});

test("score says how much of two queries is the same, return keys aside where they are no keys", () => {
  const QUERY = {
    QueryRetrieveLevel: "STUDY",
    PatientID: "1",
    StudyDate: "20260203",
    PatientName: "",
  };
  const one = query(QUERY).facts;
  const keys = (other: Keys) => score(one, query(other).facts, { keysOnly: true });
  assert.equal(keys(QUERY), 1);
  assert.equal(keys({ ...QUERY, PatientName: "*", StudyID: "" }), 1);
  assert.equal(keys({ ...QUERY, PatientID: "2" }), 0.66);
  assert.equal(keys({ ...QUERY, Modality: "CT" }), 0.75);
  assert.equal(keys({ PatientID: "2" }), 0);
  assert.equal(score(one, query({ ...QUERY, StudyID: "" }).facts, { keysOnly: false }), 0.8);
  assert.equal(score(new Map(), new Map(), { keysOnly: false }), 1);
  // 29 of 50 in binary fractions is less than 0.58
  const many = (same: number) =>
    new Map(
      Array.from({ length: 50 }, (_, at) => [
        `(0009,10${at})`,
        { value: at < same ? "same" : `${same}`, isPatient: false },
      ]),
    );
  assert.equal(score(many(50), many(29), { keysOnly: true }), 0.58);
  assert.equal(score(many(50), many(49), { keysOnly: true }), 0.98);
});

function query(keys: Keys): RequestFacts {
  return facts("C-FIND", {}, dataSet(keys));
}

function facts(
  operation: OperationName,
  values: CommandValues,
  data: DataSet | undefined,
  sopInstanceUid?: string,
): RequestFacts {
  return requestFacts({ operation, values, dataSet: data, sopInstanceUid });
}

function likeness(one: RequestFacts, other: RequestFacts): string | undefined {
  return LEVELS.find((level) => {
    const text = one.levels[level];
    return text !== undefined && text === other.levels[level];
  });
}
