/** Each golden capture against itself: `replay scp` answers what `replay scu` asks. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { inScope } from "../support/process.ts";
import { ownRuntime, ROOT, startableRuntimes } from "../support/runtimes.ts";
import { differencesOf, replayScu, startReplayScp } from "./replay_partners.ts";

const FOLDER = join(ROOT, "test/captures/services");
const CAPTURES = readdirSync(FOLDER).sort();
const own = ownRuntime();

describe("Golden captures replayed on both sides", () => {
  for (const name of CAPTURES) {
    test(`X-01 X-02 ${name}: 0 differences on ${own.name}`, async () => {
      await inScope(async (scope) => {
        const captures = [join(FOLDER, name)];
        const scp = await startReplayScp(scope, { runtime: own, captures });
        const run = await replayScu(scope, { runtime: own, captures, to: scp.port });
        assert.deepEqual(differencesOf(run), []);
        assert.equal(run.code, 0, run.stderr);
        const { associations, exchanges } = run.summary;
        console.log(
          `X-01: ${name}: ${associations} associations, ${exchanges} exchanges, 0 differences`,
        );
      });
    });
  }

  for (const other of startableRuntimes().filter(({ name }) => name !== own.name)) {
    test(`X-01 X-02 all at once: SCU on ${own.name}, SCP on ${other.name}, 0 differences`, async () => {
      await inScope(async (scope) => {
        const captures = [FOLDER];
        const scp = await startReplayScp(scope, { runtime: other, captures });
        const run = await replayScu(scope, { runtime: own, captures, to: scp.port });
        assert.deepEqual(differencesOf(run), []);
        assert.equal(run.code, 0, run.stderr);
        const { associations, exchanges } = run.summary;
        console.log(
          `X-01: SCU on ${own.name}, SCP on ${other.name}: ${associations} associations, ${exchanges} exchanges, 0 differences`,
        );
      });
    });
  }
});
