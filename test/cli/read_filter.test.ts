import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { CommandError } from "../../src/cli/command_error.ts";
import { filterHelp, readFilter, splitOperands } from "../../src/cli/read_filter.ts";

describe("readFilter()", () => {
  test("shows the place of a mistake, with control characters made visible", () => {
    assert.equal(readFilter("~rj").kind, "outcome");
    assert.throws(
      () => readFilter("~m C-STORE\n~foo"),
      (error) => {
        assert.ok(error instanceof CommandError);
        assert.equal(error.exitCode, 2);
        assert.equal(
          error.message,
          "Cannot read the filter at column 12: there is no operator ~foo",
        );
        const [shown, mark, hint] = (error.hint ?? "").split("\n");
        assert.equal(shown, "  ~m C-STORE ~foo");
        assert.equal(mark, "             ^");
        assert.match(hint ?? "", /^Operators: ~m /);
        return true;
      },
    );
    for (const bad of ["\x1b[2J ~foo", "~\u202e", "~c \x07", "~tag \x1b"]) {
      assert.throws(
        () => readFilter(bad),
        (error) =>
          error instanceof CommandError &&
          !/[\x00-\x09\x0b-\x1f\u202e]/.test(error.message + error.hint),
      );
    }
  });

  test("words of a filter that the shell took apart are named, with the quotes that they lack", () => {
    const captures = "test/captures";
    assert.deepEqual(splitOperands([captures, "~m C-STORE"]), {
      paths: [captures],
      filter: "~m C-STORE",
    });
    assert.deepEqual(splitOperands([captures, captures]).filter, undefined);
    assert.deepEqual(splitOperands([captures, "gone.dcap", "~rj"]).filter, "~rj");
    assert.throws(
      () => splitOperands([captures, "~m", "C-STORE", "~rj"]),
      (error) =>
        error instanceof CommandError &&
        error.message === 'Cannot find "~m"' &&
        /quotes: '~m C-STORE ~rj'$/.test(error.hint ?? ""),
    );
  });

  test("help fits a terminal", () => {
    const lines = filterHelp().split("\n");
    assert.ok(
      lines.every((line) => line.length <= 110),
      "a line is too long",
    );
    assert.ok(lines.length > 23);
  });
});
