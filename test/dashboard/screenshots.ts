/**
 * Makes docs/screenshots from the demo: `node test/support/run_typescript.mjs
 * test/dashboard/screenshots.ts [VIEW...]`, where Chromium is installed. Nothing in them is of a real
 * patient.
 */
import { join } from "node:path";
import { browserPartner, look } from "../support/browser.ts";
import { inScope } from "../support/process.ts";
import { ownRuntime, ROOT } from "../support/runtimes.ts";

const browser = browserPartner();
if (browser === undefined) throw new Error("The screenshots need Chromium and Node");

interface Ready {
  readonly dashboard: string;
  readonly routes: readonly { readonly to: string }[];
}

const made = await inScope(async (scope) => {
  const args = ["--json", "--record", "captures", "--dashboard", "127.0.0.1:0"];
  const demo = scope.start([...ownRuntime().dicomtap, "demo", ...args], { cwd: scope.tempDir() });
  const ready = await demo.line(/"event":\s*"ready"/, 60_000);
  const { dashboard: url, routes } = JSON.parse(ready) as Ready;
  const pacs = routes[0]?.to ?? "";
  const only = process.argv.slice(2);
  const context = { url, pacs, folder: join(ROOT, "docs/screenshots"), only };
  return await look<readonly string[]>(scope, { browser, scenario: "screenshots", context });
});
console.log(made.join("\n"));
