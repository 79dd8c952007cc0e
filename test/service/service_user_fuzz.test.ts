import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { acceptAssociations, type Reply } from "../../src/io/accept_associations.ts";
import {
  AssociationError,
  dataSetFromJson,
  type OperationResponse,
  openAssociation,
} from "../../src/mod.ts";
import { associateAc } from "../../src/ul/negotiate.ts";
import type { AAssociateAc, AAssociateRq } from "../../src/ul/pdu.ts";
import { fuzzRounds } from "../support/fuzz.ts";

const FIND = "1.2.840.10008.5.1.4.1.2.2.1";
const QUERY = {
  operation: "C-FIND",
  sopClass: FIND,
  dataSet: dataSetFromJson({ QueryRetrieveLevel: "STUDY" }),
} as const;

/** Mostly what a C-FIND may be answered with, with any part of it wrong at times. */
const anyCommandField = fc.constantFrom(
  0x8020,
  0x8020,
  0x8020,
  0x8030,
  0x0030,
  0x0fff,
  0x0001,
  0x7777,
);
const anyId = fc.constantFrom(1, 1, 1, 1, 2, 2, 3, 0, 65_535, null);
const anyStatus = fc.constantFrom(0xff00, 0xff00, 0xff00, 0xff01, 0, 0xfe00, 0xa700, 0x1234, null);
const reply: fc.Arbitrary<Reply> = fc
  .tuple(
    anyCommandField,
    anyId,
    anyStatus,
    fc.option(fc.uint8Array({ maxLength: 40 }), { freq: 2 }),
  )
  .map(([CommandField, id, Status, dataSet]) => ({
    values: { CommandField, MessageIDBeingRespondedTo: id, MessageID: id, Status },
    ...(dataSet !== null && { dataSet }),
  }));

const WINDOW = {
  item: "asynchronous operations window",
  maximumNumberOperationsInvoked: 3,
  maximumNumberOperationsPerformed: 3,
} as const;

describe("ServiceUser", () => {
  // Invariant: whatever a peer answers, the responses of each operation end with a final one or an
  // AssociationError, however many operations there are at once.
  test("survives any sequence of answers", async () => {
    const ends = { final: 0, failed: 0 };
    const peer = fc.record({
      replies: fc.array(reply, { maxLength: 12 }),
      operations: fc.integer({ min: 1, max: 3 }),
      leaves: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(peer, async ({ replies, operations, leaves }) => {
        let asked = 0;
        const server = await acceptAssociations({
          host: "127.0.0.1",
          port: 0,
          answer: accept,
          async *handle(message, association) {
            if (message.command !== "C-FIND-RQ" || ++asked < operations) return;
            yield* replies;
            association.abort();
          },
        });
        try {
          const user = await openAssociation({
            host: "127.0.0.1",
            port: server.port,
            contexts: [FIND],
            userInformation: [WINDOW],
            dimseTimeout: 60_000,
          });
          const invocations = Array.from({ length: operations }, () => user.invoke(QUERY));
          const outcomes = await Promise.all(invocations.map((one) => outcomeOf(one, leaves)));
          for (const outcome of outcomes) ends[outcome]++;
        } catch (error) {
          assert.ok(error instanceof AssociationError, String(error));
          ends.failed++;
        } finally {
          await server.close();
        }
      }),
      { numRuns: fuzzRounds(200, 5_000), seed: 3 },
    );
    console.log(
      `answers of a peer: ${ends.final} ended well, ${ends.failed} with an error in words`,
    );
    assert.ok(ends.final > 10 && ends.failed > 10);
  });
});

async function outcomeOf(
  responses: AsyncIterable<OperationResponse>,
  leaves: boolean,
): Promise<"final" | "failed"> {
  let final = false;
  try {
    for await (const response of responses) {
      assert.equal(final, false, "nothing after the final one");
      final = response.final;
      await response.read();
      if (leaves) break;
    }
  } catch (error) {
    assert.ok(error instanceof AssociationError, String(error));
    return "failed";
  }
  assert.ok(final || leaves);
  return "final";
}

function accept(request: AAssociateRq): AAssociateAc {
  return associateAc(request, {
    supported: [{ abstractSyntax: FIND, transferSyntaxes: ["1.2.840.10008.1.2"] }],
    introduction: {
      maximumLength: 16_384,
      implementationClassUid: "2.25.1",
      implementationVersionName: "TEST",
      userInformation: [WINDOW],
    },
  });
}
