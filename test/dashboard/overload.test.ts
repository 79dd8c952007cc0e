/**
 * O-08, the mechanism: requests are bounded, a body is refused before it is taken, and the thread that
 * does all this stands behind the relay's. What it is worth is measured by `npm run bench -- --only O-08`.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, test } from "vitest";
import { testDashboard } from "../support/dashboard.ts";
import { DashboardClient } from "../support/dashboard_client.ts";
import { startDashboard } from "../support/dashboard_process.ts";
import { missing } from "../support/partner.ts";
import { Scope } from "../support/process.ts";
import { ROOT } from "../support/runtimes.ts";

const REQUESTS = 10_000;
const BODY = 2 ** 30;

/** What the buffers of both ends of a connection may have taken before anybody looked at it. */
const BUFFERED = 64 * 2 ** 20;

const isLinux = process.platform === "linux";
if (!isLinux) missing("priorities of threads", "run the tests on Linux");

describe("A dashboard under load", () => {
  const scope = new Scope();
  let started: ReturnType<typeof startDashboard>;
  beforeAll(() => {
    started = startDashboard(scope, [join(ROOT, "test/captures/services")]);
    return started;
  });
  afterAll(() => scope.close());

  test("O-08 answers so many requests of one user in a second, and refuses the rest", async () => {
    let ms = 0;
    const { request } = await testDashboard({ now: () => ms });
    const answered = async (path: string, count: number) => {
      let right = 0;
      for (let i = 0; i < count; i++) {
        const { status } = await request(path);
        if (status === 200) right += 1;
        else assert.equal(status, 429);
      }
      return right;
    };
    const atOnce = await answered("/api/session", REQUESTS);
    assert.equal(atOnce, 400);
    ms += 1_000;
    assert.equal(await answered("/api/session", 200), 100, "a second later");
    ms += 1_000;
    assert.equal(await answered("/api/numbers", 20), 10, "what is much work costs more");
    console.log(`O-08: ${REQUESTS} requests at once, ${atOnce} answered, the rest refused`);
  });

  for (const way of ["chunked", "length"] as const) {
    test(`O-08 does not take a body of 1 GB (${way})`, async () => {
      const { url } = await started;
      const sent = await sendBody(url, way);
      assert.ok(sent < BUFFERED, `${sent} octets were taken`);
      assert.equal((await new DashboardClient(url).ask("/api/session")).status, 200);
      console.log(`O-08: 1 GB ${way} refused after ${Math.round(sent / 1024)} KiB`);
    });
  }

  test.skipIf(!isLinux)("O-08 gives its thread less than the relay's", async () => {
    const { pid } = (await started).process;
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => niceOf(pid, thread));
    const relay = niceOf(pid, String(pid));
    assert.ok(relay < 10, `the relay's thread: ${relay}`);
    assert.ok(threads.includes(10), `the dashboard's thread: ${threads}`);
    assert.ok(threads.filter((nice) => nice > relay).length < threads.length / 2, `${threads}`);
  });
});

/** Field 19 of /proc/PID/task/TID/stat; the name in field 2 may hold spaces and parentheses. */
function niceOf(pid: number, thread: string): number {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
}

/** Gives the octets that were taken when the connection ended. */
function sendBody(url: string, way: "chunked" | "length"): Promise<number> {
  const { hostname, port, host, searchParams } = new URL(url);
  const piece = Buffer.alloc(65_536, 0x20);
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), piece, Buffer.from("\r\n")]);
  const part = way === "chunked" ? chunk : piece;
  const socket = connect(Number(port), hostname);
  let sent = 0;
  const head = [
    "POST /api/notes HTTP/1.1",
    `Host: ${host}`,
    `Authorization: Bearer ${searchParams.get("token")}`,
    "x-dicomtap: 1",
    "content-type: application/json",
    way === "chunked" ? "transfer-encoding: chunked" : `content-length: ${BODY}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  const pump = () => {
    while (sent < BODY && !socket.destroyed) {
      sent += piece.length;
      if (!socket.write(part)) {
        socket.once("drain", pump);
        return;
      }
    }
  };
  pump();
  return new Promise((resolve) => {
    socket.resume();
    socket.on("error", () => {}); // it is cut off, which is right
    socket.once("close", () => resolve(sent));
  });
}
