/** Odd transport under the proxy program: what the corpus lists as `tcp-...`, and a target that is down. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { NO_DELAY } from "../support/dcmtk_servers.ts";
import { partner } from "../support/partner.ts";
import { freePort } from "../support/ports.ts";
import { inScope } from "../support/process.ts";
import { residentBytes } from "../support/process_memory.ts";
import { capturesIn, runtimesUnderTest, show, startProxy, stopProcess } from "./dicomtap.ts";
import { connectPeer, startAcceptor } from "./scripted_peer.ts";
import { associate, associateRq, release, storePdus } from "./store_load.ts";

const MIB = 2 ** 20;
const echoscu = partner("echoscu", "dcmtk");
const python = partner("python3", "python3");

/** Sends an octet, an urgent one and another, then waits for the end. */
const URGENT = `
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.send(b"A"); s.send(b"!", socket.MSG_OOB); s.send(b"Z"); s.shutdown(socket.SHUT_WR)
while s.recv(1000): pass
`;

for (const runtime of runtimesUnderTest()) {
  describe(`transport under dicomtap on ${runtime.name}`, () => {
    test("F-08 a receiver that stalls holds the sender back, and memory stays bounded", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const proxy = await startProxy(scope, { runtime, to: acceptor.port });
        const { requestor, acceptor: to } = await associate({ port: proxy.port, acceptor });
        const before = residentBytes(proxy.process.pid) ?? 0;
        to.pause();
        let sent = 0;
        const sending = (async () => {
          for (let index = 0; index < 3_000; index++) {
            await requestor.send(storePdus(index));
            sent = index + 1;
          }
        })();
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        const whileStalled = sent;
        const grown = (residentBytes(proxy.process.pid) ?? 0) - before;
        to.resume();
        await sending;
        await release({ requestor, acceptor: to });
        assert.equal(to.digests().received, requestor.digests().sent);
        console.log(
          `F-08: ${whileStalled} of 3000 messages sent while stalled, RSS +${Math.round(grown / MIB)} MiB, 0 octets altered`,
        );
        assert.ok(whileStalled < 3_000, "the sender was not held back");
        assert.ok(grown < 200 * MIB, `RSS grew by ${grown} bytes`);
      });
    });

    test("F-04 connections that are reset at once do no harm", async () => {
      await inScope(async (scope) => {
        const acceptor = await startAcceptor(scope);
        const proxy = await startProxy(scope, { runtime, to: acceptor.port });
        for (let n = 0; n < 50; n++) (await connectPeer(proxy.port)).reset();
        // Those that got through to the target come before the association that is waited for.
        const rq = associateRq("AFTER");
        const requestor = await connectPeer(proxy.port);
        await requestor.send(rq);
        let last = await acceptor.take();
        while (
          !(await last.has(rq.length).then(
            () => true,
            () => false,
          ))
        )
          last = await acceptor.take();
        assert.equal(proxy.process.over, false);
      });
    });

    test.skipIf(echoscu === undefined)(
      "F-09 a target that is down ends as it does without the proxy",
      async () => {
        await inScope(async (scope) => {
          const nobody = await freePort();
          const proxy = await startProxy(scope, { runtime, to: nobody });
          const echo = (port: number) =>
            scope.run(["echoscu", "127.0.0.1", String(port)], { env: NO_DELAY });
          const direct = await echo(nobody);
          const through = await echo(proxy.port);
          assert.equal(through.code, direct.code);
          await stopProcess(proxy.process);
          const shown = await show(scope, runtime, capturesIn(proxy.folder));
          const outcomes = shown.map(({ association }) => association.outcome);
          console.log(
            `F-09: exit ${through.code} both ways, outcome ${outcomes.join(" ")}, ${through.ms} ms`,
          );
          assert.deepEqual(outcomes, ["refused"]);
        });
      },
    );

    test.skipIf(python === undefined)(
      "urgent data neither hangs nor stops the stream",
      async () => {
        await inScope(async (scope) => {
          const acceptor = await startAcceptor(scope);
          const proxy = await startProxy(scope, { runtime, to: acceptor.port });
          const sending = scope.run([python ?? "", "-c", URGENT, String(proxy.port)]);
          const to = await acceptor.take();
          await to.ended();
          to.end();
          assert.equal((await sending).code, 0);
          assert.match(to.head.toString("latin1"), /^A!?Z$/);
        });
      },
    );
  });
}
