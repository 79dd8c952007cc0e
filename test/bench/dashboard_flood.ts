/**
 * `dashboard_flood.ts URL`: 10,000 requests to a dashboard as fast as it answers them, or as many as it
 * answers in a minute, and meanwhile a body of 1 GB. Prints in one line of JSON what became of them.
 */
import { Agent, request } from "node:http";

const REQUESTS = 10_000;
const AT_ONCE = 16;
const LIMIT_MS = 60_000;
const BODY = 2 ** 30;

/** Lists, work that reads captures, what is not there. */
const PATHS = [
  "/api/associations?limit=200",
  "/api/associations?filter=~sop%20capture",
  "/api/numbers",
  "/api/stories",
  "/metrics",
  "/app.js",
  "/nothing",
];

export interface FloodFigures {
  readonly requests: number;
  readonly seconds: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Of the body, that the connection took. */
  readonly bodyMiB: number;
}

const [url = ""] = process.argv.slice(2);
const { origin, searchParams } = new URL(url);
const headers = { authorization: `Bearer ${searchParams.get("token")}`, "x-dicomtap": "1" };
const statuses: Record<string, number> = {};

await main();

async function main(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const started = performance.now();
  let next = 0;
  const asker = async () => {
    const inTime = () => performance.now() - started < LIMIT_MS;
    while (next < REQUESTS && inTime()) await ask(agent, PATHS[next++ % PATHS.length] ?? "/");
  };
  const [bodyMiB] = await Promise.all([sendBody(), ...Array.from({ length: AT_ONCE }, asker)]);
  agent.destroy();
  const seconds = (performance.now() - started) / 1_000;
  console.log(JSON.stringify({ requests: next, seconds, statuses, bodyMiB }));
}

function ask(agent: Agent, path: string): Promise<void> {
  return new Promise((resolve) => {
    const sent = request(`${origin}${path}`, { agent, headers }, (response) => {
      count(response.statusCode ?? 0);
      response.resume().once("close", resolve);
    });
    sent.once("error", () => {
      count("lost");
      resolve();
    });
    sent.end();
  });
}

function sendBody(): Promise<number> {
  return new Promise((resolve) => {
    const piece = Buffer.alloc(65_536, 0x20);
    let taken = 0;
    const type = { "content-type": "application/json" };
    const sent = request(`${origin}/api/notes`, {
      method: "POST",
      headers: { ...headers, ...type },
    });
    const done = () => resolve(taken / 2 ** 20);
    setTimeout(() => sent.destroy(), LIMIT_MS).unref();
    sent.on("response", (response) => count(`body ${response.statusCode}`));
    sent.once("error", done);
    sent.once("close", done);
    const pump = () => {
      while (taken < BODY && !sent.destroyed) {
        taken += piece.length;
        if (!sent.write(piece)) {
          sent.once("drain", pump);
          return;
        }
      }
      sent.end();
    };
    pump();
  });
}

function count(status: number | string): void {
  statuses[status] = (statuses[status] ?? 0) + 1;
}
