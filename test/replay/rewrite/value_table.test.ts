import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { Rewriter } from "../../../replay/rewrite/rewriter.ts";
import { readValueTable, valuesOf } from "../../../replay/rewrite/value_table.ts";
import { recordedAssociation } from "../compare/recorded_exchange.ts";

const PATIENTS = 'name,id\r\n"Doe^J, ""Jo""",A1\n\nRoe^R,A2\n';

describe("readValueTable()", () => {
  test("reads CSV: quotation marks, line ends, empty values and lines", () => {
    assert.deepEqual(readValueTable(PATIENTS), {
      columns: ["name", "id"],
      rows: [
        ['Doe^J, "Jo"', "A1"],
        ["Roe^R", "A2"],
      ],
    });
    assert.deepEqual(readValueTable("\ufeffa,b\n,\n1,").rows, [
      ["", ""],
      ["1", ""],
    ]);
    assert.deepEqual(readValueTable('a\n"two\nlines"').rows, [["two\nlines"]]);
  });

  test.each([
    ["", /there is no row below line 1/],
    ["name\n", /there is no row below line 1/],
    ["name,1st\nx,y", /line 1: "1st" is no name of a column/],
    ["name,name\nx,y", /line 1: column "name" is there twice/],
    ["uuid\nx", /line 1: column "uuid" has a meaning of its own/],
    ["name,id\n\nx,y\nz", /line 4: 1 values for 2 columns/],
    ['name\nx\n"open', /line 3: a quotation mark is not closed/],
    ['name\n"a"b', /line 2 as CSV: neither a comma nor the end of the line follows a value/],
    ['name,id\n"a"b,"c"', /line 2 as CSV/],
    ["name\nx\ry", /line 2 as CSV/],
    ['name\n"two\nlines"x', /line 3 as CSV/],
  ])("says where %j cannot be read", (text, error) => {
    assert.throws(() => readValueTable(text), error);
  });

  test("reads a value of any length, with any number of quotation marks", () => {
    for (const value of ["x".repeat(20 * 2 ** 20), '"'.repeat(2 ** 20), "\n".repeat(1000)]) {
      const quoted = `"${value.replaceAll('"', '""')}"`;
      const { rows } = readValueTable(`name,id\n${quoted},A1\n`);
      assert.ok(rows.length === 1 && rows[0]?.[0] === value && rows[0][1] === "A1");
    }
  });

  test("gives each repetition its row, and begins again after the last", () => {
    const table = readValueTable(PATIENTS);
    const ids = [1, 2, 3, 4].map((repetition) => valuesOf(table, repetition).get("id"));
    assert.deepEqual(ids, ["A1", "A2", "A1", "A2"]);
  });
});

describe("Rewriter with values from a table", () => {
  const values = readValueTable(PATIENTS);
  const template = (name: string) => `\${${name}}`;

  test("sets what belongs together in each repetition", () => {
    const association = recordedAssociation([{ command: "C-STORE-RQ", data: {} }]);
    const [message] = association.messages;
    assert.ok(message !== undefined);
    const set = [`MoveDestination=${template("id")}-${template("repeat")}`];
    const rewriter = new Rewriter({ set, values });
    const sent = [0, 1, 2].map((number) => {
      const { MoveDestination } = rewriter
        .repetition(number)
        .commandSet(message.values, { association, message });
      return MoveDestination;
    });
    assert.deepEqual(sent, ["A1-1", "A2-2", "A1-3"]);
  });

  test("knows no other column, and without a table a template stays as it is", () => {
    const set = [`PatientID=${template("nmae")}`];
    assert.throws(
      () => new Rewriter({ set, values }),
      /PatientID=\$\{nmae\}: there is no column for \$\{nmae\}, only name, id/,
    );
    assert.ok(new Rewriter({ set }));
  });
});
