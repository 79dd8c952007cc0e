/** Each golden capture against itself: `replay scp` answers what `replay scu` asks. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { SummaryEvent } from "../../replay/events.ts";
import { replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import { replayAsScu } from "../../replay/scu/replay_as_scu.ts";
import { freePort } from "../support/ports.ts";
import { inScope } from "../support/process.ts";
import { ownRuntime, ROOT, startableRuntimes } from "../support/runtimes.ts";
import { differencesOf, replayScu, startReplayScp } from "./replay_partners.ts";

const FOLDER = join(ROOT, "test/captures/services");
const CAPTURES = readdirSync(FOLDER).sort();
/** AEs that are reached on associations of the PACS's own: of C-MOVEs, and of event reports. */
const MOVE_DESTINATIONS = ["WORKSTATION"];
const EVENT_DESTINATIONS = ["MODALITY", "PLANNER"];

/** Milliseconds that what the PACS does on its own may take on a machine that is busy. */
const PATIENCE = 60_000;

const own = ownRuntime();

describe("Golden captures replayed on both sides", () => {
  for (const name of CAPTURES) {
    test(`X-01 X-02 ${name}: 0 differences on ${own.name}`, async () => {
      const captures = [join(FOLDER, name)];
      const back = await freePort();
      const at = (titles: readonly string[]) =>
        Object.fromEntries(titles.map((title) => [title, { port: back }]));
      await using scp = await replayAsScp({
        ...{ captures, speed: Number.POSITIVE_INFINITY },
        moveDestinations: at(MOVE_DESTINATIONS),
        eventDestinations: at(EVENT_DESTINATIONS),
      });
      const { summary, different } = await replayAsScu({
        ...{ captures, host: scp.host, port: scp.port, speed: Number.POSITIVE_INFINITY },
        moveListen: { host: "127.0.0.1", port: back },
        eventTimeout: PATIENCE,
      });
      assert.deepEqual(different, []);
      assert.equal(summary.same, summary.exchanges);
      tell(name, summary);
    });
  }

  for (const other of startableRuntimes()) {
    test(`X-01 X-02 all at once: SCU on ${own.name}, SCP on ${other.name}, 0 differences`, async () => {
      await inScope(async (scope) => {
        const captures = [FOLDER];
        const back = await freePort();
        const to = (option: string) => (title: string) => [option, `${title}=127.0.0.1:${back}`];
        const args = [
          ...MOVE_DESTINATIONS.flatMap(to("--move-dest")),
          ...EVENT_DESTINATIONS.flatMap(to("--event-dest")),
        ];
        const scp = await startReplayScp(scope, { runtime: other, captures, args });
        const run = await replayScu(scope, {
          ...{ runtime: own, captures, to: scp.port },
          args: ["--move-listen", `127.0.0.1:${back}`, "--event-timeout", `${PATIENCE}ms`],
        });
        assert.deepEqual(differencesOf(run), [], JSON.stringify(scp.requests(), undefined, 1));
        assert.equal(run.code, 0, run.stderr);
        assert.equal(run.summary.same, run.summary.exchanges);
        tell(`all, SCU on ${own.name}, SCP on ${other.name}`, run.summary);
      });
    });
  }
});

function tell(what: string, { associations, exchanges }: SummaryEvent): void {
  console.log(`X-01: ${what}: ${associations} associations, ${exchanges} exchanges, 0 differences`);
}
