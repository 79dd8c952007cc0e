import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { describe, test } from "vitest";
import { requestAssociation } from "../../../src/io/request_association.ts";
import { encodePdu } from "../../../src/ul/encode_pdu.ts";
import { messageBytes, pDataBytes, STORE_RQ } from "../../support/dimse_stream.ts";
import { fuzzRounds } from "../../support/fuzz.ts";
import { inScope } from "../../support/process.ts";
import { ROOT } from "../../support/runtimes.ts";
import {
  CT,
  FIND,
  IMPLICIT,
  MPPS,
  proposal,
  rq,
  VERIFICATION,
} from "../../support/scripted_association.ts";
import { until } from "../../support/tcp_peers.ts";
import { associated, playing } from "./recording.ts";

const CAPTURES = ["study_1.dcap", "retrieve_1.dcap", "print.dcap", "services.dcap"].map((name) =>
  join(ROOT, "test/captures/services", name),
);
const COMMITMENT = "1.2.840.10008.1.20.1";
const WORKLIST = "1.2.840.10008.5.1.4.31";
const MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
const GET = "1.2.840.10008.5.1.4.1.2.2.3";
const FILM = "1.2.840.10008.5.1.1.9";
const CLASSES = [VERIFICATION, CT, FIND, MOVE, GET, WORKLIST, MPPS, COMMITMENT, FILM];

/** Any request, with any part of it wrong at times. */
const message = fc.record({
  context: fc.nat(CLASSES.length - 1),
  sopClass: fc.option(fc.constantFrom(...CLASSES, "1.2.3", ""), { freq: 9 }),
  command: fc.constantFrom(
    ...[0x0001, 0x0010, 0x0020, 0x0021, 0x0030, 0x0100, 0x0110, 0x0120, 0x0130, 0x0140, 0x0150],
    ...[0x0fff, 0x8020, 0x7777],
  ),
  id: fc.constantFrom(1, 2, 3, 65_535, null),
  instance: fc.option(
    fc.constantFrom("2.25.1", "1.2.840.10008.1.20.1.1", "", "../../x", "1".repeat(70)),
  ),
  type: fc.option(fc.nat(3)),
  destination: fc.option(fc.constantFrom("VIEWER", "", "NOBODY")),
  dataSet: fc.option(fc.uint8Array({ maxLength: 80 }), { freq: 2 }),
});

describe("replayAsScp and requestors that do everything wrong", () => {
  test("answers or ends each association, and goes on serving", async () => {
    await inScope(async (scope) => {
      const { to, requests, associations } = await playing(scope, CAPTURES, {
        store: scope.tempDir(),
      });
      const anything = fc.array(message, { minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(anything, async (messages) => {
          const association = await requestAssociation({
            ...to,
            callingAeTitle: "MODALITY",
            calledAeTitle: "PACS",
            contexts: CLASSES.map((abstractSyntax) => ({
              abstractSyntax,
              transferSyntaxes: [IMPLICIT],
            })),
          });
          try {
            for (const {
              context,
              sopClass,
              command,
              id,
              instance,
              type,
              destination,
              dataSet,
            } of messages) {
              const agreed = association.contexts[context];
              if (agreed?.result !== 0) continue;
              const named = { AffectedSOPClassUID: sopClass, RequestedSOPClassUID: sopClass };
              const about = { AffectedSOPInstanceUID: instance, RequestedSOPInstanceUID: instance };
              const values = {
                ...named,
                ...about,
                CommandField: command,
                MessageID: id,
                MessageIDBeingRespondedTo: id,
                ActionTypeID: type,
                EventTypeID: type,
                MoveDestination: destination,
              };
              await association.send(agreed.id, values, dataSet === null ? {} : { dataSet });
            }
          } catch {
            // The other side had enough of it.
          }
          await association[Symbol.asyncDispose]();
        }),
        { numRuns: fuzzRounds(150, 3_000), seed: 4 },
      );
      await associated(to, { contexts: ["Verification"] }, async (user) => {
        assert.equal((await user.invoke({ operation: "C-ECHO" }).final()).status, 0);
      });
      const ended = () => associations.filter(({ outcome }) => outcome !== "accepted").length;
      const accepted = associations.filter(({ outcome }) => outcome === "accepted").length;
      await until(() => ended() === accepted, "every association told how it ended");
      const faults = requests.filter(({ reason }) => /^Cannot answer/.test(reason ?? ""));
      assert.deepEqual(faults, []);
      const answered = requests.filter(({ status }) => status !== null).length;
      console.log(`replay scp: ${accepted} hostile associations, ${answered} requests answered`);
      assert.ok(answered > 50);
    });
  });

  const RQ = encodePdu(rq({ contexts: [proposal(1, CT, [IMPLICIT])] }));
  const whole = messageBytes(STORE_RQ, { dataSet: new Uint8Array(100) });
  test.each<[name: string, sent: readonly Uint8Array[]]>([
    ["before its A-ASSOCIATE-RQ", [RQ.subarray(0, 20)]],
    ["inside of a command set", [RQ, whole.subarray(0, 40)]],
    ["before the data set", [RQ, messageBytes(STORE_RQ)]],
    [
      "inside of the data set",
      [RQ, messageBytes(STORE_RQ), pDataBytes([1, 0, new Uint8Array(50)])],
    ],
    ["when it is answered", [RQ, whole]],
  ])("ends an association whose requestor falls silent %s", async (_name, sent) => {
    await inScope(async (scope) => {
      const options = { acseTimeout: 300, dimseTimeout: 300, idleTimeout: 300 };
      const { to } = await playing(scope, CAPTURES, options);
      const socket = connect(to.port, to.host);
      scope.defer(() => void socket.destroy());
      socket.on("error", () => undefined);
      const closed = once(socket, "close");
      socket.resume();
      await once(socket, "connect");
      for (const octets of sent) socket.write(octets);
      await closed;
    });
  });
});
