import assert from "node:assert/strict";
import { parseArgs } from "@std/cli/parse-args";
import { describe, test } from "vitest";

/** Holds for the stand-in and for the original: only documented behaviour. */
describe("parseArgs() of @std/cli", () => {
  const parse = (text: string, options: Parameters<typeof parseArgs>[1] = {}) => ({
    ...parseArgs(text === "" ? [] : text.split(" "), options),
  });

  test("reads the example of its documentation", () => {
    const options = {
      boolean: ["help", "color"],
      string: ["version"],
      default: { color: true },
      negatable: ["color"],
    };
    assert.deepEqual(parse("--no-color --version 1.1.1 a", options), {
      _: ["a"],
      help: false,
      color: false,
      version: "1.1.1",
    });
    assert.deepEqual(parse("", options), { _: [], help: false, color: true });
  });

  const cases: [string, string, Parameters<typeof parseArgs>[1], Record<string, unknown>][] = [
    ["long options with values", "--a 1 --b=2 --c x", {}, { _: [], a: 1, b: 2, c: "x" }],
    ["long options without values", "--a --b", {}, { _: [], a: true, b: true }],
    ["an equals sign in a value", "--a=b=c", {}, { _: [], a: "b=c" }],
    ["short options, joined", "-abc x", {}, { _: [], a: true, b: true, c: "x" }],
    ["short options with a number", "-n5 -m=6", {}, { _: [], n: 5, m: 6 }],
    ["operands, numbers converted", "a 1 0x10 1e3", {}, { _: ["a", 1, 16, 1000] }],
    ["operands as strings", "1 2", { string: ["_"] }, { _: ["1", "2"] }],
    ["strings that look like numbers", "--a 010 --b 1", { string: "a" }, { _: [], a: "010", b: 1 }],
    ["a string without a value", "--a", { string: ["a"] }, { _: [], a: "" }],
    ["a string before an option", "--a --b", { string: ["a"] }, { _: [], a: "", b: true }],
    ["booleans take no value", "--a x", { boolean: ["a"] }, { _: ["x"], a: true }],
    [
      "booleans spelt out",
      "--a=false --b=true",
      { boolean: ["a", "b"] },
      { _: [], a: false, b: true },
    ],
    ["booleans that are absent", "x", { boolean: ["a"] }, { _: ["x"], a: false }],
    ["all options as booleans", "--a x --b=1", { boolean: true }, { _: ["x"], a: true, b: 1 }],
    ["the last of several", "--a 1 --a 2", {}, { _: [], a: 2 }],
    ["collected values", "--a 1 --a 2 x", { collect: ["a"] }, { _: ["x"], a: [1, 2] }],
    ["collected strings, absent", "", { collect: ["a"], string: ["a"] }, { _: [], a: [] }],
    [
      "collected booleans",
      "-v -vv",
      { collect: ["v"], boolean: ["v"] },
      { _: [], v: [true, true, true] },
    ],
    ["negation of what may be negated", "--no-a", { negatable: ["a"] }, { _: [], a: false }],
    ["negation of what may not", "--no-a", {}, { _: [], "no-a": true }],
    ["aliases", "-h", { alias: { help: "h" } }, { _: [], h: true, help: true }],
    [
      "aliases of strings",
      "-o 1",
      { alias: { out: ["o"] }, string: ["out"] },
      { _: [], o: "1", out: "1" },
    ],
    ["defaults", "--a 1", { default: { a: 2, b: 3 } }, { _: [], a: 1, b: 3 }],
    [
      "defaults through aliases",
      "",
      { default: { a: 2 }, alias: { a: "b" } },
      { _: [], a: 2, b: 2 },
    ],
    ["what follows --", "a -- --b c", {}, { _: ["a", "--b", "c"] }],
    ["what follows -- apart", "a -- --b c", { "--": true }, { _: ["a"], "--": ["--b", "c"] }],
    [
      "stopping at the first operand",
      "--a 1 x --b y",
      { stopEarly: true },
      { _: ["x", "--b", "y"], a: 1 },
    ],
    ["dotted names", "--a.b 1 --a.c=2", {}, { _: [], a: { b: 1, c: 2 } }],
    ["a lone hyphen", "- a", {}, { _: ["-", "a"] }],
    ["a lone hyphen as value", "-o -", { string: ["o"] }, { _: [], o: "-" }],
  ];
  for (const [what, text, options, expected] of cases) {
    test(`reads ${what}: ${text}`, () => assert.deepEqual(parse(text, options), expected));
  }

  test("asks about what it does not know", () => {
    const asked: unknown[] = [];
    const unknown = (argument: string, name?: string, value?: unknown) => {
      asked.push([argument, name, value]);
      return false;
    };
    const result = parse("--known 1 --other=2 -x word", { string: ["known"], unknown });
    assert.deepEqual(result, { _: [], known: "1" });
    assert.deepEqual(asked.slice(0, 1), [["--other=2", "other", "2"]]);
    assert.deepEqual((asked[1] as unknown[]).slice(0, 2), ["-x", "x"]);
  });

  test("never touches the prototype", () => {
    parse("--__proto__.polluted 1 --constructor.prototype.polluted 1 --toString x");
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});
