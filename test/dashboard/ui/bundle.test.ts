import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { test } from "vitest";
import { uiAssets } from "../../../src/dashboard/ui_assets.ts";

test("The page's script has at most 60 KB, its style sheet at most 15, gzipped", async () => {
  const { script, style } = await uiAssets();
  const size = ({ text }: { readonly text: string }) => gzipSync(text).length;
  console.log(`bundle: script ${size(script)}, style sheet ${size(style)} octets gzipped`);
  assert.ok(size(script) <= 60_000);
  assert.ok(size(style) <= 15_000);
});

test("The page loads nothing from elsewhere and takes no markup from strings", async () => {
  const { script, style } = await uiAssets();
  // Names of XML namespaces and links of the standard are no places to load from.
  const places = [...script.text.matchAll(/https?:\/\/[\w.-]+/g)].map(([place]) => place);
  assert.deepEqual(
    places.filter((place) => !place.includes("www.w3.org")),
    [],
  );
  assert.doesNotMatch(style.text, /@import|url\(/);
  assert.doesNotMatch(
    script.text,
    /\beval\(|new Function\(|document\.write|outerHTML|insertAdjacentHTML/,
  );
});
