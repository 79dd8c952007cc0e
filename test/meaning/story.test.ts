import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { type Story, StoryBook } from "../../src/meaning/story.ts";
import { type Attributes, narrated, type Said } from "../support/narrated.ts";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const WORKLIST = "1.2.840.10008.5.1.4.31";
const STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
const STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
const MPPS = "1.2.840.10008.3.1.2.3.3";
const COMMITMENT = "1.2.840.10008.1.20.1";
const FILM_SESSION = "1.2.840.10008.5.1.1.1";

/** Milliseconds. */
interface Told {
  readonly said: readonly Said[];
  readonly from: string;
  readonly to: string;
  readonly at: number;
  readonly took?: number;
  readonly capture?: string;
}

let association = 0;

function tell(book: StoryBook, { said, from, to, at, took = 10, capture = "a.dcap" }: Told): void {
  association++;
  for (const sentence of narrated(said)) {
    book.add(sentence, {
      capture,
      captureId: capture,
      association,
      callingAeTitle: from,
      calledAeTitle: to,
      at: at * 1000,
      endAt: (at + took) * 1000,
    });
  }
}

function move(to: string, options: { study?: string; messageId?: number } = {}): Said[] {
  const { study = "1.2.3", messageId = 1 } = options;
  return [
    {
      command: "C-MOVE-RQ",
      sopClass: STUDY_MOVE,
      values: { MoveDestination: to, MessageID: messageId },
      data: { QueryRetrieveLevel: "STUDY", StudyInstanceUID: study },
    },
    {
      command: "C-MOVE-RSP",
      sopClass: STUDY_MOVE,
      values: { Status: 0, MessageIDBeingRespondedTo: messageId },
    },
  ];
}

function store(
  instance: string,
  options: { study?: string; originator?: readonly [string, number] } = {},
): Said[] {
  const { study = "1.2.3", originator } = options;
  const values = {
    AffectedSOPInstanceUID: instance,
    ...(originator === undefined
      ? {}
      : {
          MoveOriginatorApplicationEntityTitle: originator[0],
          MoveOriginatorMessageID: originator[1],
        }),
  };
  return [
    { command: "C-STORE-RQ", sopClass: CT, values, data: { StudyInstanceUID: study } },
    { command: "C-STORE-RSP", sopClass: CT, values: { Status: 0 } },
  ];
}

function normalized(
  command: "N-CREATE" | "N-SET" | "N-ACTION" | "N-EVENT-REPORT",
  options: {
    sopClass: string;
    instance: string;
    data: Attributes;
  },
): Said[] {
  const { sopClass, instance, data } = options;
  const affected = command === "N-CREATE" || command === "N-EVENT-REPORT";
  const values = { [affected ? "AffectedSOPInstanceUID" : "RequestedSOPInstanceUID"]: instance };
  return [
    { command: `${command}-RQ`, sopClass, values, data },
    { command: `${command}-RSP`, sopClass, values: { Status: 0 } },
  ];
}

function commitment(transaction: string, instances: readonly string[]): Attributes {
  return {
    TransactionUID: transaction,
    ReferencedSOPSequence: instances.map((uid) => ({ ReferencedSOPInstanceUID: uid })),
  };
}

function linesOf(story: Story | undefined): string[] {
  return (story?.lines ?? []).map(({ from, to, sentence, linkedBy }) => {
    const by = linkedBy === undefined ? "" : ` (${linkedBy})`;
    return `${from} > ${to} ${sentence.exchange.command}${by}`;
  });
}

