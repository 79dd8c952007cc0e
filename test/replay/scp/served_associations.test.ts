import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { afterAll, describe, test } from "vitest";
import type { RequestEvent, ServedAssociationEvent } from "../../../replay/events.ts";
import { Acceptor } from "../../../replay/scp/acceptance.ts";
import { CompareRequests } from "../../../replay/scp/compare_requests.ts";
import { Kept } from "../../../replay/scp/kept.ts";
import { Library } from "../../../replay/scp/library.ts";
import { LiveReplay } from "../../../replay/scp/live_replay.ts";
import { NamedStates } from "../../../replay/scp/named_states.ts";
import { ServedAssociations } from "../../../replay/scp/served_associations.ts";
import { DataSet } from "../../../src/dataset/data_set.ts";
import { makeOctets } from "../../../src/dataset/make_element.ts";
import type { Peer } from "../../../src/io/accepted_connection.ts";
import { serveAssociations } from "../../../src/service/serve_associations.ts";
import type { ServiceUser } from "../../../src/service/service_user.ts";
import { inScope, Scope } from "../../support/process.ts";
import { beforeFirst } from "../../support/shared.ts";
import { portOf, until } from "../../support/tcp_peers.ts";
import { associated, CT, dataSet, playing, recording, VERIFICATION } from "./recording.ts";

describe("replayAsScp tells every request before the end of its association", () => {
  const scope = new Scope();
  const contexts = [CT];
  let capture: string;

  beforeFirst(async () => {
    const perform = { "C-STORE": () => ({ status: 0x0000 }) };
    capture = await recording(scope, { supported: contexts, perform }, (to) =>
      associated(to, { contexts }, stored),
    );
  });
  afterAll(() => scope.close());

  // What the report needs takes many turns of the event loop after the answer.
  test.each<[how: string, leave: (user: ServiceUser) => Promise<void>]>([
    ["released", (user) => user.release()],
    ["aborted", async (user) => user.abort()],
    ["still there when it is closed", async () => undefined],
  ])("%s", async (_how, leave) => {
    await inScope(async (scope) => {
      const events: string[] = [];
      const onEvent = (event: RequestEvent | ServedAssociationEvent): void => {
        const what = event.event === "request" ? event.request : event.outcome;
        events.push(what === "accepted" || event.event === "request" ? what : "end");
      };
      const { scp, to } = await playing(scope, capture, { compare: "all", onEvent });
      await associated(to, { contexts }, async (user) => {
        await stored(user);
        await leave(user);
        await scp.close();
      });
      assert.deepEqual(events, ["accepted", "C-STORE-RQ", "end"]);
    });
  });
});

test("replayAsScp does not wait for a PACS that says nothing when it is closed", async () => {
  await inScope(async (scope) => {
    const contexts = [VERIFICATION];
    const capture = await recording(scope, { supported: contexts, perform: {} }, (to) =>
      associated(to, { contexts }, async () => undefined),
    );
    const asked: Socket[] = [];
    const silent = createServer((socket) => void asked.push(socket.on("error", () => undefined)));
    scope.defer(() => void silent.close());
    scope.defer(() => {
      for (const socket of asked) socket.destroy();
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const forward = { host: "127.0.0.1", port: portOf(silent) };
    const { scp, to, requests, associations } = await playing(scope, capture, {
      unmatched: { do: "forward", to: forward },
      acseTimeout: 600_000,
    });
    await associated(to, { contexts }, async (user) => {
      user.invoke({ operation: "C-ECHO" });
      await until(() => asked.length === 1, "the PACS was asked");
      await scp.close();
    });
    assert.deepEqual([requests.length, associations.at(-1)?.outcome], [1, "closed"]);
  });
});

test("ServedAssociations uses nothing up for a requestor that left before the captures were read", async () => {
  await inScope(async (scope) => {
    const contexts = [VERIFICATION];
    const capture = await recording(scope, { supported: contexts, perform: {} }, (to) =>
      associated(to, { contexts }, async () => undefined),
    );
    const { openRecordings } = await import("../../../replay/source/recordings.ts");
    using recordings = openRecordings([capture]);
    const library = new Library(recordings.associations(), { reuse: "none" });
    const states = new NamedStates(library, []);
    const events: string[] = [];
    const served = new ServedAssociations({
      live: new LiveReplay({ captures: [] }, { states, tap: () => undefined }),
      kept: new Kept({ sources: [], warn: () => undefined }),
      compare: new CompareRequests({ showPatient: false }),
      told: (event) => {
        assert.equal(event.event, "association");
        events.push(`${event.association} ${event.outcome} ${event.calling_ae_title}`);
      },
    });
    const peers: Peer[] = [];
    const server = await serveAssociations({
      host: "127.0.0.1",
      port: 0,
      answer: (request, peer) => {
        peers.push(peer);
        return served.answer(request, peer);
      },
      accepted: (user) => served.begin(user),
      perform: served.performers,
      ended: (association, error) => served.end(association, error),
    });
    scope.defer(() => server.close());
    const left = new AbortController();
    const leaving = associated(
      server,
      { contexts, callingAeTitle: "HASTY", signal: left.signal },
      async () => undefined,
    );
    await until(() => peers.length === 1, "it asked");
    left.abort();
    await assert.rejects(leaving);
    await until(() => peers[0]?.isWaiting === false, "it left");
    const staying = associated(server, { contexts }, async () => undefined);
    await until(() => peers.length === 2, "another one asked");
    const acceptor = new Acceptor(library, {
      ae: "any",
      unknownContext: "reject",
      rejectUnlike: true,
    });
    served.play({ acceptor, library, responders: [] });
    await staying;
    await server.drained();
    assert.deepEqual(events, ["1 accepted MODALITY", "1 released MODALITY"]);
  });
});

async function stored(user: ServiceUser): Promise<void> {
  const sopInstanceUid = "1.9.1";
  const attributes = dataSet({ SOPClassUID: CT, SOPInstanceUID: sopInstanceUid });
  const pixels = makeOctets(0x7fe00010, new Uint8Array(12 * 2 ** 20), "OW");
  const image = new DataSet([...attributes.elements, pixels]);
  const request = { sopClass: CT, sopInstanceUid, dataSet: image };
  const { status } = await user.invoke({ operation: "C-STORE", ...request }).final();
  assert.equal(status, 0x0000);
}
