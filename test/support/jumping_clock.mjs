/**
 * Runs a program whose clock of day is set when a test says so: `jumping_clock.mjs FILE PROGRAM
 * [ARG...]`. FILE holds the milliseconds by which the clock is ahead. Plain JavaScript, because the
 * program may be one that decides how TypeScript is loaded.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [file, program, ...args] = process.argv.slice(2);
if (file === undefined || program === undefined) {
  throw new TypeError("jumping_clock.mjs needs a file and a program");
}
const now = Date.now;
let ahead = 0;
Date.now = () => now() + ahead;
setInterval(() => {
  ahead = Number(readFileSync(file, "utf8"));
}, 20).unref();
process.argv = [process.argv[0], program, ...args];
await import(pathToFileURL(program).href);
