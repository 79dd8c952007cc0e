/** How this program starts itself again as a process of its own, on every runtime. */
import { fileURLToPath } from "node:url";
import { runtime } from "./runtime.ts";

/** The command line of `dicomtap`: append a command and its arguments. */
export function ownProgram(): readonly [string, ...string[]] {
  const isSource = import.meta.url.endsWith(".ts");
  // from src/io in a checkout, from dist/ in the package
  const bin = new URL(isSource ? "../cli/bin.mjs" : "../src/cli/bin.mjs", import.meta.url);
  const start = runtime.name === "deno" ? ["run", "-A"] : [];
  return [process.execPath, ...start, fileURLToPath(bin)];
}
