import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { readAeTitles } from "../../../replay/rewrite/ae_titles.ts";
import { Aliases } from "../../../replay/rewrite/aliases.ts";
import { changedDates, daysBetween, isDay } from "../../../replay/rewrite/dates.ts";
import { Rewriter, type Where } from "../../../replay/rewrite/rewriter.ts";
import { isWellKnown, newUid, readUidTable } from "../../../replay/rewrite/uids.ts";
import { encodeDataSet } from "../../../src/dataset/encode_data_set.ts";
import { dataSetFromJson } from "../../../src/dataset/json_input.ts";
import { readDataSet } from "../../../src/dataset/read_data_set.ts";
import { EXPLICIT_LITTLE, IMPLICIT_LITTLE } from "../../../src/dataset/transfer_syntax.ts";
import { arbitraryDataSet } from "../../support/arbitrary_data_set.ts";
import { hex } from "../../support/data_set_bytes.ts";
import { fuzzRounds } from "../../support/fuzz.ts";
import { type MessageSketch, recordedAssociation } from "../compare/recorded_exchange.ts";
import { gathered, recordedOctets } from "./recorded_octets.ts";

const CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2";

describe("Rewriter", () => {
  test("keeps every octet where nothing is asked for, and with UIDs mapped there and back", async () => {
    let octets = 0;
    await fc.assert(
      fc.asyncProperty(arbitraryDataSet, async (dataSet) => {
        const bytes = encodeDataSet(dataSet, { syntax: EXPLICIT_LITTLE });
        const kept = await rewrite(bytes, new Rewriter());
        assert.equal(hex(kept), hex(bytes));
        const uids = new Map(Array.from({ length: 50 }, (_, at) => [String(at), `1.2.${at}`]));
        const there = await rewrite(bytes, new Rewriter({ uids }));
        const back = new Map([...uids].map(([one, other]) => [other, one]));
        const again = readDataSet(await rewrite(there, new Rewriter({ uids: back })), {
          syntax: EXPLICIT_LITTLE,
        });
        assert.deepEqual(
          again.dataSet.strings("SOPInstanceUID"),
          dataSet.strings("SOPInstanceUID"),
        );
        octets += bytes.length;
      }),
      { numRuns: fuzzRounds(100, 5_000), seed: 3 },
    );
    console.log(`${octets} octets kept`);
  });

  test("gives new UIDs that a seed decides, the same ones everywhere, and keeps well-known ones", async () => {
    const data = {
      SOPClassUID: CT_IMAGE,
      SOPInstanceUID: "1.2.3.4",
      ReferencedStudySequence: [
        { ReferencedSOPClassUID: "1.2.900.1", ReferencedSOPInstanceUID: "1.2.3" },
      ],
      StudyInstanceUID: "1.2.3",
      FrameOfReferenceUID: "1.2.840.10008.1.4.1.1",
      CodingSchemeUID: "1.2.999",
      FailedSOPInstanceUIDList: ["1.2.3.4", "1.2.3"],
    };
    const one = new Rewriter({ uids: "new", seed: "a" });
    const read = await rewritten(data, one);
    const study = read.text("StudyInstanceUID") ?? "";
    assert.match(study, /^2\.25\.[1-9]\d{30,38}$/);
    assert.equal(read.text("ReferencedStudySequence[0].ReferencedSOPInstanceUID"), study);
    assert.equal(read.text("ReferencedStudySequence[0].ReferencedSOPClassUID"), "1.2.900.1");
    assert.deepEqual(read.strings("FailedSOPInstanceUIDList"), [
      read.text("SOPInstanceUID"),
      study,
    ]);
    assert.equal(read.text("SOPClassUID"), CT_IMAGE);
    assert.equal(read.text("FrameOfReferenceUID"), data.FrameOfReferenceUID);
    assert.equal(read.text("CodingSchemeUID"), "1.2.999");
    const { where, message } = place([{ command: "C-STORE-RQ" }]);
    const values = { AffectedSOPClassUID: CT_IMAGE, AffectedSOPInstanceUID: "1.2.3.4" };
    assert.deepEqual(one.commandSet(values, { ...where, message }), {
      AffectedSOPClassUID: CT_IMAGE,
      AffectedSOPInstanceUID: read.text("SOPInstanceUID"),
    });
    assert.equal(newUid("1.2.3", "a"), study);
    assert.equal(
      (await rewritten(data, new Rewriter({ uids: "new", seed: "a" }))).text("StudyInstanceUID"),
      study,
    );
    assert.notEqual(
      (await rewritten(data, new Rewriter({ uids: "new", seed: "b" }))).text("StudyInstanceUID"),
      study,
    );
    assert.notEqual(
      (await rewritten(data, new Rewriter({ uids: "new" }))).text("StudyInstanceUID"),
      study,
    );
    assert.notEqual((await rewritten(data, one.repetition(1))).text("StudyInstanceUID"), study);
    assert.equal(one.repetition(0), one);
  });

  test("keeps a private SOP class that the association proposed", async () => {
    const association = {
      ...recordedAssociation([]),
      contexts: [
        {
          id: 1,
          abstractSyntax: "1.2.900.7",
          result: 0,
          transferSyntax: "1.2.900.8",
          roles: { scu: true, scp: false },
        },
      ],
    };
    const rewriter = new Rewriter({ uids: "new", seed: "a" });
    assert.equal(rewriter.expectedUid("1.2.900.7", association), "1.2.900.7");
    assert.equal(rewriter.expectedUid("1.2.900.8", association), "1.2.900.8");
    assert.notEqual(rewriter.expectedUid("1.2.900.9", association), "1.2.900.9");
  });

  test("sends a UID that the peer gave from then on, but not for one that was sent", async () => {
    const rewriter = new Rewriter();
    const { where } = place([]);
    assert.equal(rewriter.learn("1.2.3", "2.25.1"), true);
    assert.equal(rewriter.keeps, false);
    assert.equal(
      (await rewritten({ StudyInstanceUID: "1.2.3" }, rewriter)).text("StudyInstanceUID"),
      "2.25.1",
    );
    assert.deepEqual(rewriter.commandSet({ RequestedSOPInstanceUID: "1.2.3" }, where), {
      RequestedSOPInstanceUID: "2.25.1",
    });
    assert.equal(rewriter.learn("1.2.3", "2.25.2"), false);
    assert.equal(rewriter.learn("1.2.4", "2.25.1"), false);
    const answering = new Rewriter({ uids: "new" });
    const answer = { MessageIDBeingRespondedTo: 1, AffectedSOPInstanceUID: "1.2.6" };
    assert.match(String(answering.commandSet(answer, where)["AffectedSOPInstanceUID"]), /^2\.25\./);
    assert.equal(answering.learn("1.2.6", "1.2.6"), true);
    const keeping = new Rewriter();
    await rewritten({ StudyInstanceUID: "1.2.5" }, keeping);
    assert.equal(keeping.learn("1.2.5", "2.25.5"), false);
    assert.equal(keeping.keeps, true);
  });

  test("changes AE titles of the request, and inside of messages where they are the recorded ones", async () => {
    const rewriter = new Rewriter({ ae: readAeTitles("calling=ME,called=OTHER") });
    const { where } = place([]);
    const pdu = {
      type: "A-ASSOCIATE-RQ",
      protocolVersion: 1,
      calledAeTitle: "PACS",
      callingAeTitle: "CT1",
      calledAeTitleField: new Uint8Array(16),
      items: [],
    } as const;
    const { calledAeTitleField, ...rest } = pdu;
    assert.deepEqual(rewriter.associateRq(pdu, where), {
      ...rest,
      calledAeTitle: "OTHER",
      callingAeTitle: "ME",
    });
    assert.deepEqual(rewriter.commandSet({ MoveDestination: "CT1" }, where), {
      MoveDestination: "ME",
    });
    assert.deepEqual(rewriter.commandSet({ MoveDestination: "THIRD" }, where), {
      MoveDestination: "THIRD",
    });
    const read = await rewritten(
      {
        RetrieveAETitle: ["PACS", "THIRD"],
        ScheduledProcedureStepSequence: [{ ScheduledStationAETitle: "CT1" }],
        StationName: "CT1",
      },
      rewriter,
    );
    assert.deepEqual(read.strings("RetrieveAETitle"), ["OTHER", "THIRD"]);
    assert.equal(read.text("ScheduledProcedureStepSequence[0].ScheduledStationAETitle"), "ME");
    assert.equal(read.text("StationName"), "CT1");
    const moved = new Rewriter({ ae: readAeTitles("WS1=WS2,PACS=OTHER") });
    assert.deepEqual(moved.commandSet({ MoveDestination: "WS1" }, where), {
      MoveDestination: "WS2",
    });
    assert.equal(moved.associateRq(pdu, where).calledAeTitle, "OTHER");
    for (const wrong of [
      "",
      "calling",
      "calling=",
      "calling=A,calling=B",
      "called=A\\B",
      "calling=12345678901234567",
    ]) {
      assert.throws(() => readAeTitles(wrong), RangeError, wrong);
    }
  });

  test("shifts dates by whole days from the first association's, birth dates and times of day not", async () => {
    const data = {
      StudyDate: "20260131",
      StudyTime: "235959",
      AcquisitionDateTime: "20260131235959.5+0100",
      PatientBirthDate: "19600229",
      ScheduledProcedureStepSequence: [{ ScheduledProcedureStepStartDate: "20260201-20260203" }],
    };
    const wallUs = new Date(2026, 0, 31, 12).getTime() * 1000;
    const later = { ...place([], wallUs + 5 * 24 * 3600e6).where };
    const { where } = place([], wallUs);
    const rewriter = new Rewriter({ dates: "shift", today: "20260302" });
    const read = await rewritten(data, rewriter, where);
    assert.equal(read.text("StudyDate"), "20260302");
    assert.equal(read.text("StudyTime"), "235959");
    assert.equal(read.text("AcquisitionDateTime"), "20260302235959.5+0100");
    assert.equal(read.text("PatientBirthDate"), "19600229");
    assert.equal(
      read.text("ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate"),
      "20260303-20260305",
    );
    assert.equal((await rewritten(data, rewriter, later)).text("StudyDate"), "20260302");
    const fixed = await rewritten(data, new Rewriter({ dates: "20300405" }));
    assert.equal(fixed.text("StudyDate"), "20300405");
    assert.equal(fixed.text("AcquisitionDateTime"), "20300405235959.5+0100");
    assert.throws(() => new Rewriter({ dates: "2030-04-05" }), /keep, shift or YYYYMMDD/);
    assert.throws(() => new Rewriter({ dates: "20300231" }), RangeError);
  });

  test("sets what the user says in the messages that a filter takes, templates filled in", async () => {
    const sketches: MessageSketch[] = [
      {
        command: "C-STORE-RQ",
        values: { AffectedSOPInstanceUID: "1.2.3" },
        data: { PatientID: "1", SOPInstanceUID: "1.2.3" },
      },
      {
        command: "C-STORE-RQ",
        values: { AffectedSOPInstanceUID: "1.2.4" },
        data: { PatientID: "2", SOPInstanceUID: "1.2.4" },
      },
      { command: "C-FIND-RQ", data: { PatientID: "1" } },
    ];
    const association = recordedAssociation(sketches);
    const set = [
      `~m C-STORE/PatientID=L${template("counter")}-${template("repeat")}`,
      `~m C-STORE/StudyDescription=${template("uuid")}`,
      "Priority=1",
      "~tag PatientID=^2/AffectedSOPInstanceUID=2.25.7",
      "~calling a/b | ~m FIND/StudyID=a/b=c",
    ];
    const rewriter = new Rewriter({ set, seed: "s" });
    const play = async (at: number, by: Rewriter) => {
      const message = association.messages[at];
      assert.ok(message?.dataSet);
      const where = { association, message };
      const values = by.commandSet(message.values, where);
      const octets = await gathered(
        by.dataSet(message.dataSet, { to: EXPLICIT_LITTLE.uid, where }),
      );
      return { values, data: readDataSet(octets, { syntax: EXPLICIT_LITTLE }).dataSet };
    };
    const [first, second, find] = [
      await play(0, rewriter),
      await play(1, rewriter),
      await play(2, rewriter),
    ];
    assert.equal(first.data.text("PatientID"), "L1-1");
    assert.equal(second.data.text("PatientID"), "L2-1");
    assert.equal(find.data.text("PatientID"), "1");
    assert.equal(find.data.text("StudyID"), "a/b=c");
    assert.equal(first.values["Priority"], 1);
    assert.match(first.data.text("StudyDescription") ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-8/);
    assert.notEqual(first.data.text("StudyDescription"), second.data.text("StudyDescription"));
    // the instance is named twice (PS3.4 B.2.2)
    assert.equal(second.values["AffectedSOPInstanceUID"], "2.25.7");
    assert.equal(second.data.text("SOPInstanceUID"), "2.25.7");
    assert.equal((await play(0, rewriter.repetition(4))).data.text("PatientID"), "L3-5");
    assert.deepEqual(rewriter.set, [
      "PatientID",
      "StudyDescription",
      "Priority",
      "AffectedSOPInstanceUID",
      "StudyID",
      "SOPInstanceUID",
    ]);
  });

  test("refuses what cannot be set, and says why", () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ["~m C-STORE", /FILTER\/Keyword=value is needed/],
      ["~nope/PatientID=1", /Cannot read the filter/],
      ["PatientNme=1", /"PatientNme" is neither a keyword/],
      ["MessageID=1", /made when the message is sent/],
      ["Priority=high", /a number is needed/],
      ["Priority=99999", /does not fit/],
      ["PatientName[0].Modality=1", /VR PN has no items/],
    ];
    for (const [typed, why] of wrong) {
      assert.throws(
        () => new Rewriter({ set: [typed] }),
        (error) => {
          assert.ok(error instanceof RangeError, typed);
          assert.match(error.message, why);
          return true;
        },
      );
    }
  });

  test("rewrites while it re-encodes", async () => {
    const bytes = encodeDataSet(dataSetFromJson({ SOPInstanceUID: "1.2.3", PatientID: "1" }), {
      syntax: EXPLICIT_LITTLE,
    });
    const { where } = place([]);
    const recorded = recordedOctets(bytes, { syntax: EXPLICIT_LITTLE.uid });
    const rewriter = new Rewriter({ uids: new Map([["1.2.3", "1.2.3.4"]]) });
    const octets = await gathered(rewriter.dataSet(recorded, { to: IMPLICIT_LITTLE.uid, where }));
    const { dataSet, findings } = readDataSet(octets, { syntax: IMPLICIT_LITTLE });
    assert.deepEqual(findings, []);
    assert.equal(dataSet.text("SOPInstanceUID"), "1.2.3.4");
  });
});

