/**
 * The page's script and style sheet: read from dist/ui/ in the bundle, and bundled from `ui/` when
 * they are asked for in a checkout, so that there nothing needs to be built.
 *
 * The entry is `ui/main.ts`. The style sheet is all of `ui/styles/*.css` one behind the other:
 * theme.css and base.css first, then by name.
 *
 * Why not as modules of their own: they would be some 80 requests, and bare names such as `preact`
 * mean nothing to a browser without an import map, which would have to stand inline (P-03).
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface UiAssets {
  readonly script: UiAsset;
  readonly style: UiAsset;
}

export interface UiAsset {
  readonly text: string;
  readonly etag: string;
}

export const UI_ENTRY = "main.ts";

/** Throws an error in words where the page was neither built nor can be. */
export async function uiAssets(): Promise<UiAssets> {
  const isSource = import.meta.url.endsWith(".ts");
  const folder = fileURLToPath(new URL("./ui", import.meta.url));
  if (!isSource) built ??= builtAssets(folder);
  return built ?? bundledOnce(folder);
}

let built: UiAssets | undefined;
let bundled: { readonly version: string; readonly assets: Promise<UiAssets> } | undefined;

function builtAssets(folder: string): UiAssets {
  const [script, style] = ["app.js", "app.css"].map((name) => join(folder, name));
  if (script === undefined || style === undefined || !existsSync(script)) {
    throw new Error("The page is not in this package: build it with `npm run build`");
  }
  return { script: asset(readFileSync(script, "utf8")), style: asset(readFileSync(style, "utf8")) };
}

/** Again only when a source file has changed. */
function bundledOnce(folder: string): Promise<UiAssets> {
  const version = newestChange(folder);
  if (bundled?.version !== version) {
    const assets = bundle(folder);
    const made = { version, assets };
    bundled = made;
    assets.catch(() => {
      if (bundled === made) bundled = undefined;
    });
  }
  return bundled.assets;
}

async function bundle(folder: string): Promise<UiAssets> {
  const { rolldown } = await import("rolldown").catch(() => {
    throw new Error("The page is bundled by rolldown, which is not installed: run `npm ci`");
  });
  const made = await rolldown({ input: join(folder, UI_ENTRY), platform: "browser" });
  const { output } = await made.generate({ format: "esm", minify: true });
  await made.close();
  return { script: asset(output[0].code), style: asset(styleSheet(folder)) };
}

/** Also what the build puts into dist/ui/app.css. */
export function styleSheet(folder: string): string {
  const styles = join(folder, "styles");
  const names = readdirSync(styles).filter((name) => name.endsWith(".css"));
  const rank = (name: string) => `${FIRST.indexOf(name) + 1 || FIRST.length + 1} ${name}`;
  names.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  return names.map((name) => readFileSync(join(styles, name), "utf8")).join("\n");
}

const FIRST: readonly string[] = ["theme.css", "base.css"];

function newestChange(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const times = files.map((name) => statSync(join(folder, name)).mtimeMs);
  return `${files.length} ${Math.max(0, ...times)}`;
}

function asset(text: string): UiAsset {
  return { text, etag: `"${createHash("sha256").update(text).digest("base64url").slice(0, 22)}"` };
}
