import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { type Filter, filterErrorLines, isFilterError } from "../../src/filter/filter.ts";
import { OPERATORS } from "../../src/filter/operators.ts";
import { parseFilter } from "../../src/filter/parse_filter.ts";
import { printFilter } from "../../src/filter/print_filter.ts";
import { fuzzRounds } from "../support/fuzz.ts";

function parse(text: string): Filter {
  const filter = parseFilter(text);
  if (isFilterError(filter)) assert.fail(filterErrorLines(text, filter).join("\n"));
  return filter;
}

describe("parseFilter()", () => {
  /** Text, and the same filter with every group and blank written out. */
  const readings: [string, string][] = [
    ["", "~all"],
    ["  ", "~all"],
    ["CT1", "CT1"],
    ["CT1 PACS", "CT1 PACS"],
    ["CT1&PACS", "CT1 PACS"],
    ["CT1 & PACS", "CT1 PACS"],
    ["a | b c", "a | (b c)"],
    ["a b | c", "(a b) | c"],
    ["(a | b) c", "(a | b) c"],
    ["!a b", "!a b"],
    ["!(a b)", "!(a b)"],
    ["! ! a", "!!a"],
    ["~m C-STORE ~c !0000", "~m C-STORE ~c !0000"],
    ["~M c-store", "~m c-store"],
    ["~rj|~abort", "~rj | ~abort"],
    ["~calling CT1 | ~rj", "~calling CT1 | ~rj"],
    ["~calling CT1|~rj", "~calling CT1 | ~rj"],
    ["~calling CT1|!~rj", "~calling CT1 | !~rj"],
    ["~ae CT|MR", '~ae "CT|MR"'],
    ["CT|MR", '"CT|MR"'],
    ["~c 0000|a7XX|failure", "~c 0000|A7xx|failure"],
    ["~c 0xA700 ~c B000H", "~c A700 ~c B000"],
    ["~c !0000|!FF00", "~c !0000|!FF00"],
    ['~sop "CT Image"', '~sop "CT Image"'],
    ["~sop 'it\\'s'", `~sop "it's"`],
    ["~ae \\(CT\\)", '~ae "\\(CT\\)"'],
    ["~sopi 1.2.3", "~sopi 1.2.3"],
    ["~pc 3", "~pc 3"],
    ["~pc 3 | ~pc 5", "~pc 3 | ~pc 5"],
    ["~tag PatientID=^12", "~tag PatientID=^12"],
    ["~tag 0010,0020", "~tag PatientID"],
    ["~tag 00100020", "~tag PatientID"],
    ["~tag 0009,1001=x", "~tag 0009,1001=x"],
    ["~tag 6002,3000", "~tag 6002,3000"],
    ["~tag RequestAttributesSequence.0020,0010=A", "~tag RequestAttributesSequence.StudyID=A"],
    ["~tag MoveDestination=^CT", "~tag MoveDestination=^CT"],
    ["~dur >2s", "~dur >2000ms"],
    ["~dur > 2s ~n 3", "~dur >2000ms ~n =3"],
    ["~dur <=500us", "~dur <=0.5ms"],
    ["~size >=10MiB", "~size >=10485760B"],
    ["~n >100", "~n >100"],
    ["~since 2026-02-03", "~since 2026-02-03T00:00:00.000Z"],
    ["~until 2026-02-03T14:15+01:00", "~until 2026-02-03T13:15:00.000Z"],
    ["~since 20260203T141502.5Z", "~since 2026-02-03T14:15:02.500Z"],
    ["~e ~rel ~all", "~e ~rel ~all"],
    [
      "~finding pdv ~src 192 ~dst :104$ ~ts jpeg ~called X",
      "~finding pdv ~src 192 ~dst :104$ ~ts jpeg ~called X",
    ],
  ];
  for (const [text, printed] of readings) {
    test(`reads ${text}`, () => {
      const filter = parse(text);
      assert.equal(printFilter(filter), printed);
      assert.deepEqual(parse(printed), filter);
    });
  }

  /** Text, column from 1, what is wrong, what to do. */
  const refusals: [string, number, RegExp, RegExp][] = [
    ["~foo x", 1, /no operator ~foo/, /~m ~ae/],
    ["a ~ b", 3, /no operator ~$/, /~m/],
    ["~m", 3, /~m needs RX/, /command/],
    ["~m | a", 4, /~m needs RX/, /command/],
    ["(a", 1, /\( is not closed/, /Add a \)/],
    ["a (b | c", 3, /\( is not closed/, /Add a \)/],
    ["a)", 2, /closes nothing/, /Remove/],
    ["()", 2, /\) is not a term/, /word/],
    ["a |", 4, /a term is missing/, /word/],
    ["a || b", 4, /\| is not a term/, /word/],
    ["& a", 1, /& is not a term/, /word/],
    ["!", 2, /a term is missing/, /word/],
    ['~ae "CT', 5, /" is not closed/, /Add a "/],
    ["~ae (CT|MR)", 5, /~ae needs RX/, /either AE title/],
    ['~ae "(CT"', 8, /\( is not closed/, /quotes/],
    ["~ae [z-a]", 9, /out of order/, /quotes/],
    ["~ae a(?=b)", 6, /\( is|lookaround|needs|not a term|closed|\? has nothing/, /./],
    ["~c ok", 4, /"ok" is not a status/, /four hexadecimal/],
    ["~c 0000|ok", 9, /"ok" is not a status/, /four hexadecimal/],
    ["~c 00000", 4, /is not a status/, /four/],
    ["~pc x", 5, /not a presentation context ID/, /up to 255/],
    ["~pc 256", 5, /not a presentation context ID/, /up to 255/],
    ["~sopi abc", 7, /not a UID/, /digits and dots/],
    ["~tag Nonsense", 6, /no element "Nonsense"/, /PatientID/],
    ["~tag PatientNam=x", 6, /no element "PatientNam"/, /^Did you mean PatientName\?$/],
    ["~tag 0040,0100[1].Modality", 6, /names an item/, /all items: write 0040,0100$/],
    ["~tag PatientID=[", 16, /not closed/, /quotes/],
    ["~dur 2s", 6, /does not begin with a comparison/, /~dur >2s/],
    ["~dur >2", 6, /"2" is not a duration/, /~dur >2s/],
    ["~size >2x", 7, /not a size/, /~size >10MiB/],
    ["~n >x", 4, /not a number/, /~n >100/],
    ["~since yesterday", 8, /not a time/, /2026-02-03/],
    ["~since 2026-02-30", 8, /not a time/, /2026-02-03/],
    ["~since 2026-13-01", 8, /not a time/, /2026-02-03/],
  ];
  for (const [text, column, message, hint] of refusals) {
    test(`refuses ${text} and says where`, () => {
      const error = parseFilter(text);
      assert.ok(isFilterError(error), "it was read");
      assert.match(error.message, message);
      assert.match(error.hint, hint);
      if (!text.includes("?=")) assert.equal(error.position + 1, column, error.message);
      const [first, shown, mark] = filterErrorLines(text, error);
      assert.match(first ?? "", /^Cannot read the filter at column \d+: /);
      assert.equal(shown, `  ${text}`);
      assert.equal(mark?.indexOf("^"), error.position + 2);
    });
  }

  test("has every operator of the language, and help for it", () => {
    const contract =
      "~m ~ae ~calling ~called ~sop ~sopi ~ts ~pc ~c ~tag ~rj ~abort ~rel ~e ~dur ~size ~n ~since ~until ~finding ~src ~dst ~all";
    const names = OPERATORS.map((operator) => operator.name);
    assert.deepEqual([...names].sort(), contract.split(" ").sort());
    assert.ok(OPERATORS.every((operator) => operator.help !== ""));
    console.log(`filter: ${names.length} operators, as in the contract`);
  });

  test("what is printed reads as the same filter", () => {
    let filters = 0;
    const word = fc.string({
      unit: fc.constantFrom(..."aB1 \\\"'()|^$.*[]{}~!&=,é"),
      maxLength: 8,
    });
    const argument = fc.oneof(
      word.map((text) => `"${text.replace(/["\\]/g, "")}"`),
      word.map((text) => `'${text.replace(/'/g, "\\'")}'`),
      fc.constantFrom(
        "CT",
        "0000|!A7xx",
        ">2s",
        "<=3KiB",
        "5",
        "1.2.3",
        "PatientID=a",
        "2026-02-03",
      ),
    );
    const term = fc.oneof(
      argument,
      fc
        .tuple(fc.constantFrom(...OPERATORS), argument)
        .map(([operator, text]) =>
          operator.argument === "" ? operator.name : `${operator.name} ${text}`,
        ),
    );
    const { group } = fc.letrec((tie) => ({
      group: fc.oneof(
        { weight: 3, arbitrary: term },
        fc
          .tuple(tie("group"), fc.constantFrom(" ", " | ", " & "), tie("group"))
          .map((all) => all.join("")),
        tie("group").map((inner) => `!(${String(inner)})`),
        tie("group").map((inner) => `(${String(inner)})`),
      ),
    }));
    fc.assert(
      fc.property(group, (text) => {
        const filter = parseFilter(String(text));
        if (isFilterError(filter)) return;
        filters++;
        const printed = printFilter(filter);
        const again = parseFilter(printed);
        assert.ok(!isFilterError(again), `${String(text)} was printed as ${printed}`);
        assert.deepEqual(printFilter(again), printed);
        assert.deepEqual(flat(again), flat(filter), `${String(text)} was printed as ${printed}`);
      }),
      { seed: 5, numRuns: fuzzRounds(6000, 200_000) },
    );
    assert.ok(filters > 1000, `only ${filters} were filters`);
    console.log(`filter: ${filters} printed and read again, 0 differences`);
  });

  test("never throws, whatever is typed", () => {
    const any = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(..."~mcaestg!&|()\"'\\ x0>=.,[]{}*+?"), maxLength: 40 }),
    );
    fc.assert(
      fc.property(any, (text) => {
        const filter = parseFilter(text);
        if (!isFilterError(filter)) return;
        assert.ok(filter.position >= 0 && filter.position <= text.length);
        assert.ok(filter.message !== "" && filter.hint !== "");
      }),
      { seed: 6, numRuns: fuzzRounds(10_000, 500_000) },
    );
    for (const text of ["(".repeat(3000), "!".repeat(3000), "a ".repeat(1999), "a".repeat(9999)]) {
      assert.ok(isFilterError(parseFilter(text)));
    }
  });
});

/** Groups of one kind inside each other mean the same as one group: (a b) c is a b c. */
function flat(filter: Filter): unknown {
  if (filter.kind === "not") return { not: flat(filter.of) };
  if (filter.kind !== "and" && filter.kind !== "or") return filter;
  return { [filter.kind]: filter.of.map(flat) };
}
