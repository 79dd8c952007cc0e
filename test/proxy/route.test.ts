import assert from "node:assert/strict";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { describe, test } from "vitest";
import { checkRoutes, leadsBack, type OwnAddress, RouteError } from "../../proxy/route.ts";
import { runtime } from "../../src/io/runtime.ts";
import { freePort } from "../support/ports.ts";
import { howItEnds, pause, receiveAll, withPeers } from "../support/tcp_peers.ts";

const what = "the proxy itself";

describe("leadsBack()", () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .find(({ internal, family }) => !internal && family === "IPv4")?.address;

  const cases: readonly [own: string | undefined, target: string, back: boolean][] = [
    ["127.0.0.1", "127.0.0.1", true],
    ["127.0.0.1", "::ffff:127.0.0.1", true],
    ["127.0.0.1", "0.0.0.0", true],
    ["127.0.0.1", "127.0.0.2", false],
    ["127.0.0.1", "::1", false],
    ["127.0.0.1", "192.0.2.1", false],
    ["::1", "::1", true],
    ["::1", "0:0:0:0:0:0:0:1", true],
    ["::1", "::", true],
    ["::1", "127.0.0.1", false],
    ["0.0.0.0", "127.0.0.1", true],
    ["0.0.0.0", "127.9.9.9", true],
    ["0.0.0.0", "::1", false],
    ["0.0.0.0", "192.0.2.1", false],
    ["::", "127.0.0.1", true],
    ["::", "::1", true],
    ["::", "::ffff:7f00:1", true],
    ["::", "2001:db8::1", false],
    [undefined, "127.0.0.1", true],
    [undefined, "192.0.2.1", false],
  ];
  for (const [host, target, back] of cases) {
    test(`F-16 listening on ${host ?? "all"}, ${target} ${back ? "is" : "is not"} ourselves`, () => {
      const own: OwnAddress[] = [{ host, port: 104, what }];
      assert.equal(leadsBack({ host: target, port: 104 }, own) !== undefined, back);
      assert.equal(leadsBack({ host: target, port: 105 }, own), undefined);
    });
  }

  test("F-16 an address of an interface is ourselves", () => {
    if (outside === undefined) {
      console.log("F-16: this machine has no address but loopback, nothing to try");
      return;
    }
    const target = { host: outside, port: 104 };
    assert.ok(leadsBack(target, [{ host: "0.0.0.0", port: 104, what }]));
    assert.ok(leadsBack(target, [{ host: "::", port: 104, what }]));
    assert.equal(leadsBack(target, [{ host: "127.0.0.1", port: 104, what }]), undefined);
  });
});

describe("checkRoutes()", () => {
  const to = { host: "pacs", port: 104 };

  test("refuses no routes, a target without a port, and an address twice", () => {
    const listen = { host: undefined, port: 11112 };
    assert.throws(() => checkRoutes([]), RouteError);
    assert.throws(() => checkRoutes([{ listen, to: { host: "pacs", port: 0 } }]), /needs a port/);
    assert.throws(
      () =>
        checkRoutes([
          { listen, to },
          { listen, to },
        ]),
      /11112 twice/,
    );
    const any = { host: undefined, port: 0 };
    checkRoutes([
      { listen: any, to },
      { listen: any, to },
    ]);
  });
});

describe("ProxyServer", () => {
  test("F-16 refuses to start in front of itself or of the dashboard", async () => {
    let refused = 0;
    await withPeers(async (peers) => {
      const port = await freePort();
      const listens = [undefined, "127.0.0.1", "0.0.0.0", "localhost"];
      const targets = ["127.0.0.1", "localhost", "0.0.0.0", undefined];
      for (const listen of listens) {
        for (const target of targets) {
          const routes = [{ listen: { host: listen, port }, to: { host: target, port } }];
          await assert.rejects(peers.server({ routes }), /it is the proxy itself/);
          refused++;
        }
      }
      const dashboard = { host: "127.0.0.1", port: 8104, what: "the dashboard" };
      const ownAddresses = () => [dashboard];
      const routes = [{ listen: { host: "127.0.0.1", port }, to: dashboard }];
      await assert.rejects(peers.server({ routes, ownAddresses }), /it is the dashboard/);
    });
    console.log(`F-16: ${runtime.name}: ${refused + 1} self-targets refused at the start`);
  });

  test("F-16 refuses a target that becomes the proxy itself later on", async () => {
    const tries = 20;
    let refused = 0;
    await withPeers(async (peers) => {
      const port = await freePort();
      let address = "192.0.2.1"; // TEST-NET-1, RFC 5737
      const { server } = await peers.server({
        routes: [{ listen: { host: "127.0.0.1", port }, to: { host: "moves.test", port } }],
        lookup: async (host) => [host === "moves.test" ? address : host],
      });
      address = "127.0.0.1";
      for (let at = 0; at < tries; at++) {
        if ((await howItEnds(connect(port, "127.0.0.1"))) === "reset") refused++;
      }
      await pause(20);
      assert.equal(server.counters.opened, tries, "no connection came back");
    });
    console.log(`F-16: ${runtime.name}: ${refused} of ${tries} self-targets refused at connect`);
    assert.equal(refused, tries);
  });

  test("F-17 listens and connects on IPv4, IPv6 and both, also by bracket literal", async () => {
    let passed = 0;
    let count = 0;
    await withPeers(async (peers) => {
      const echo = (host: string) =>
        peers.target((socket) => socket.on("data", (chunk) => socket.end(chunk)), { host });
      const v4 = await echo("127.0.0.1");
      const v6 = await echo("::1").catch(() => undefined);
      if (v6 === undefined) console.log("F-17: this machine has no IPv6, tried IPv4 only");
      const targets: [host: string, port: number][] = [
        ["127.0.0.1", v4],
        ["localhost", v4],
      ];
      if (v6 !== undefined) targets.push(["::1", v6]);
      const listens = v6 === undefined ? ["127.0.0.1"] : ["127.0.0.1", "::1", undefined];
      for (const listen of listens) {
        for (const [host, port] of targets) {
          const route = { listen: { host: listen, port: 0 }, to: { host, port } };
          const { port: proxyPort } = await peers.server({ routes: [route] });
          for (const from of listen === undefined ? ["127.0.0.1", "::1"] : [listen]) {
            count++;
            const client = await peers.client(proxyPort, from);
            const answer = receiveAll(client);
            client.end("ping");
            if ((await answer).length === 4) passed++;
          }
        }
      }
    });
    console.log(`F-17: ${runtime.name}: ${passed} of ${count} combinations pass`);
    assert.equal(passed, count);
  });

  test("several routes of one server each reach their own target", async () => {
    await withPeers(async (peers) => {
      const ports = await Promise.all(
        ["a", "bb", "ccc"].map((name) => peers.target((socket) => void socket.end(name))),
      );
      const local = { host: "127.0.0.1", port: 0 };
      const routes = ports.map((port) => ({ listen: local, to: { host: "127.0.0.1", port } }));
      const { server } = await peers.server({ routes });
      assert.equal(server.counters.open, 0);
      assert.equal(server.routes.length, 3);
      for (const [index, route] of server.routes.entries()) {
        assert.equal(route.listen, `127.0.0.1:${route.port}`);
        assert.equal(route.to, `127.0.0.1:${ports[index]}`);
        const client = await peers.client(route.port);
        const { length } = await receiveAll(client);
        client.end();
        assert.equal(length, 1 + index);
      }
    });
  });
});
