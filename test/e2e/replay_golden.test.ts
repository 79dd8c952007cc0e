/** Each golden capture against itself: `replay scp` answers what `replay scu` asks. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { freePort } from "../support/ports.ts";
import { inScope } from "../support/process.ts";
import { ownRuntime, ROOT, type StartableRuntime, startableRuntimes } from "../support/runtimes.ts";
import { differencesOf, replayScu, startReplayScp } from "./replay_partners.ts";

const FOLDER = join(ROOT, "test/captures/services");
const CAPTURES = readdirSync(FOLDER).sort();
/** AEs that are reached on associations of the PACS's own: of C-MOVEs, and of event reports. */
const MOVE_DESTINATIONS = ["WORKSTATION"];
const EVENT_DESTINATIONS = ["MODALITY", "PLANNER"];

const own = ownRuntime();
const others = startableRuntimes().filter(({ name }) => name !== own.name);

describe("Golden captures replayed on both sides", () => {
  for (const name of CAPTURES) {
    test(`X-01 X-02 ${name}: 0 differences on ${own.name}`, async () => {
      await assertSame([join(FOLDER, name)], { scu: own, scp: own });
    });
  }

  for (const other of others) {
    test(`X-01 X-02 all at once: SCU on ${own.name}, SCP on ${other.name}, 0 differences`, async () => {
      await assertSame([FOLDER], { scu: own, scp: other });
    });
  }
});

async function assertSame(
  captures: readonly string[],
  on: { readonly scu: StartableRuntime; readonly scp: StartableRuntime },
): Promise<void> {
  await inScope(async (scope) => {
    const back = await freePort();
    const to = (option: string) => (title: string) => [option, `${title}=127.0.0.1:${back}`];
    const destinations = [
      ...MOVE_DESTINATIONS.flatMap(to("--move-dest")),
      ...EVENT_DESTINATIONS.flatMap(to("--event-dest")),
    ];
    const scp = await startReplayScp(scope, { runtime: on.scp, captures, args: destinations });
    const run = await replayScu(scope, {
      ...{ runtime: on.scu, captures, to: scp.port },
      args: ["--move-listen", `127.0.0.1:${back}`],
    });
    assert.deepEqual(differencesOf(run), [], JSON.stringify(scp.requests(), undefined, 1));
    assert.equal(run.code, 0, run.stderr);
    const { associations, exchanges, same } = run.summary;
    assert.equal(same, exchanges);
    const name = captures.length === 1 ? captures[0]?.slice(FOLDER.length) : "all";
    console.log(
      `X-01: SCU on ${on.scu.name}, SCP on ${on.scp.name}, ${name}: ${associations} associations, ${exchanges} exchanges, 0 differences`,
    );
  });
}
