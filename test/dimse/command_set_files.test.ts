import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { commandFieldName } from "../../src/dimse/command_field.ts";
import { numberOf, readCommandSet } from "../../src/dimse/command_set.ts";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { NO_DATA_SET } from "../../src/dimse/open_message.ts";
import { hasCorpus, readCorpusJson } from "../support/corpus.ts";
import { bytesOfHex } from "../support/vectors.ts";

interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly hex: string;
  readonly conformant: boolean;
  readonly expect: {
    readonly commandFieldText: string;
    readonly elements: Readonly<Record<string, unknown>>;
    readonly hasDataSet: boolean;
  };
}

describe.skipIf(!hasCorpus)("corpus of command sets", () => {
  test("readCommandSet() decodes as an independent decoder did", () => {
    const vectors = (readCorpusJson("pdu-vectors.json") as readonly Vector[]).filter(
      ({ kind }) => kind === "dimse-command",
    );
    let compared = 0;
    let again = 0;
    for (const { id, hex, expect, conformant } of vectors) {
      const bytes = bytesOfHex(hex);
      const set = readCommandSet(bytes);
      assert.deepEqual(set.values, withTags(expect.elements), id);
      assert.deepEqual(set.problems, [], id);
      const field = numberOf(set, "CommandField") ?? -1;
      assert.equal(commandFieldName(field), expect.commandFieldText, id);
      assert.equal(numberOf(set, "CommandDataSetType") !== NO_DATA_SET, expect.hasDataSet, id);
      compared += Object.keys(expect.elements).length + 2;
      if (!conformant) continue;
      assert.deepEqual(readCommandSet(encodeCommandSet(set.values)).values, set.values, id);
      again++;
    }
    console.log(
      `corpus: ${vectors.length} command sets, ${compared} facts compared, 0 mismatches, ${again} written again`,
    );
    assert.ok(vectors.length >= 29);
  });
});

/** The corpus prints tags as "7fe0,0010". */
function withTags(elements: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const hex = (value: unknown) => String(value).replace(",", "").toUpperCase();
  return Object.fromEntries(
    Object.entries(elements).map(([keyword, value]) => [
      keyword,
      Array.isArray(value) ? value.map(hex) : value,
    ]),
  );
}
