/**
 * First module of a worker thread on a Node that does not load TypeScript: registers tsx in this
 * thread, then imports the file that worker_start.ts named. Plain JavaScript for that reason; never
 * part of the published package, which has no TypeScript to load.
 */
import { register } from "tsx/esm/api";

register();
const entry = process.argv[2];
if (entry === undefined) throw new TypeError("worker_bootstrap.mjs needs the URL of its entry");
await import(entry);
