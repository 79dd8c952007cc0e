/** What an acceptor grants by the handlers that it has. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { openAssociation, type Performers, serveAssociations } from "../../src/mod.ts";

const COMMITMENT = "1.2.840.10008.1.20.1";

async function rolesGranted(perform: Performers, roles?: { scu: boolean; scp: boolean }) {
  const own = { abstractSyntax: COMMITMENT, transferSyntaxes: ["1.2.840.10008.1.2"] };
  const server = await serveAssociations({
    host: "127.0.0.1",
    port: 0,
    supported: [roles === undefined ? "StorageCommitmentPushModel" : { ...own, roles }],
    perform,
  });
  const asking = { ...own, roles: { scu: true, scp: true } };
  const archive = await openAssociation({
    host: "127.0.0.1",
    port: server.port,
    contexts: [asking],
  });
  const [context] = archive.association.contexts;
  await archive.release();
  await server.close();
  return context?.roles;
}

describe("serveAssociations()", () => {
  test("grants the SCP role to who reports events where they are performed (PS3.7 D.3.3.4)", async () => {
    const reports: Performers = { "N-EVENT-REPORT": () => ({ status: 0 }) };
    assert.deepEqual(await rolesGranted(reports), { scu: true, scp: true });
    const echoes: Performers = { "C-ECHO": () => ({ status: 0 }) };
    assert.deepEqual(await rolesGranted(echoes), { scu: true, scp: false });
    const told = { scu: false, scp: true };
    assert.deepEqual(await rolesGranted(reports, told), told);
  });

  test("waits without end for a timeout beyond what timers count, on both sides", async () => {
    const never = Number.POSITIVE_INFINITY;
    const timeouts = { acseTimeout: never, dimseTimeout: never };
    const server = await serveAssociations({
      ...{ host: "127.0.0.1", port: 0, supported: ["Verification"], ...timeouts },
      idleTimeout: never,
      perform: {
        "C-ECHO": async () => {
          await new Promise((resolve) => setTimeout(resolve, 50));
          return { status: 0 };
        },
      },
    });
    const contexts = ["Verification"];
    const peer = { host: "127.0.0.1", port: server.port, contexts };
    const pacs = await openAssociation({ ...peer, ...timeouts, connectTimeout: never });
    assert.equal((await pacs.invoke({ operation: "C-ECHO" }).final()).status, 0);
    await pacs.release();
    await server.close();
  });
});
