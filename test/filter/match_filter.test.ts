import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { statusClass } from "../../src/dimse/status.ts";
import type { FilterFacts } from "../../src/filter/facts.ts";
import { type Filter, isFilterError } from "../../src/filter/filter.ts";
import { matches } from "../../src/filter/match_filter.ts";
import { parseFilter } from "../../src/filter/parse_filter.ts";
import { statusMatches } from "../../src/filter/status_pattern.ts";
import { fuzzRounds } from "../support/fuzz.ts";

const FACTS: FilterFacts = {
  complete: true,
  callingAeTitle: "CT1             ",
  calledAeTitle: "PACS",
  source: "192.0.2.7:50312",
  destination: "[::1]:104",
  commands: ["C-STORE-RQ", "C-STORE-RSP"],
  sopClassUids: ["1.2.840.10008.5.1.4.1.1.2\0"],
  sopInstanceUids: ["1.2.3.4\0"],
  transferSyntaxUids: ["1.2.840.10008.1.2.4.50"],
  contextIds: [1, 3],
  statuses: [0x0000, 0xb007],
  outcome: "released",
  findings: [{ id: "pdv-too-long", severity: "error", text: "PDV exceeds the maximum length" }],
  durationMs: 2500,
  size: 11 * 2 ** 20,
  messages: 4,
  startedAt: Date.UTC(2026, 1, 3, 14, 15),
  tagValues: (path) => (path.join() === String(0x00100020) ? ["12345", ""] : []),
};

function filterOf(text: string): Filter {
  const filter = parseFilter(text);
  assert.ok(!isFilterError(filter), text);
  return filter;
}

