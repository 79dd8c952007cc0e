import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "vitest";
import { elementByTag } from "../../src/dictionary/elements.ts";
import {
  elementFile,
  privateElementFile,
  sourceRows,
} from "../../src/dictionary/generate_elements.ts";
import { missing } from "../support/partner.ts";

const FOLDER = new URL("../../src/dictionary/", import.meta.url);

describe("generate_elements.ts", () => {
  test("S-15: gives the tables that are in the repository", async () => {
    const rows = await sourceRows();
    const read = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");
    assert.equal(elementFile(rows), read("element_table.ts"));
    assert.equal(privateElementFile(rows), read("private_element_table.ts"));
  });
});

/** The dictionary of DCMTK, of edition 2022b; undefined where that is not installed. */
function dcmtkDictionary(): string | undefined {
  const folder = existsSync("/usr/share")
    ? readdirSync("/usr/share").find(
        (name) => /^(lib)?dcmtk\d*$/.test(name) && existsSync(`/usr/share/${name}/dicom.dic`),
      )
    : undefined;
  if (folder !== undefined) return readFileSync(`/usr/share/${folder}/dicom.dic`, "latin1");
  missing("DCMTK's dicom.dic", "apt-get install dcmtk");
  return undefined;
}

const dictionary = dcmtkDictionary();

/** Changed in PS3.6 after 2022b. */
const LATER: ReadonlySet<string> = new Set([
  "21000140", // retired
  "213000A0", // retired
  "213000C0", // retired
  "300A0088", // retired
  "300A0089", // retired
  "300A008A", // retired
]);

const PRINTED: Readonly<Record<string, string>> = {
  ox: "OB/OW",
  px: "OB/OW",
  xs: "US/SS",
  lt: "US/OW",
  up: "UL",
  na: "--",
};

test.skipIf(dictionary === undefined)("elementByTag() agrees with the dictionary of DCMTK", () => {
  let compared = 0;
  const different: string[] = [];
  for (const line of (dictionary ?? "").split("\n")) {
    const row =
      /^\(([0-9A-F]{4})(?:-[0-9A-F]{4})?,([0-9A-F]{4})(?:-[0-9A-F]{4})?\)\t(\S+)\t(\S+)\t(\S+)\t(\S+)/.exec(
        line,
      );
    if (row === null) continue;
    const [, group = "", element = "", vr = "", name = "", vm = "", version = ""] = row;
    const digits = group + element;
    if (!version.startsWith("DICOM") || LATER.has(digits)) continue;
    const entry = elementByTag(Number.parseInt(digits, 16));
    const theirs = `${name.replace(/^RETIRED_/, "")} ${PRINTED[vr] ?? vr} ${vm} ${version.endsWith("retired")}`;
    const ours = `${entry?.keyword} ${entry?.vr} ${entry?.vm} ${entry?.retired}`;
    compared++;
    if (ours !== theirs) different.push(`${digits} ${ours}, DCMTK has ${theirs}`);
  }
  console.log(`elements: ${compared} rows compared with DCMTK, ${different.length} different`);
  assert.deepEqual(different, []);
  assert.ok(compared > 4900);
});
