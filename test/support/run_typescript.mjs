/**
 * Runs a TypeScript program of the repository on any runtime: `node run_typescript.mjs FILE [ARG...]`.
 * Node before 22.18 needs tsx for that; it is registered here, so that scripts in package.json read
 * the same everywhere.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [file, ...args] = process.argv.slice(2);
if (file === undefined) throw new TypeError("run_typescript.mjs needs a file");
const needsHelp = globalThis.Deno === undefined && globalThis.Bun === undefined;
if (needsHelp && !process.features.typescript) {
  const { register } = await import("tsx/esm/api");
  register();
}
process.argv = [process.argv[0], resolve(file), ...args];
await import(pathToFileURL(resolve(file)).href);
