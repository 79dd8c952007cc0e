/**
 * Every view of the dashboard in Chromium: what the page makes of what the server says. The browser is
 * the same whatever runtime serves, so this runs once, where the suite runs on Node.
 */
import assert from "node:assert/strict";
import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, test } from "vitest";
import { browserPartner, look } from "../../support/browser.ts";
import { startDashboard } from "../../support/dashboard_process.ts";
import { hostileCapture, PAYLOADS } from "../../support/hostile_captures.ts";
import { manyAssociations } from "../../support/many_associations.ts";
import { Scope } from "../../support/process.ts";
import { ownRuntime, ROOT } from "../../support/runtimes.ts";
import { beforeFirst } from "../../support/shared.ts";
import type { AxeContext, AxeResult } from "./scenarios/axe_views.ts";
import type { HostileContext, HostileResult } from "./scenarios/hostile.ts";
import type { KeyboardContext } from "./scenarios/keyboard.ts";
import type { LongListContext, LongListResult } from "./scenarios/long_list.ts";

const runtime = ownRuntime();
const browser = runtime.name === "node" ? browserPartner() : undefined;

const VIEWS = [
  "/?filter=CT",
  `/?sort=duration&filter=${encodeURIComponent("(!~rel | ~c failure | ~e)")}`,
  "/?filter=~nothing",
  "/a/retrieve_1.dcap/3",
  "/a/study_1.dcap/3?panel=messages&message=0",
  "/a/study_1.dcap/3?panel=pdus&pdu=2",
  "/a/print.dcap/1?panel=contexts",
  "/a/study_1.dcap/3?panel=timing",
  "/a/services.dcap/3?panel=findings",
  "/numbers",
  "/stories",
  "/replays",
  "/captures",
  "/nothing",
];

test("The hostile capture holds every payload, on every runtime", () => {
  const text = Buffer.from(hostileCapture()).toString("latin1");
  const held = PAYLOADS.filter((payload) => text.includes(payload));
  assert.deepEqual(held, PAYLOADS);
});

if (runtime.name === "node") describe("The views of the dashboard", views);

function views(): void {
  const scope = new Scope();
  let url = "";
  beforeFirst(async () => {
    if (browser === undefined) return;
    const folder = scope.tempDir();
    const services = join(ROOT, "test/captures/services");
    for (const name of readdirSync(services))
      copyFileSync(join(services, name), join(folder, name));
    writeFileSync(join(folder, HOSTILE), hostileCapture());
    url = (await startDashboard(scope, [folder])).url;
  });
  afterAll(() => scope.close());

  test.skipIf(browser === undefined)(
    "are as axe-core wants them, light and dark, wide and narrow",
    { timeout: 600_000 },
    async () => {
      if (browser === undefined) return;
      const context: AxeContext = { url, views: VIEWS, association: "/a/study_1.dcap/3" };
      const result = await look<AxeResult>(scope, { browser, scenario: "axe_views", context });
      assert.deepEqual(result.violations, []);
      assert.ok(result.views > VIEWS.length * 2, "dialogs too");
      console.log(`axe-core: ${result.views} views, ${result.passes} elements, 0 violations`);
    },
  );

  test.skipIf(browser === undefined)(
    "are used with the keyboard alone, and lead back to where one was",
    { timeout: 300_000 },
    async () => {
      if (browser === undefined) return;
      const context: KeyboardContext = { url, association: "/a/study_1.dcap/3" };
      const { steps } = await look<{ steps: number }>(scope, {
        ...{ browser, scenario: "keyboard", context },
      });
      console.log(`keyboard: the focus was where it should be after ${steps} steps`);
    },
  );

  test.skipIf(browser === undefined)(
    "P-03: show markup as text, whatever string it stands in",
    { timeout: 600_000 },
    async () => {
      if (browser === undefined) return;
      const context: HostileContext = { url, capture: HOSTILE, associations: PAYLOADS.length };
      const result = await look<HostileResult>(scope, { browser, scenario: "hostile", context });
      assert.equal(result.executed, 0);
      const { views, executed } = result;
      console.log(`P-03: ${PAYLOADS.length} payloads, ${views} views, ${executed} executed`);
    },
  );

  test.skipIf(browser === undefined)(
    "list 100,000 associations and drop no row while scrolling",
    { timeout: 600_000 },
    async () => {
      if (browser === undefined) return;
      const folder = scope.tempDir();
      const total = 100_000;
      writeFileSync(join(folder, "day.dcap"), manyAssociations(total));
      const { url: served } = await startDashboard(scope, [folder]);
      const context: LongListContext = { url: served, total };
      const result = await look<LongListResult>(scope, { browser, scenario: "long_list", context });
      const { firstPaintMs, firstRowsMs, frames, gaps, mostRows } = result;
      console.log(
        `${total} associations: first paint ${Math.round(firstPaintMs)} ms, rows after ${Math.round(firstRowsMs)} ms, ` +
          `${frames} frames scrolled, ${gaps} with a gap, ${mostRows} rows in the page at most`,
      );
      assert.equal(gaps, 0);
      assert.ok(mostRows < 100, "only the rows in sight are in the page");
    },
  );
}

/** The name of a file is a string from outside too. */
const HOSTILE = "<img src=x onerror=__xss()>.dcap";
