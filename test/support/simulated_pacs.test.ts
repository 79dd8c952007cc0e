import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import { IMPLICIT_LITTLE } from "../../src/dataset/transfer_syntax.ts";
import { makeDatasetFiles } from "./dataset_files.ts";
import { partner } from "./partner.ts";
import { inScope } from "./process.ts";
import { type StoredInstance, startSimulatedPacs } from "./simulated_pacs.ts";
import { encodeSynthetic } from "./synthetic_data_set.ts";
import { findMatches } from "./synthetic_matches.ts";

const STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
const dcmtk = partner("echoscu", "dcmtk");

describe("simulated PACS", () => {
  test("finds by exact values and wild cards and returns the keys that were asked for", () => {
    const names = (PatientName: string, more: Record<string, string> = {}): readonly unknown[] => {
      const bytes = encodeSynthetic(
        { PatientName, StudyInstanceUID: "", ...more },
        { explicit: false },
      );
      const { dataSet } = readDataSet(bytes, { syntax: IMPLICIT_LITTLE });
      return [...findMatches(STUDY_ROOT_FIND, dataSet)].map((match) => match["PatientName"]);
    };
    const all = ["DEMO^ALPHA", "DEMO^BRAVO", "DEMO^CHARLIE"];
    assert.deepEqual(names(""), all);
    assert.deepEqual(names("*"), all);
    assert.deepEqual(names("demo^*R*"), ["DEMO^BRAVO", "DEMO^CHARLIE"]);
    assert.deepEqual(names("DEMO^?????"), ["DEMO^ALPHA", "DEMO^BRAVO"]);
    assert.deepEqual(names("", { PatientID: "DEMO-0003" }), ["DEMO^CHARLIE"]);
    assert.deepEqual(names("", { StudyDate: "20260101-20261231" }), all);
    assert.deepEqual(names("NOBODY"), []);
    assert.deepEqual(names("*".repeat(5_000).concat("Z")), []);
  });

  test.skipIf(dcmtk === undefined)("serves DCMTK's echoscu, storescu and findscu", async () => {
    const stored: StoredInstance[] = [];
    const endings: (string | undefined)[] = [];
    const pacs = await startSimulatedPacs({
      stored: (instance) => stored.push(instance),
      ended: (_association, error) => endings.push(error?.message),
    });
    await inScope(async (scope) => {
      const target = ["127.0.0.1", String(pacs.port)];
      const run = async (...command: readonly string[]): Promise<string> => {
        const { code, stdout, stderr } = await scope.run(command);
        assert.equal(code, 0, `${command.join(" ")}: ${stderr}`);
        return stdout + stderr;
      };
      await run("echoscu", "--repeat", "5", ...target);
      const { study: files } = await makeDatasetFiles(scope);
      await run("storescu", ...target, ...files);
      await run("storescu", "--max-pdu", "4096", ...target, ...files);
      const found = await run(
        "findscu",
        "-S",
        "-k",
        "QueryRetrieveLevel=STUDY",
        "-k",
        "PatientName=DEMO^C*",
        ...target,
      );
      assert.match(found, /DEMO\^CHARLIE/);
      const worklist = await run(
        "findscu",
        "-W",
        "-k",
        "PatientName",
        "-k",
        "ScheduledProcedureStepSequence",
        ...target,
      );
      assert.equal(worklist.match(/ScheduledProcedureStepID/g)?.length, 3);
      assert.equal(stored.length, 2 * files.length);
      const half = stored.length / 2;
      assert.deepEqual(stored.slice(0, half), stored.slice(half));
    });
    await pacs.close();
    assert.deepEqual(endings, [undefined, undefined, undefined, undefined, undefined]);
    console.log(
      `simulated PACS: ${endings.length} associations of DCMTK, ${stored.length} instances`,
    );
  });
});
