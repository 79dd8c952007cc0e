import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "vitest";
import { corpusPath, hasCorpus } from "../support/corpus.ts";
import { ROOT, startableRuntimes } from "../support/runtimes.ts";

const PROGRAM = join(ROOT, "test/support/digest_data_sets.ts");

test.skipIf(!hasCorpus)("the data set codec gives the same bytes on every runtime", () => {
  const paths = ["dcm", "dcm-malformed"].flatMap((folder) =>
    readdirSync(corpusPath(folder))
      .filter((name) => name.endsWith(".dcm"))
      .sort()
      .map((name) => corpusPath(`${folder}/${name}`)),
  );
  const outputs = startableRuntimes().map(({ name, command }) => {
    const program = name === "node" ? [...command, "--import", "tsx"] : command;
    const [first = "", ...rest] = [...program, PROGRAM, ...paths];
    const { stdout, stderr, status } = spawnSync(first, rest, { encoding: "utf8", cwd: ROOT });
    assert.equal(status, 0, `${name}: ${stderr}`);
    return { name, lines: stdout.trim().split("\n") };
  });
  for (const { name, lines } of outputs) {
    assert.equal(lines.length, paths.length, name);
    assert.deepEqual(lines, outputs[0]?.lines, `${name} differs from ${outputs[0]?.name}`);
  }
  const names = outputs.map(({ name }) => name).join(", ");
  console.log(`data sets: ${paths.length} files on ${names}: 0 differences`);
});