describe("StoryBook", () => {
  test("S-08 links a C-MOVE and its C-STOREs by Move Originator, though no UID is shared", () => {
    const book = new StoryBook();
    // Both moves are number 1 of the same AE: time tells them apart.
    const originator = ["VIEWER", 1] as const;
    for (const [at, study] of [
      [100, "1.2.3"],
      [500, "1.2.4"],
    ] as const) {
      // the archive may coerce Study Instance UIDs
      tell(book, {
        said: store(`${study}.9`, { study: `${study}.1`, originator }),
        from: "PACS",
        to: "WS",
        at: at + 20,
        capture: "b.dcap",
      });
      tell(book, { said: move("WS", { study }), from: "VIEWER", to: "PACS", at, took: 100 });
    }
    const { stories, alone } = book.stories();
    assert.equal(alone, 0);
    assert.deepEqual(stories.map(linesOf), [
      ["VIEWER > PACS C-MOVE-RQ", "PACS > WS C-STORE-RQ (move originator)"],
      ["VIEWER > PACS C-MOVE-RQ", "PACS > WS C-STORE-RQ (move originator)"],
    ]);
    assert.deepEqual(stories[0]?.studyInstanceUids, ["1.2.3", "1.2.3.1"]);
  });

  test("S-08 links them by AE titles, time and study where the originator is not told", () => {
    const cases: readonly (readonly [string, Partial<Told> & { study?: string }, boolean])[] = [
      ["as it should be", {}, true],
      ["to another destination", { to: "OTHER" }, false],
      ["from another AE", { from: "OTHER" }, false],
      ["long after", { at: 10_000 }, false],
      ["before", { at: -10_000 }, false],
    ];
    let right = 0;
    for (const [name, changes, expected] of cases) {
      const book = new StoryBook();
      tell(book, { said: move("WS"), from: "VIEWER", to: "PACS", at: 100, took: 100 });
      // without a Study Instance UID nothing but titles and time can link it
      const said = store("1.2.9").map((one) =>
        one.data === undefined ? one : { ...one, data: {} },
      );
      tell(book, { said, from: "PACS", to: "WS", at: 150, ...changes });
      const linked = book.stories().stories.length === 1;
      assert.equal(linked, expected, name);
      right++;
    }
    const book = new StoryBook();
    tell(book, { said: move("WS"), from: "VIEWER", to: "PACS", at: 100, took: 100 });
    tell(book, { said: store("1.2.9", { study: "1.2.4" }), from: "PACS", to: "WS", at: 150 });
    assert.equal(book.stories().stories.length, 0, "of another study");
    for (const [asked, expected] of [
      [{ SeriesInstanceUID: "1.3.1" }, 1],
      [{ SeriesInstanceUID: "1.3.2" }, 0],
      [{ SOPInstanceUID: ["1.2.8", "1.2.9"] }, 1],
      [{ SOPInstanceUID: "1.2.8" }, 0],
    ] as const) {
      const levels = new StoryBook();
      const [request, response] = move("WS") as [Said, Said];
      const said = [{ ...request, data: asked }, response];
      tell(levels, { said, from: "VIEWER", to: "PACS", at: 100, took: 100 });
      const [rq, rsp] = store("1.2.9") as [Said, Said];
      const stored = [{ ...rq, data: { SeriesInstanceUID: "1.3.1" } }, rsp];
      tell(levels, { said: stored, from: "PACS", to: "WS", at: 150 });
      assert.equal(levels.stories().stories.length, expected, JSON.stringify(asked));
      right++;
    }
    console.log(`S-08: C-MOVE without originator, ${right + 1} cases, 0 wrong`);
  });

  test("tells MWL, MPPS, C-STORE and Storage Commitment of a study as one, in the order of time", () => {
    const book = new StoryBook();
    const match = (study: string): Said => ({
      command: "C-FIND-RSP",
      sopClass: WORKLIST,
      values: { Status: 0xff00 },
      data: { StudyInstanceUID: study },
    });
    const worklist: Said[] = [
      { command: "C-FIND-RQ", sopClass: WORKLIST, data: { Modality: "CT" } },
      match("1.2.1"),
      match("1.2.2"),
      { command: "C-FIND-RSP", sopClass: WORKLIST, values: { Status: 0 } },
    ];
    for (const study of ["1.2.1", "1.2.2"]) {
      const at = study === "1.2.1" ? 1000 : 2000;
      const step = `${study}.7`;
      const images = [`${study}.1`, `${study}.2`];
      const report = normalized("N-EVENT-REPORT", {
        sopClass: COMMITMENT,
        instance: "1.2.840.10008.1.20.1.1",
        data: commitment(`${study}.8`, images),
      });
      tell(book, { said: report, from: "PACS", to: "CT1", at: at + 50, capture: "b.dcap" });
      tell(book, {
        said: normalized("N-CREATE", {
          sopClass: MPPS,
          instance: step,
          data: {
            PerformedProcedureStepStatus: "IN PROGRESS",
            ScheduledStepAttributesSequence: [{ StudyInstanceUID: study }],
          },
        }),
        from: "CT1",
        to: "RIS",
        at: at + 10,
      });
      tell(book, {
        said: images.flatMap((uid) => store(uid, { study })),
        from: "CT1",
        to: "PACS",
        at: at + 20,
      });
      tell(book, {
        said: normalized("N-ACTION", {
          sopClass: COMMITMENT,
          instance: "1.2.840.10008.1.20.1.1",
          data: commitment(`${study}.8`, images),
        }),
        from: "CT1",
        to: "PACS",
        at: at + 40,
      });
      tell(book, {
        said: normalized("N-SET", {
          sopClass: MPPS,
          instance: step,
          data: { PerformedProcedureStepStatus: "COMPLETED" },
        }),
        from: "CT1",
        to: "RIS",
        at: at + 30,
      });
    }
    tell(book, { said: worklist, from: "CT1", to: "RIS", at: 0 });
    tell(book, {
      said: [{ command: "C-ECHO-RQ", sopClass: "1.2.840.10008.1.1" }],
      from: "CT1",
      to: "PACS",
      at: 5,
    });

    const { stories, alone } = book.stories();
    assert.deepEqual(
      stories.map(({ studyInstanceUids }) => studyInstanceUids),
      [["1.2.1"], ["1.2.2"]],
    );
    for (const story of stories) {
      assert.deepEqual(linesOf(story), [
        "CT1 > RIS C-FIND-RQ",
        "CT1 > RIS N-CREATE-RQ",
        "CT1 > PACS C-STORE-RQ",
        "CT1 > RIS N-SET-RQ",
        "CT1 > PACS N-ACTION-RQ",
        "PACS > CT1 N-EVENT-REPORT-RQ",
      ]);
      assert.equal(story.exchanges, 7);
      assert.equal(story.associations, 6);
    }
    assert.equal(alone, 1);
  });

  test("S-09 correlates MPPS and Storage Commitment of many studies, in whatever order they are read", () => {
    const studies = 50;
    const all: Told[] = [];
    for (let number = 0; number < studies; number++) {
      const study = `1.2.${number}`;
      const images = [`${study}.1`, `${study}.2`, `${study}.3`];
      // several at once: nothing but UIDs tells them apart
      const at = Math.floor(number / 4) * 1000;
      const data = commitment(`${study}.8`, images);
      const between = { sopClass: COMMITMENT, instance: "1.2.840.10008.1.20.1.1", data };
      const step = { sopClass: MPPS, instance: `${study}.7` };
      const scheduled = { ScheduledStepAttributesSequence: [{ StudyInstanceUID: study }] };
      const toRis = { from: "CT1", to: "RIS" };
      all.push(
        { ...toRis, said: normalized("N-CREATE", { ...step, data: scheduled }), at },
        {
          from: "CT1",
          to: "PACS",
          said: images.flatMap((uid) => store(uid, { study })),
          at: at + 1,
        },
        {
          ...toRis,
          said: normalized("N-SET", {
            ...step,
            data: { PerformedProcedureStepStatus: "COMPLETED" },
          }),
          at: at + 2,
        },
        { from: "CT1", to: "PACS", said: normalized("N-ACTION", between), at: at + 3 },
        {
          from: "PACS",
          to: "CT1",
          said: normalized("N-EVENT-REPORT", between),
          at: at + 4,
          capture: "b.dcap",
        },
      );
    }
    const book = new StoryBook();
    const order = all.map((_, at) => (at * 7919) % all.length); // 7919 is prime to 250
    assert.equal(new Set(order).size, all.length);
    for (const at of order) tell(book, all[at] as Told);
    const { stories, alone } = book.stories();
    const whole = stories.filter(
      (story) => story.exchanges === 7 && story.studyInstanceUids.length === 1,
    );
    assert.equal(whole.length, studies);
    assert.equal(alone, 0);
    const percent = (100 * whole.length) / studies;
    console.log(
      `S-09: ${studies} studies, ${all.length} associations, ${percent} % correlated, 0 mixed up`,
    );
  });

  test("S-09 tells an operation on several studies in the story of each, and keeps the stories apart", () => {
    const [first, second] = ["1.2.1", "1.2.2"];
    const images = [`${first}.1`, `${second}.1`];
    const between = {
      sopClass: COMMITMENT,
      instance: "1.2.840.10008.1.20.1.1",
      data: commitment("1.2.8", images),
    };
    const [request, response] = move("WS") as [Said, Said];
    const ofPatient = [{ ...request, data: { QueryRetrieveLevel: "PATIENT" } }, response];
    const step = { sopClass: MPPS, instance: "1.2.7" };
    const scheduled = [first, second].map((study) => ({ StudyInstanceUID: study }));
    /** What spans the two, and the lines that the story of each has then. */
    const cases: readonly (readonly [string, readonly Told[], readonly string[]])[] = [
      [
        "C-MOVE",
        [
          { said: ofPatient, from: "VIEWER", to: "PACS", at: 100, took: 100 },
          ...[first, second].map((study) => ({
            said: store(`${study}.1`, { study, originator: ["VIEWER", 1] as const }),
            from: "PACS",
            to: "WS",
            at: 150,
          })),
        ],
        [
          "CT1 > PACS C-STORE-RQ",
          "VIEWER > PACS C-MOVE-RQ",
          "PACS > WS C-STORE-RQ (move originator)",
        ],
      ],
      [
        "Storage Commitment",
        [
          { said: normalized("N-EVENT-REPORT", between), from: "PACS", to: "CT1", at: 300 },
          { said: normalized("N-ACTION", between), from: "CT1", to: "PACS", at: 200 },
        ],
        ["CT1 > PACS C-STORE-RQ", "CT1 > PACS N-ACTION-RQ", "PACS > CT1 N-EVENT-REPORT-RQ"],
      ],
      [
        "a procedure step for two requests",
        [
          {
            said: normalized("N-CREATE", {
              ...step,
              data: { ScheduledStepAttributesSequence: scheduled },
            }),
            from: "CT1",
            to: "RIS",
            at: 200,
          },
          {
            said: normalized("N-SET", {
              ...step,
              data: { PerformedProcedureStepStatus: "COMPLETED" },
            }),
            from: "CT1",
            to: "RIS",
            at: 300,
          },
        ],
        ["CT1 > PACS C-STORE-RQ", "CT1 > RIS N-CREATE-RQ", "CT1 > RIS N-SET-RQ"],
      ],
    ];
    for (const [name, spanning, expected] of cases) {
      const stored = [first, second].map((study, at) => ({
        said: store(`${study}.1`, { study }),
        from: "CT1",
        to: "PACS",
        at,
      }));
      for (const order of [[...stored, ...spanning], [...spanning, ...stored].reverse()]) {
        const book = new StoryBook();
        for (const told of order) tell(book, told);
        const { stories, alone } = book.stories();
        assert.deepEqual(stories.map(linesOf), [expected, expected], name);
        assert.deepEqual(
          stories.map(({ studyInstanceUids }) => studyInstanceUids),
          [[first], [second]],
          name,
        );
        const shared = stories[0]?.lines.filter(({ inStories }) => inStories === 2).length;
        assert.equal(shared, name === "C-MOVE" ? 1 : 2, name);
        assert.equal(alone, 0);
      }
    }
    console.log(`S-09: ${cases.length} operations on two studies, 0 stories merged`);
  });

  test("does not link what only has a well-known instance in common, or print objects of two associations", () => {
    const book = new StoryBook();
    const printer = "1.2.840.10008.5.1.1.17";
    for (const at of [0, 100]) {
      tell(book, {
        said: normalized("N-SET", {
          sopClass: "1.2.840.10008.5.1.1.16",
          instance: printer,
          data: {},
        }),
        from: "A",
        to: "B",
        at,
      });
      const session = { sopClass: FILM_SESSION, instance: "1.1" };
      tell(book, {
        said: [
          ...normalized("N-CREATE", { ...session, data: {} }),
          ...normalized("N-ACTION", { ...session, data: {} }),
        ],
        from: "A",
        to: "B",
        at,
      });
    }
    const { stories, alone } = book.stories();
    assert.deepEqual(
      stories.map(({ exchanges, associations }) => [exchanges, associations]),
      [
        [2, 1],
        [2, 1],
      ],
    );
    assert.equal(alone, 2);
  });

  test("tells C-STOREs in a row in one line, of each result", () => {
    const book = new StoryBook();
    const failed = store("1.2.90").map((one) =>
      one.command === "C-STORE-RSP" ? { ...one, values: { Status: 0xa700 } } : one,
    );
    const said = [
      ...store("1.2.1"),
      ...store("1.2.2"),
      ...store("1.2.3"),
      ...failed,
      ...store("1.2.4"),
    ];
    tell(book, { said, from: "CT1", to: "PACS", at: 0 });
    const [story] = book.stories().stories;
    assert.deepEqual(
      story?.lines.map(({ count }) => count),
      [3, 1, 1],
    );
    assert.equal(story?.exchanges, 5);
  });

  test("is headed with 16 studies of an exchange, also where the exchange has none of its own", () => {
    const studies = Array.from({ length: 20 }, (_, at) => ({ StudyInstanceUID: `1.2.${at + 1}` }));
    const step = { sopClass: MPPS, instance: "1.9" };
    const data = { ScheduledStepAttributesSequence: studies };
    const said = [
      ...normalized("N-CREATE", { ...step, data }),
      ...normalized("N-SET", { ...step, data }),
    ];
    const book = new StoryBook();
    tell(book, { said, from: "CT1", to: "RIS", at: 0 });
    const [story, ...others] = book.stories().stories;
    assert.equal(others.length, 0);
    assert.deepEqual(
      story?.studyInstanceUids,
      studies.slice(0, 16).map(({ StudyInstanceUID }) => StudyInstanceUID),
    );
  });

  test("keeps what is referred to where queries have seen as much as there is room for", () => {
    const seen = (study: string): Said => ({
      command: "C-FIND-RSP",
      sopClass: STUDY_FIND,
      values: { Status: 0xff00 },
      data: { StudyInstanceUID: study },
    });
    const query: Said[] = [
      {
        command: "C-FIND-RQ",
        sopClass: STUDY_FIND,
        values: {},
        data: { QueryRetrieveLevel: "STUDY", StudyInstanceUID: "" },
      },
      ...Array.from({ length: 8 }, (_, at) => seen(`1.5.${at}`)),
      { command: "C-FIND-RSP", sopClass: STUDY_FIND, values: { Status: 0 } },
    ];
    const request = normalized("N-ACTION", {
      sopClass: COMMITMENT,
      instance: "1.2.840.10008.1.20.1.1",
      data: commitment("1.2.99", ["1.3.1", "1.3.2"]),
    });
    const book = new StoryBook({ maxKeys: 8 });
    tell(book, { said: query, from: "WS", to: "PACS", at: 0 });
    tell(book, { said: request, from: "CT1", to: "PACS", at: 1 });
    assert.equal(book.leftKeys, 0);
    tell(book, { said: query, from: "WS", to: "PACS", at: 2 });
    assert.equal(book.leftKeys, 8);
  });

  test("is bounded, and counts what does not fit", () => {
    const book = new StoryBook({ maxLines: 3, maxKeys: 4 });
    for (let at = 0; at < 5; at++) {
      tell(book, { said: store(`1.2.${at}`, { study: `1.3.${at}` }), from: "CT1", to: "PACS", at });
    }
    assert.equal(book.left, 2);
    assert.ok(book.leftKeys > 0);
    assert.ok(book.stories().stories.length <= 3);
  });
});