describe("matches()", () => {
  const yes = [
    ...["", "~all", "CT1", "ct", "^CT1$", "PACS", "192.0.2", "::1", "c-store", '"CT Image"'],
    ...[
      "~m C-STORE",
      "~m RQ$",
      "~ae ^pacs$",
      "~calling ct1$",
      "~called PACS",
      "~src 50312",
      "~dst 104",
    ],
    ...['~sop "ct image"', "~sop 1.1.2$", "~sopi 1.2.3.4", "~ts jpeg", "~ts 4.50", "~pc 3"],
    ...[
      "~c 0000",
      "~c b007",
      "~c Bxxx",
      "~c warning",
      "~c success",
      "~c failure|warning",
      "~c !0000",
    ],
    ...["~rel", "~e", "~finding too-long", '~finding "maximum length"', "~dur >2s", "~dur =2.5s"],
    ...["~dur <3s", "~size >10MiB", "~n 4", "~n >=4", "~since 2026-02-03", "~until 2026-02-04"],
    ...[
      "~tag PatientID",
      "~tag PatientID=^12",
      "~tag 0010,0020=5$",
      "!~rj",
      "~rj | ~rel",
      "CT1 PACS",
    ],
    ...["~m C-STORE ~c !0000", "(~rj | ~abort | ~rel) !~pc 5"],
  ];
  for (const text of yes)
    test(`${text} is so`, () => assert.equal(matches(filterOf(text), FACTS), true));

  const no = [
    ...["MR", "~m C-FIND", "~ae 192", "~calling PACS", "~called CT1", "~src 104", "~dst 50312"],
    ...[
      "~sop MR",
      "~sopi 1.2.3",
      "~ts 4.51",
      "~pc 5",
      "~c A7xx",
      "~c failure",
      "~c pending",
      "~c cancel",
    ],
    ...["~rj", "~abort", "~finding xyz", "~dur >3s", "~dur <2s", "~size <1MiB", "~n >4", "!~e"],
    ...[
      "~since 2026-02-04",
      "~until 2026-02-03",
      "~tag PatientID=^9",
      "~tag PatientName",
      "CT1 MR",
    ],
    ...["~c !0000|!B007", "!CT1 | ~rj"],
  ];
  for (const text of no)
    test(`${text} is not`, () => assert.equal(matches(filterOf(text), FACTS), false));

  test("says that it cannot know yet, while more may come", () => {
    const open: FilterFacts = {
      ...FACTS,
      complete: false,
      outcome: "open",
      calledAeTitle: undefined,
      durationMs: 2500,
      tagValues: () => undefined,
    };
    const verdicts: [string, boolean | undefined][] = [
      ["~m C-STORE", true],
      ["~m C-FIND", undefined],
      ["!~m C-STORE", false],
      ["!~m C-FIND", undefined],
      ["~rel", undefined],
      ["~called PACS", undefined],
      ["~calling CT1", true],
      ["~calling MR", false], // the title is known, and it is another one
      ["~ae MR", undefined],
      ["~sop Mammography", undefined],
      ["~dur >2s", true],
      ["~dur >3s", undefined],
      ["~dur <2s", false],
      ["~dur <3s", undefined],
      ["~dur =2s", false],
      ["~dur >=2500ms", true],
      ["~dur <=2500ms", undefined],
      ["~since 2026-02-04", false],
      ["~until 2026-02-04", true],
      ["~tag PatientID", undefined],
      ["~m C-FIND ~since 2026-02-04", false],
      ["~m C-FIND | ~m C-STORE", true],
      ["~m C-FIND | ~rel", undefined],
      ["~all", true],
    ];
    for (const [text, verdict] of verdicts)
      assert.equal(matches(filterOf(text), open), verdict, text);
    assert.equal(matches(filterOf("~sop Mammography"), { ...open, negotiated: true }), false);
    assert.equal(matches(filterOf("~pc 201"), { ...open, negotiated: true }), false);
    const negotiated: FilterFacts = { ...open, negotiated: true };
    for (const text of ["~sop MR", "~ts 4.51", "~pc 5"]) {
      assert.equal(matches(filterOf(text), open), undefined, text);
      assert.equal(matches(filterOf(text), negotiated), false, text);
    }
  });

  test("never changes its mind when more becomes known", () => {
    const texts = [...yes, ...no].map(filterOf);
    const share = fc.integer({ min: 0, max: 2 });
    const known = fc.boolean();
    let early = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(share, { minLength: 6, maxLength: 6 }),
        fc.array(known, { minLength: 6, maxLength: 6 }),
        (filter, shares, has) => {
          const part: FilterFacts = {
            ...FACTS,
            complete: false,
            callingAeTitle: has[0] ? FACTS.callingAeTitle : undefined,
            calledAeTitle: has[0] ? FACTS.calledAeTitle : undefined,
            commands: [...FACTS.commands].slice(0, shares[0]),
            sopClassUids: [...FACTS.sopClassUids].slice(0, shares[1]),
            transferSyntaxUids: [...FACTS.transferSyntaxUids].slice(0, shares[2]),
            contextIds: [...FACTS.contextIds].slice(0, shares[3]),
            statuses: [...FACTS.statuses].slice(0, shares[4]),
            findings: [...FACTS.findings].slice(0, shares[5]),
            sopInstanceUids: has[1] ? FACTS.sopInstanceUids : [],
            outcome: has[2] ? FACTS.outcome : "open",
            durationMs: has[3] ? 1000 : undefined,
            size: has[4] ? 100 : 11 * 2 ** 20,
            messages: has[5] ? 4 : 1,
            negotiated: shares.slice(1, 4).every((each) => each === 2),
            tagValues: (path) => (has[1] ? FACTS.tagValues?.(path) : undefined),
          };
          const verdict = matches(filter, part);
          if (verdict === undefined) return;
          early++;
          assert.equal(verdict, matches(filter, FACTS));
        },
      ),
      { seed: 9, numRuns: fuzzRounds(5000, 200_000) },
    );
    assert.ok(early > 500);
    console.log(`filter: ${early} early verdicts, 0 changed`);
  });
});

describe("statusMatches()", () => {
  test("S-05: has the classes of PS3.7 Annex C, as the decoder has them", () => {
    const classes = ["success", "warning", "failure", "cancel", "pending"];
    let compared = 0;
    for (let status = 0; status <= 0xffff; status++) {
      for (const name of classes) {
        assert.equal(
          statusMatches(name, status),
          statusClass(status) === name,
          status.toString(16),
        );
        compared++;
      }
    }
    console.log(`S-05: ${compared} comparisons of status classes, 0 differences`);
  });
});
