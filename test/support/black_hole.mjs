/**
 * A target that never answers: listens with the shortest backlog, says on which port, and blocks
 * its only thread, so that nothing is ever accepted. Once a few connections fill the backlog, the
 * system leaves the next ones without an answer. Plain JavaScript, to start quickly everywhere.
 */
import { createServer } from "node:net";
import process from "node:process";

const host = process.argv[2] ?? "127.0.0.1";
const server = createServer().listen({ port: 0, host, backlog: 1 }, () => {
  process.stdout.write(`${server.address().port}\n`, () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
});
