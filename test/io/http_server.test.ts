import assert from "node:assert/strict";
import { connect } from "node:net";
import { afterAll, describe, test } from "vitest";
import { type HttpServer, serveHttp } from "../../src/io/http_server.ts";
import { runtime } from "../../src/io/runtime.ts";
import { untilAnswered } from "../support/tcp_peers.ts";

const MOST = 4;
const MORE = 3;

describe("serveHttp()", () => {
  const servers: HttpServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server.close();
  });

  test("O-08 turns away connections beyond the limit, and takes new ones when others have ended", async () => {
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const server = await serveHttp(
      async () => {
        await gate;
        return new Response("served");
      },
      { hostname: "127.0.0.1", port: 0, maxConnections: MOST },
    );
    servers.push(server);
    let refused = 0;
    const answers = Array.from({ length: MOST + MORE }, async () => {
      const answer = await ask(server.port);
      if (!answer.startsWith("HTTP/1.1 200")) refused += 1;
      // the others are answered when all that are too many have been turned away
      if (refused === MORE) open();
      return answer;
    });
    const served = (await Promise.all(answers)).filter((answer) => answer.includes("served"));
    assert.deepEqual([served.length, refused], [MOST, MORE]);
    const isServed = async () => (await ask(server.port)).includes("served");
    await untilAnswered(isServed, "a new one is served"); // once the server knows that others ended
    console.log(`O-08: ${MOST} connections served, ${MORE} turned away on ${runtime.name}`);
  });

  test("O-08 ends a connection that asks once and stays", async () => {
    const served = async () => new Response("served");
    const silenceS = 5; // Bun looks each 4 s, and may be about to when the connection begins
    const server = await serveHttp(served, { hostname: "127.0.0.1", port: 0, silenceS });
    servers.push(server);
    const answer = await ask(server.port, { connection: "keep-alive" });
    assert.match(answer, /served/, "it came, and then the end");
  });
});

/** All that came until the connection ended; "" where it was reset. */
function ask(port: number, { connection = "close" } = {}): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
    });
    socket.on("error", () => resolve(""));
    socket.on("close", () => resolve(text));
    socket.write(`GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: ${connection}\r\n\r\n`);
  });
}
