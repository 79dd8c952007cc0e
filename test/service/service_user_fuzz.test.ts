import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import { acceptAssociations, type Reply } from "../../src/io/accept_associations.ts";
import { AssociationError, dataSetFromJson, openAssociation } from "../../src/mod.ts";
import { fuzzRounds } from "../support/fuzz.ts";

const FIND = "1.2.840.10008.5.1.4.1.2.2.1";

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
const anyId = fc.constantFrom(1, 1, 1, 1, 2, 0, 65_535, null);
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

describe("ServiceUser", () => {
  // Invariant: whatever a peer answers, the responses end with a final one or an AssociationError.
  test("survives any sequence of answers", async () => {
    const ends = { final: 0, failed: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { maxLength: 12 }), fc.boolean(), async (replies, leave) => {
        const server = await acceptAssociations({
          host: "127.0.0.1",
          port: 0,
          supported: [{ abstractSyntax: FIND, transferSyntaxes: ["1.2.840.10008.1.2"] }],
          async *handle(message, association) {
            if (message.command !== "C-FIND-RQ") return;
            yield* replies;
            association.abort();
          },
        });
        try {
          const user = await openAssociation({
            host: "127.0.0.1",
            port: server.port,
            contexts: [FIND],
            dimseTimeout: 2_000,
          });
          const dataSet = dataSetFromJson({ QueryRetrieveLevel: "STUDY" });
          let final = false;
          for await (const response of user.invoke({
            operation: "C-FIND",
            sopClass: FIND,
            dataSet,
          })) {
            assert.equal(final, false, "nothing after the final one");
            final = response.final;
            await response.read();
            if (leave) break;
          }
          assert.ok(final || leave);
          ends.final++;
        } catch (error) {
          assert.ok(error instanceof AssociationError, String(error));
          ends.failed++;
        } finally {
          await server.close();
        }
      }),
      { numRuns: fuzzRounds(150, 5_000), seed: 3 },
    );
    console.log(
      `answers of a peer: ${ends.final} ended well, ${ends.failed} with an error in words`,
    );
    assert.ok(ends.final > 10 && ends.failed > 10);
  });
});
