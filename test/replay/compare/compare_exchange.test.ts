import assert from "node:assert/strict";
import { describe, test } from "vitest";
import {
  type CompareOptions,
  compareExchange,
  type ExchangeMessage,
} from "../../../replay/compare/compare_exchange.ts";
import { readForCompare } from "../../../replay/compare/read_for_compare.ts";
import { Rewriter } from "../../../replay/rewrite/rewriter.ts";
import { encodeDataSet } from "../../../src/dataset/encode_data_set.ts";
import { dataSetFromJson } from "../../../src/dataset/json_input.ts";
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  type TransferSyntax,
} from "../../../src/dataset/transfer_syntax.ts";
import type { CommandValue } from "../../../src/dimse/command_set.ts";
import { cut } from "../rewrite/recorded_octets.ts";
import { type MessageSketch, recordedExchange } from "./recorded_exchange.ts";

const PENDING = 0xff00;

interface Sketch {
  readonly values: Readonly<Record<string, CommandValue>>;
  readonly data?: unknown;
  readonly syntax?: TransferSyntax;
}

describe("compareExchange()", () => {
  test("finds nothing where all means the same: Message IDs, encoding, padding, order of elements", async () => {
    const values = {
      Status: 0,
      MessageIDBeingRespondedTo: 7,
      AffectedSOPClassUID: "1.2.840.10008.1.1",
    };
    const data = {
      PatientName: "Müller^Jörg^^",
      StudyDate: "2026.02.03",
      StudyTime: "12:30:00.000",
      SliceThickness: "1.50",
      Rows: 512,
    };
    const other = {
      PatientName: "Müller^Jörg",
      StudyDate: "20260203",
      StudyTime: "123000",
      SliceThickness: "1.5",
      Rows: 512,
    };
    for (const syntax of [EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG]) {
      const found = await compare(
        [{ command: "N-GET-RQ" }, { command: "N-GET-RSP", respondsTo: 0, values, data }],
        [
          {
            values: { Status: 0, MessageIDBeingRespondedTo: 1, CommandField: 5, ErrorComment: "x" },
            data: other,
            syntax,
          },
        ],
      );
      assert.deepEqual(found, { differences: [], notes: [] });
    }
  });

  test("tells Status first, then fields, then elements by path, through sequences", async () => {
    const { differences } = await compare(
      [
        { command: "N-GET-RQ" },
        {
          command: "N-GET-RSP",
          respondsTo: 0,
          values: { ErrorID: 3, Status: 0 },
          data: {
            Modality: "CT",
            PerformedSeriesSequence: [{ SeriesDescription: "A" }, { SeriesDescription: "B" }],
            Rows: 1,
          },
        },
      ],
      [
        {
          values: { ErrorID: 4, Status: 0x0110 },
          data: {
            Modality: "MR",
            PerformedSeriesSequence: [{ SeriesDescription: "A" }, { SeriesDescription: "C" }],
            Columns: 2,
          },
        },
      ],
    );
    assert.deepEqual(differences, [
      { path: "Status", recorded: 0, got: 0x0110 },
      { path: "ErrorID", recorded: 3, got: 4 },
      { path: "Modality", recorded: "CT", got: "MR" },
      { path: "Rows", recorded: 1, got: null },
      { path: "Columns", recorded: null, got: 2 },
      { path: "PerformedSeriesSequence[1].SeriesDescription", recorded: "B", got: "C" },
    ]);
  });

  test("masks patients in differences, unless they are asked for", async () => {
    const recorded: MessageSketch[] = [
      { command: "C-FIND-RQ" },
      {
        command: "C-FIND-RSP",
        respondsTo: 0,
        values: { Status: PENDING },
        data: { PatientName: "DOE^JANE", PatientID: "", StudyID: "1" },
      },
      { command: "C-FIND-RSP", respondsTo: 0, values: { Status: 0 } },
    ];
    const live = [
      {
        values: { Status: PENDING },
        data: { PatientName: "DOE^JOHN", PatientID: "7", StudyID: "2" },
      },
      { values: { Status: 0 } },
    ];
    assert.deepEqual((await compare(recorded, live)).differences, [
      { path: "[0].PatientName", recorded: "***", got: "***" },
      { path: "[0].PatientID", recorded: "", got: "***" },
      { path: "[0].StudyID", recorded: "1", got: "2" },
    ]);
    const shown = await compare(recorded, live, { showPhi: true });
    assert.deepEqual(shown.differences[0], {
      path: "[0].PatientName",
      recorded: "DOE^JANE",
      got: "DOE^JOHN",
    });
  });

  test("ignores what is told, by keyword, tag and pattern", async () => {
    const recorded = [
      { command: "N-GET-RQ" },
      {
        command: "N-GET-RSP",
        respondsTo: 0,
        values: { Status: 0 },
        data: {
          StudyDate: "20260101",
          StudyTime: "10",
          Manufacturer: "A",
          InstanceCreationDate: "20260101",
          PerformedSeriesSequence: [{ Modality: "CT" }],
        },
      },
    ];
    const live = [
      {
        values: { Status: 0 },
        data: {
          StudyDate: "20260102",
          StudyTime: "11",
          Manufacturer: "B",
          InstanceCreationDate: "20260909",
          PerformedSeriesSequence: [{ Modality: "MR" }],
        },
      },
    ];
    const paths = async (...ignore: string[]) =>
      (await compare(recorded, live, { ignore })).differences.map(({ path }) => path);
    assert.deepEqual(await paths(), [
      "StudyDate",
      "StudyTime",
      "Manufacturer",
      "PerformedSeriesSequence[0].Modality",
    ]);
    assert.deepEqual(await paths("Study*", "0008,0070"), ["PerformedSeriesSequence[0].Modality"]);
    assert.deepEqual(await paths("Study*", "Manufacturer", "PerformedSeriesSequence.Modality"), []);
  });

  test("counts matches, and takes another order for what it is (PS3.4 C.4.1)", async () => {
    const match = (id: string, uid: string) => ({
      StudyInstanceUID: uid,
      StudyID: id,
      Modality: "CT",
    });
    const recorded: MessageSketch[] = [
      { command: "C-FIND-RQ" },
      ...["1", "2", "3"].map((id) => ({
        command: "C-FIND-RSP",
        respondsTo: 0,
        values: { Status: PENDING },
        data: match(id, `1.2.${id}`),
      })),
      { command: "C-FIND-RSP", respondsTo: 0, values: { Status: 0 } },
    ];
    const live = (...ids: string[]) => [
      ...ids.map((id) => ({ values: { Status: PENDING }, data: match(id, `1.2.${id}`) })),
      { values: { Status: 0 } },
    ];
    assert.deepEqual(await compare(recorded, live("1", "2", "3")), { differences: [], notes: [] });
    assert.deepEqual(await compare(recorded, live("3", "1", "2")), {
      differences: [],
      notes: ["the matches came in another order"],
    });
    assert.deepEqual((await compare(recorded, live("1", "3"))).differences, [
      { path: "matches", recorded: 3, got: 2 },
      { path: "[1]", recorded: "a match", got: null },
    ]);
    assert.deepEqual((await compare(recorded, live("9", "1", "2", "3"))).differences, [
      { path: "matches", recorded: 3, got: 4 },
      { path: "[0]", recorded: null, got: "a match" },
    ]);
    // the same studies with other UIDs, in another order: by what they have besides
    const renamed = ["3", "2", "1"].map((id) => ({
      values: { Status: PENDING },
      data: match(id, `2.25.${id}`),
    }));
    assert.deepEqual(
      (await compare(recorded, [...renamed, { values: { Status: 0 } }])).differences,
      [],
    );
  });

  test("learns no UID of one match for another that is there too, in another order", async () => {
    const series = (uid: string) => ({ SeriesInstanceUID: uid, Modality: "CT" });
    const pending = (uid: string) => ({ values: { Status: PENDING }, data: series(uid) });
    const recorded: MessageSketch[] = [
      { command: "C-FIND-RQ" },
      ...["1.1", "1.2", "1.3"].map((uid) => {
        return { command: "C-FIND-RSP", respondsTo: 0, ...pending(uid) };
      }),
      { command: "C-FIND-RSP", respondsTo: 0, values: { Status: 0 } },
    ];
    const rewriter = new Rewriter();
    const live = [pending("1.3"), pending("2.25.7"), pending("1.1"), { values: { Status: 0 } }];
    const { differences, notes } = await compare(recorded, live, { rewriter });
    assert.deepEqual(differences, []);
    assert.deepEqual(notes, ["the matches came in another order"]);
    const { aliases } = rewriter;
    assert.deepEqual(
      ["1.1", "1.2", "1.3"].map((uid) => aliases.live(uid)),
      ["1.1", "2.25.7", "1.3"],
    );
  });

  test("reports one match that changed by its unique key, whatever its place", async () => {
    const match = (id: string, description: string) => ({
      StudyInstanceUID: `1.2.${id}`,
      StudyDescription: description,
    });
    const ids = ["1", "2", "3", "4"];
    const recorded: MessageSketch[] = [
      { command: "C-FIND-RQ" },
      ...ids.map((id) => ({
        command: "C-FIND-RSP",
        respondsTo: 0,
        values: { Status: PENDING },
        data: match(id, "HEAD"),
      })),
      { command: "C-FIND-RSP", respondsTo: 0, values: { Status: 0 } },
    ];
    const live = [...ids].reverse().map((id) => ({
      values: { Status: PENDING },
      data: match(id, id === "2" ? "NECK" : "HEAD"),
    }));
    const rewriter = new Rewriter();
    for (const id of ids) rewriter.learn(`1.2.${id}`, `1.2.${id}`); // asked for by the requestor
    const found = await compare(recorded, [...live, { values: { Status: 0 } }], { rewriter });
    assert.deepEqual(found.differences, [
      { path: "[1].StudyDescription", recorded: "HEAD", got: "NECK" },
    ]);
  });

  test("learns a UID that the peer made, and holds it to it", async () => {
    const rewriter = new Rewriter();
    const created = (uid: string): MessageSketch[] => [
      { command: "N-CREATE-RQ", values: { AffectedSOPClassUID: "1.2.840.10008.5.1.1.1" } },
      {
        command: "N-CREATE-RSP",
        respondsTo: 0,
        values: { Status: 0, AffectedSOPInstanceUID: uid },
      },
    ];
    const live = (uid: string) => [{ values: { Status: 0, AffectedSOPInstanceUID: uid } }];
    assert.deepEqual(
      (await compare(created("1.2.3"), live("2.25.9"), { rewriter })).differences,
      [],
    );
    assert.equal(rewriter.aliases.live("1.2.3"), "2.25.9");
    assert.deepEqual(
      (await compare(created("1.2.3"), live("2.25.9"), { rewriter })).differences,
      [],
    );
    assert.deepEqual((await compare(created("1.2.3"), live("2.25.8"), { rewriter })).differences, [
      { path: "AffectedSOPInstanceUID", recorded: "1.2.3 (now 2.25.9)", got: "2.25.8" },
    ]);
    assert.equal(
      (await compare(created("1.2.4"), live("2.25.9"), { rewriter })).differences.length,
      1,
    );
    // a SOP class is never an alias
    const store = (uid: string) => [{ values: { Status: 0, AffectedSOPClassUID: uid } }];
    const recorded = [
      { command: "C-STORE-RQ" },
      {
        command: "C-STORE-RSP",
        respondsTo: 0,
        values: { Status: 0, AffectedSOPClassUID: "1.3.5" },
      },
    ];
    assert.equal((await compare(recorded, store("1.3.6"), { rewriter })).differences.length, 1);
    const exact = await compare(created("1.2.5"), live("2.25.5"), { exactUids: true });
    assert.equal(exact.differences.length, 1);
  });

  test.each(["StudyInstanceUID", "FailedSOPInstanceUIDList"])(
    "holds an answer to nothing that another association sent after its request: %s",
    async (keyword) => {
      const rewriter = new Rewriter({ uids: "new", seed: "a" });
      const recorded: MessageSketch[] = [
        { command: "C-FIND-RQ" },
        {
          command: "C-FIND-RSP",
          respondsTo: 0,
          values: { Status: PENDING },
          data: { [keyword]: "1.2.3" },
        },
        { command: "C-FIND-RSP", respondsTo: 0, values: { Status: 0 } },
      ];
      const { association } = recordedExchange(recorded);
      const { mark } = rewriter.aliases;
      rewriter.commandSet({ AffectedSOPInstanceUID: "1.2.3" }, { association });
      const sent = rewriter.expectedUid("1.2.3", association);
      assert.notEqual(sent, "1.2.3");
      const differing = async (uid: string, asOf?: CompareOptions["asOf"]) => {
        const live = [{ values: { Status: PENDING }, data: { [keyword]: uid } }];
        const responses = [...live, { values: { Status: 0 } }];
        const options = { rewriter, ...(asOf && { asOf }) };
        return (await compare(recorded, responses, options)).differences.length;
      };
      const before = { mark, named: new Set<string>() };
      assert.equal(await differing("1.2.3", before), 0, "as it was when the request went out");
      assert.equal(await differing(sent, before), 0, "as it was when the answer came");
      assert.equal(await differing("1.2.3", { mark, named: new Set(["1.2.3"]) }), 1);
      assert.equal(await differing("1.2.3", { ...before, mark: rewriter.aliases.mark }), 1);
      assert.equal(await differing("1.2.3"), 1);
      assert.equal(rewriter.expectedUid("1.2.3", association), sent);
    },
  );

  test("expects what was rewritten: new UIDs, titles, shifted dates", async () => {
    const rewriter = new Rewriter({
      uids: "new",
      seed: "s",
      ae: { called: "OTHER" },
      dates: "20300101",
    });
    const recorded: MessageSketch[] = [
      { command: "C-FIND-RQ" },
      {
        command: "C-FIND-RSP",
        respondsTo: 0,
        values: { Status: PENDING },
        data: { StudyInstanceUID: "1.2.3", RetrieveAETitle: "PACS", StudyDate: "20260101" },
      },
      { command: "C-FIND-RSP", respondsTo: 0, values: { Status: 0 } },
    ];
    const { association, request } = recordedExchange(recorded);
    const sent = rewriter.commandSet(
      { AffectedSOPInstanceUID: "1.2.3" },
      { association, message: request },
    );
    const StudyInstanceUID = String(sent["AffectedSOPInstanceUID"]);
    assert.match(StudyInstanceUID, /^2\.25\.\d+$/);
    const live = (data: unknown) => [
      { values: { Status: PENDING }, data },
      { values: { Status: 0 } },
    ];
    const good = await compare(
      recorded,
      live({ StudyInstanceUID, RetrieveAETitle: "OTHER", StudyDate: "20300101" }),
      { rewriter },
    );
    assert.deepEqual(good.differences, []);
    const bad = await compare(
      recorded,
      live({ StudyInstanceUID: "1.2.3", RetrieveAETitle: "THIRD", StudyDate: "20270101" }),
      { rewriter },
    );
    assert.deepEqual(
      bad.differences.map(({ path }) => path),
      ["[0].StudyDate", "[0].RetrieveAETitle", "[0].StudyInstanceUID"],
    );
  });

  test("compares counts of the final response of a C-MOVE, not its pending ones (PS3.4 C.4.2.3.1)", async () => {
    const pending = {
      command: "C-MOVE-RSP",
      respondsTo: 0,
      values: { Status: PENDING, NumberOfRemainingSuboperations: 1 },
    };
    const final = { Status: 0, NumberOfCompletedSuboperations: 2, NumberOfFailedSuboperations: 0 };
    const recorded = [
      { command: "C-MOVE-RQ" },
      pending,
      pending,
      { command: "C-MOVE-RSP", respondsTo: 0, values: final },
    ];
    const live = (completed: number) => [
      {
        values: {
          Status: 0,
          NumberOfCompletedSuboperations: completed,
          NumberOfRemainingSuboperations: 0,
        },
      },
    ];
    assert.deepEqual((await compare(recorded, live(2))).differences, []);
    assert.deepEqual((await compare(recorded, live(1))).differences, [
      { path: "NumberOfCompletedSuboperations", recorded: 2, got: 1 },
    ]);
  });

  test("takes failed instances for a set, and another instance for another outcome", async () => {
    const failed = (...uids: string[]) => ({
      values: { Status: 0xb000, NumberOfFailedSuboperations: 2 },
      data: { FailedSOPInstanceUIDList: uids },
    });
    const recorded = [
      { command: "C-GET-RQ" },
      { command: "C-GET-RSP", respondsTo: 0, ...failed("1.1", "1.2") },
    ];
    assert.deepEqual((await compare(recorded, [failed("1.2", "1.1")])).differences, []);
    const { differences } = await compare(recorded, [failed("1.1", "1.3")]);
    assert.deepEqual(differences, [
      { path: "FailedSOPInstanceUIDList", recorded: "1.1\\1.2", got: "1.1\\1.3" },
    ]);
  });

  test("takes a canceled operation as it comes", async () => {
    const match = (id: number) => ({ values: { Status: PENDING }, data: { StudyID: String(id) } });
    const recorded: MessageSketch[] = [
      { command: "C-FIND-RQ" },
      { command: "C-FIND-RSP", respondsTo: 0, ...match(1) },
      { command: "C-CANCEL-RQ", respondsTo: 0 },
      { command: "C-FIND-RSP", respondsTo: 0, values: { Status: 0xfe00 } },
    ];
    const more = await compare(recorded, [match(1), match(2), { values: { Status: 0xfe00 } }]);
    assert.deepEqual(more, { differences: [], notes: [] });
    const done = await compare(recorded, [match(1), { values: { Status: 0 } }]);
    assert.deepEqual(done, {
      differences: [],
      notes: ["canceled at another point than in the recording"],
    });
    const failed = await compare(recorded, [match(1), { values: { Status: 0xa700 } }]);
    assert.deepEqual(failed.differences, [{ path: "Status", recorded: 0xfe00, got: 0xa700 }]);
  });

  test("compares long values by their hash, and a request of the peer", async () => {
    const pixels = (value: number) => ({
      vr: "OB",
      InlineBinary: Buffer.alloc(100_000, value).toString("base64"),
    });
    const data = (value: number) => ({
      SOPInstanceUID: "1.2.3",
      Rows: 1,
      PixelData: pixels(value),
    });
    const { association, request } = recordedExchange([
      {
        command: "C-STORE-RQ",
        sender: "acceptor",
        values: { AffectedSOPInstanceUID: "1.2.3" },
        data: data(1),
      },
      { command: "C-STORE-RSP", sender: "requestor", respondsTo: 0, values: { Status: 0 } },
    ]);
    const responses = [{ values: { Status: 0 } }];
    const one = async (value: number) => ({
      request: await message({
        values: { AffectedSOPInstanceUID: "1.2.3" },
        data: data(value),
        syntax: IMPLICIT_LITTLE,
      }),
      responses,
    });
    assert.deepEqual(
      (await compareExchange({ association, request }, await one(1))).differences,
      [],
    );
    assert.deepEqual((await compareExchange({ association, request }, await one(2))).differences, [
      { path: "request.PixelData", recorded: "100000 octets", got: "100000 octets" },
    ]);
  });

  test("takes references in any order for the same set (PS3.4 J.3.3)", async () => {
    const report = (...uids: string[]) => ({
      TransactionUID: "1.9",
      ReferencedSOPSequence: uids.map((uid) => ({
        ReferencedSOPInstanceUID: uid,
        RetrieveAETitle: `A${uid.at(-1)}`,
      })),
    });
    const recorded: MessageSketch[] = [
      { command: "N-EVENT-REPORT-RQ", sender: "acceptor", data: report("1.1", "1.2", "1.3") },
    ];
    const compared = async (...uids: string[]) =>
      compareExchange(recordedExchange(recorded), {
        request: await message({ values: {}, data: report(...uids) }),
      });
    assert.deepEqual(await compared("1.3", "1.1", "1.2"), {
      differences: [],
      notes: ["ReferencedSOPSequence came in another order"],
    });
    assert.deepEqual(await compared("1.1", "1.2", "1.3"), { differences: [], notes: [] });
    assert.equal(
      (await compared("1.1", "1.2")).differences[0]?.path,
      "request.ReferencedSOPSequence",
    );
  });

  test("stays bounded where everything differs", async () => {
    const data = (value: string) =>
      Object.fromEntries(
        Array.from({ length: 500 }, (_, at) => [
          `0009${(0x1000 + at).toString(16)}`,
          { vr: "LO", Value: [value] },
        ]),
      );
    const { differences, notes } = await compare(
      [
        { command: "N-GET-RQ" },
        { command: "N-GET-RSP", respondsTo: 0, values: { Status: 0 }, data: data("a") },
      ],
      [{ values: { Status: 0 }, data: data("b") }],
    );
    assert.equal(differences.length, 200);
    assert.deepEqual(notes, ["300 more differences"]);
  });
});

async function compare(
  recorded: readonly MessageSketch[],
  live: readonly Sketch[],
  options: CompareOptions = {},
) {
  const responses: ExchangeMessage[] = [];
  for (const sketch of live) responses.push(await message(sketch));
  return compareExchange(recordedExchange(recorded), { responses }, options);
}

async function message({
  values,
  data,
  syntax = EXPLICIT_LITTLE,
}: Sketch): Promise<ExchangeMessage> {
  if (data === undefined) return { values };
  const octets = encodeDataSet(dataSetFromJson(data), { syntax });
  return {
    values,
    transferSyntax: syntax.uid,
    ...(await readForCompare(cut(octets, 1000), syntax.uid)),
  };
}
