import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { readPattern } from "../../src/filter/pattern.ts";
import { matchesPattern } from "../../src/filter/pattern_match.ts";
import { fuzzRounds } from "../support/fuzz.ts";

function found(source: string, text: string): boolean {
  const pattern = readPattern(source);
  assert.ok(!("wrong" in pattern), `${source}: ${"wrong" in pattern ? pattern.wrong : ""}`);
  return matchesPattern(pattern, text);
}

/** Random expressions of what both engines know. */
const leaf = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(..."abAB1_- .") },
  fc.constantFrom("[ab]", "[^a]", "[a-c1]", "[^\\d]", "[\\W1]", "[a-]", "\\d", "\\W", "\\s", "\\."),
  fc.constantFrom("^", "$", "\\b", "\\B", "\\x41", "\\u0062"),
);
const quantifier = fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?");
const { expression } = fc.letrec((tie) => ({
  expression: fc.array(tie("piece"), { maxLength: 5 }).map((parts) => parts.join("")),
  piece: fc.oneof(
    { weight: 4, arbitrary: fc.tuple(leaf, quantifier).map(([l, q]) => (isAnchor(l) ? l : l + q)) },
    fc
      .tuple(tie("expression"), tie("expression"), quantifier)
      .map(([a, b, q]) => `(${a}|${b})${q}`),
    fc.tuple(tie("expression"), quantifier).map(([a, q]) => `(?:${a})${q}`),
  ),
}));
const text = fc.string({ unit: fc.constantFrom(..."abABcC1_- .\n"), maxLength: 12 });

describe("matchesPattern()", () => {
  test("agrees with RegExp, flag i, on what both know", () => {
    let compared = 0;
    let hits = 0;
    fc.assert(
      fc.property(
        expression as fc.Arbitrary<string>,
        fc.array(text, { maxLength: 5 }),
        (source, texts) => {
          const native = new RegExp(source, "i");
          for (const each of texts) {
            const expected = native.test(each);
            assert.equal(found(source, each), expected, `/${source}/i on ${JSON.stringify(each)}`);
            compared++;
            if (expected) hits++;
          }
        },
      ),
      { seed: 7, numRuns: fuzzRounds(3000, 300_000) },
    );
    assert.ok(hits > compared / 10 && hits < (compared * 9) / 10, "both answers occur");
    console.log(`pattern: ${compared} comparisons with RegExp, 0 differences`);
  });

  test("ignores case in other alphabets too", () => {
    assert.ok(found("müller", "MÜLLER^Hans"));
    assert.ok(found("^[а-я]+$", "ПЕТРОВ"));
    assert.ok(found("山田", "Yamada 山田"));
    assert.ok(!found("ss", "ß"));
  });

  test("D-01: takes time in proportion, where backtracking takes for ever", () => {
    const evil = ["(a+)+$", "(a|aa)+$", "(a|a?)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", ".*.*.*.*.*x"];
    const steps = 20_000;
    for (const source of evil) found(source, `${"a".repeat(steps)}!`);
    console.log(`D-01: ${evil.length} hostile expressions on ${steps} characters, all answered`);
  });
});

describe("readPattern()", () => {
  const refused: [string, RegExp][] = [
    ["(?=a)", /lookaround/],
    ["(?<n>a)", /named groups/],
    ["(a)\\1", /back-references/],
    ["\\p{L}", /not supported/],
    ["(a", /\( is not closed/],
    ["a)", /closes nothing/],
    ["[a", /\[ is not closed/],
    ["[b-a]", /out of order/],
    ["*a", /nothing to repeat/],
    ["a{3,2}", /out of order/],
    ["a**", /repeats twice/],
    ["a\\", /nothing follows/],
    ["((a{999}){999}){999}", /too much/],
    ["(".repeat(60) + ")".repeat(60), /too deep/],
    ["a".repeat(501), /longer than/],
  ];
  for (const [source, wrong] of refused) {
    test(`refuses ${source.slice(0, 24)} in words`, () => {
      const result = readPattern(source);
      assert.ok("wrong" in result);
      assert.match(result.wrong, wrong);
      assert.ok(result.position >= 0 && result.position <= source.length);
    });
  }

  test("never throws, and never makes a long program", () => {
    const any = fc.string({
      unit: fc.constantFrom(..."ab(|)[]{}*+?\\^$.,0129-xud\u{1f600}"),
      maxLength: 30,
    });
    fc.assert(
      fc.property(any, (source) => {
        const result = readPattern(source);
        if (!("wrong" in result)) {
          assert.ok(result.program.length < 10_000);
          matchesPattern(result, source);
        }
      }),
      { seed: 3, numRuns: fuzzRounds(5000, 200_000) },
    );
  });
});

function isAnchor(source: string): boolean {
  return ["^", "$", "\\b", "\\B"].includes(source);
}
