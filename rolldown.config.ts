/**
 * Bundles the npm package: the program in dist/main.mjs, the library in dist/mod.mjs, one file for
 * each worker thread, and chunks that they share. Dependencies stay outside (npm installs them);
 * only the stand-in of `@std/cli`, which npm does not have, goes in. The dashboard's page goes to
 * dist/ui/ with all that it needs. DICOMTAP_DIST names another folder than dist (test/bench).
 */
import { existsSync, readFileSync } from "node:fs";
import { defineConfig } from "rolldown";
import { styleSheet, UI_ENTRY } from "./src/dashboard/ui_assets.ts";
import { dayCapturePath } from "./src/demo/day_capture.ts";
import { WORKERS } from "./src/io/worker_start.ts";

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
const outside = new RegExp(`^(node:|(${Object.keys(dependencies).join("|")}|rolldown)(/|$))`);

const DIST = process.env["DICOMTAP_DIST"] ?? "dist";

const workers = Object.entries(WORKERS)
  .filter(([, source]) => existsSync(source))
  .map(([name, source]) => [`${name}_worker`, source] as const);

const program = defineConfig({
  input: { main: "src/cli/main.ts", mod: "src/mod.ts", ...Object.fromEntries(workers) },
  external: outside,
  platform: "node",
  // The oldest of the runtimes: it has no `using`.
  transform: { target: "node20" },
  output: {
    dir: DIST,
    format: "esm",
    cleanDir: true,
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name]-[hash].mjs",
  },
  plugins: [
    {
      name: "capture of the demo",
      generateBundle() {
        const source = readFileSync(dayCapturePath());
        this.emitFile({ type: "asset", fileName: "day.dcap", source });
      },
    },
  ],
});

const UI = "src/dashboard/ui";

const page = defineConfig({
  input: `${UI}/${UI_ENTRY}`,
  platform: "browser",
  output: { dir: `${DIST}/ui`, format: "esm", minify: true, entryFileNames: "app.js" },
  plugins: [
    {
      name: "style sheet",
      generateBundle() {
        this.emitFile({ type: "asset", fileName: "app.css", source: styleSheet(UI) });
      },
    },
  ],
});

export default [program, page];
