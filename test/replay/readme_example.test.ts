/** The README's test of an SCU against a recorded PACS, run by vitest as a reader would run it. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, test } from "vitest";
import { replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import { inScope } from "../support/process.ts";
import { ownRuntime, ROOT } from "../support/runtimes.ts";
import { read } from "../support/sources.ts";

const LIBRARY = JSON.stringify(join(ROOT, "src/mod.ts"));

/** What the reader has: a function of the program under test. */
const FIND_STUDIES = `
import { dataSetFromJson, openAssociation } from ${LIBRARY};

const FIND = "StudyRootQueryRetrieveInformationModelFind";

export async function findStudies({ host, port }, keys) {
  const user = await openAssociation({ host, port, contexts: [FIND] });
  const asked = { QueryRetrieveLevel: "STUDY", StudyDate: "20260101-", StudyInstanceUID: "", ...keys };
  const request = { operation: "C-FIND", sopClass: FIND, dataSet: dataSetFromJson(asked) };
  const studies = [];
  for await (const response of user.invoke(request)) {
    const match = await response.read();
    if (match !== undefined) studies.push(match.text("StudyInstanceUID"));
  }
  await user.release();
  return studies;
}
`;

const snippets = [...read("README.md").matchAll(/^```ts\n(.*?)^```$/gms)].map(
  ([, code = ""]) => code,
);

describe("README.md, replay in the tests of other programs", () => {
  test("a recorded PACS: the example passes, and fails where the recording has another answer", {
    timeout: 1_000_000,
  }, async () => {
    const [example = ""] = snippets.filter((code) => code.includes('from "vitest"'));
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      for (const name of ["src", "test"]) mkdirSync(join(folder, name));
      symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
      writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
      writeFileSync(join(folder, "src/find_studies.ts"), FIND_STUDIES);
      const golden = join(ROOT, "test/captures/services/retrieve_1.dcap");
      copyFileSync(golden, join(folder, "test/pacs.dcap"));
      const run = async (code: string) => {
        writeFileSync(join(folder, "test/scu.test.ts"), code.replace('"dicomtap"', LIBRARY));
        const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
        const flags = ownRuntime().name === "bun" ? ["--bun"] : [];
        // The example has vitest's own limit of 5 s, which a busy machine may need.
        const patience = ["--testTimeout", "300000", "--hookTimeout", "300000"];
        const run = [vitest, "run", "--root", folder, ...patience];
        const command = [...ownRuntime().command, ...flags, ...run];
        return scope.run(command, { cwd: folder, limitMs: 400_000 });
      };
      const passed = await run(example);
      assert.equal(passed.code, 0, `${passed.stdout}${passed.stderr}`);
      assert.match(passed.stdout, /finds the study of a patient|1 passed/);
      const failed = await run(example.replace("toHaveLength(1)", "toHaveLength(2)"));
      assert.equal(failed.code, 1);
      const lines = example
        .trim()
        .split("\n")
        .filter((line) => line !== "" && !line.includes("yours"));
      assert.ok(lines.length <= 6);
      console.log(`README: a recorded PACS in ${lines.length} lines`);
    });
  });

  test("a recorded modality: the example plays it, and compares", async () => {
    const [example = ""] = snippets.filter((code) => code.includes("replayAsScu"));
    const golden = join(ROOT, "test/captures/services/orthanc_1.dcap");
    await using pacs = await replayAsScp({ captures: [golden], speed: Number.POSITIVE_INFINITY });
    await inScope(async (scope) => {
      const path = join(scope.tempDir(), "replay.mts");
      const code = example
        .replace('"dicomtap"', JSON.stringify(pathToFileURL(join(ROOT, "src/mod.ts")).href))
        .replace('"test/modality.dcap"', JSON.stringify(golden))
        .replace("11112", String(pacs.port))
        .replace('uids: "new"', 'uids: "keep"');
      writeFileSync(path, code);
      const script = join(ROOT, "test/support/run_typescript.mjs");
      const run = await scope.run([...ownRuntime().command, script, path]);
      assert.equal(run.code, 0, run.stderr);
      assert.match(run.stdout, /^(\d+) of \1 exchanges are as recorded\n$/);
      console.log(`README: ${run.stdout.trim()}`);
    });
  });
});
