#!/usr/bin/env node
/**
 * Where `dicomtap` starts, on every runtime: runs the TypeScript sources in a checkout, the bundle
 * in dist/ when installed from a package. Plain JavaScript without imports at its head, so that
 * runtimes that are too old get as far as being told so (O-13).
 */
const MINIMUM = { Node: [20, 15], Deno: [2, 9], Bun: [1, 4] };

const [name, version] =
  globalThis.Deno !== undefined
    ? ["Deno", Deno.version.deno]
    : globalThis.Bun !== undefined
      ? ["Bun", Bun.version]
      : ["Node", process.versions.node];

if (isOlder(version, MINIMUM[name])) {
  console.error(`dicomtap needs ${name} ${MINIMUM[name].join(".")} or newer; this is ${version}.`);
  console.error(`Install a newer ${name}, or run dicomtap on Node 20.15+, Deno 2.9+ or Bun 1.4+.`);
  process.exit(2);
}

const { main } = await load();
await main(process.argv.slice(2));

function isOlder(found, [major, minor]) {
  const [foundMajor, foundMinor] = found.split(".").map(Number);
  return foundMajor < major || (foundMajor === major && foundMinor < minor);
}

async function load() {
  const { existsSync } = await import("node:fs");
  const source = new URL("./main.ts", import.meta.url);
  if (!existsSync(source)) return await import("../../dist/main.mjs");
  if (name === "Node" && !process.features.typescript) {
    const { register } = await import("tsx/esm/api");
    register();
  }
  return await import(source.href);
}