describe("changedDates()", () => {
  test("moves dates, ranges and several values; leaves what is none", () => {
    const day = { days: 1 };
    const cases: readonly (readonly [string, string])[] = [
      ["20261231", "20270101"],
      ["20260228-", "20260301-"],
      ["-20240228", "-20240229"],
      ["20260101-20260102", "20260102-20260103"],
      ["20260101\\20260102", "20260102\\20260103"],
      ["2026.01.01", "2026.01.02"],
      ["20260101120000.123456-0500", "20260102120000.123456-0500"],
      ["20260101120000-20260102120000", "20260102120000-20260103120000"],
      ["2026", "2026"],
      ["202601", "202601"],
      ["20261301", "20261301"],
      ["20260230", "20260230"],
      ["99991231", "99991231"],
      ["*", "*"],
      ["", ""],
      ["ABC", "ABC"],
    ];
    for (const [text, expected] of cases) assert.equal(changedDates(text, day), expected, text);
  });

  test("there and back is where it was", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("0100-01-01"), max: new Date("9000-01-01"), noInvalidDate: true }),
        fc.integer({ min: -30000, max: 30000 }),
        (date, days) => {
          const day = date.toISOString().slice(0, 10).replaceAll("-", "");
          const moved = changedDates(day, { days });
          assert.equal(changedDates(moved, { days: -days }), day);
          assert.equal(daysBetween(day, moved), days);
          assert.ok(isDay(moved));
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe("UIDs", () => {
  test("new ones are valid, well-known ones are known", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (uid, seed) => {
        assert.match(newUid(uid, seed), /^2\.25\.(0|[1-9]\d*)$/);
        assert.ok(newUid(uid, seed).length <= 64);
      }),
      { numRuns: 200, seed: 1 },
    );
    assert.equal(isWellKnown("1.2.840.10008.1.2"), true);
    assert.equal(isWellKnown("1.2.840.10008"), true);
    assert.equal(isWellKnown("1.2.840.100081"), false);
    assert.equal(isWellKnown("1.2.840.113619.5.2"), true);
  });

  test("readUidTable() names the line that is wrong", () => {
    const table = readUidTable("# old new\n1.2.3 2.25.4\r\n\n1.2.4\t2.25.5 # five\n");
    assert.deepEqual(
      [...table],
      [
        ["1.2.3", "2.25.4"],
        ["1.2.4", "2.25.5"],
      ],
    );
    for (const [text, why] of [
      ["1.2.3", /line 1: 1 words/],
      ["1.2.3 2.25.1\n1.2.3 2.25.2", /line 2: 1\.2\.3 is there already/],
      ["1.2.840.10008.1.2 2.25.1", /well-known/],
      ["1.2.x 2.25.1", /"1\.2\.x" is no UID/],
      [`1.2 ${"1.".repeat(40)}1`, /is no UID/],
    ] as const) {
      assert.throws(
        () => readUidTable(text),
        (error) => error instanceof RangeError && why.test(error.message),
        text,
      );
    }
  });

  test("Aliases are one to one, and a trial teaches nothing until it is kept", () => {
    const aliases = new Aliases();
    assert.equal(aliases.bind("a", "1"), true);
    assert.equal(aliases.bind("a", "1"), true);
    assert.equal(aliases.bind("a", "2"), false);
    assert.equal(aliases.bind("b", "1"), false);
    const trial = new Aliases(aliases);
    assert.equal(trial.bind("b", "2"), true);
    assert.equal(trial.bind("a", "3"), false);
    assert.equal(aliases.live("b"), undefined);
    trial.commit();
    assert.equal(aliases.live("b"), "2");
    assert.equal(aliases.others, 2);
  });

  test("Aliases asOf() a request know what was sent before and what the peer gave, not what was sent since", () => {
    const aliases = new Aliases();
    aliases.send("before", "1");
    const mark = aliases.mark;
    aliases.send("since", "2");
    aliases.send("named", "3");
    aliases.bind("given", "4");
    aliases.send("given", "4");
    const then = aliases.asOf({ mark, named: new Set(["named"]) });
    assert.deepEqual(
      ["before", "since", "named", "given"].map((uid) => then.live(uid)),
      ["1", undefined, "3", "4"],
    );
    assert.equal(then.recorded("2"), undefined);
    assert.equal(then.bind("since", "since"), true);
    assert.equal(then.bind("other", "since"), false);
    assert.equal(new Aliases(then).live("since"), "since");
    then.commit();
    assert.equal(aliases.live("since"), "2");
    assert.equal(aliases.send("since", "5"), false);
  });
});

function place(
  sketches: readonly MessageSketch[],
  wallUs?: number,
): { where: Where; message: NonNullable<Where["message"]> } {
  const association = recordedAssociation(sketches, { wallUs });
  return {
    where: { association },
    message: association.messages[0] as NonNullable<Where["message"]>,
  };
}

async function rewrite(
  bytes: Uint8Array,
  rewriter: Rewriter,
  where = place([]).where,
): Promise<Uint8Array> {
  const { uid } = EXPLICIT_LITTLE;
  return gathered(rewriter.dataSet(recordedOctets(bytes, { syntax: uid }), { to: uid, where }));
}

async function rewritten(data: unknown, rewriter: Rewriter, where?: Where) {
  const bytes = encodeDataSet(dataSetFromJson(data), { syntax: EXPLICIT_LITTLE });
  return readDataSet(await rewrite(bytes, rewriter, where), { syntax: EXPLICIT_LITTLE }).dataSet;
}

function template(name: string): string {
  return `\${${name}}`;
}
