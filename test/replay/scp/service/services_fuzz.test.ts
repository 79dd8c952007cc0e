import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, test } from "vitest";
import { exchangesOf } from "../../../../replay/scp/library.ts";
import type { ReplayScpOptions } from "../../../../replay/scp/options.ts";
import { openRecordings } from "../../../../replay/source/recordings.ts";
import { joined } from "../../../../src/dataset/octets.ts";
import { openAssociation } from "../../../../src/service/open_association.ts";
import { OPERATIONS, type OperationName } from "../../../../src/service/operation.ts";
import { arbitraryDataSet } from "../../../support/arbitrary_data_set.ts";
import { fuzzRounds, mutated, seededRandom } from "../../../support/fuzz.ts";
import { ROOT } from "../../../support/runtimes.ts";
import { at, whilePlaying } from "./recorded_pacs.ts";

const FOLDER = join(ROOT, "test/captures/services");
const CAPTURES = readdirSync(FOLDER).map((name) => join(FOLDER, name));
const PRINT = "1.2.840.10008.5.1.1.9";

/** SOP classes of all services with a state, and the archive's. */
const CLASSES = [
  "1.2.840.10008.1.20.1",
  "1.2.840.10008.3.1.2.3.3",
  "1.2.840.10008.5.1.1.1",
  "1.2.840.10008.5.1.1.2",
  "1.2.840.10008.5.1.1.4",
  "1.2.840.10008.5.1.1.16",
  "1.2.840.10008.5.1.1.33",
  "1.2.840.10008.5.1.4.1.2.1.1",
  "1.2.840.10008.5.1.4.1.2.2.1",
  "1.2.840.10008.5.1.4.1.2.2.2",
  "1.2.840.10008.5.1.4.1.2.2.3",
  "1.2.840.10008.5.1.4.31",
  "1.2.840.10008.5.1.4.34.6.1",
  "1.2.840.10008.5.1.4.34.6.3",
  "1.2.840.10008.5.1.4.38.2",
];

/** What recorded requestors asked: operation, SOP class, instance, octets of the data set. */
async function recordedRequests() {
  using recordings = openRecordings(CAPTURES);
  const asked: {
    operation: OperationName;
    sopClassUid: string;
    sopInstanceUid: string | undefined;
    octets: Uint8Array;
  }[] = [];
  for (const association of recordings.associations()) {
    for (const { operation, sopClassUid, sopInstanceUid, request } of exchangesOf(association)) {
      if (operation === "C-STORE" || request.dataSet?.complete !== true) continue;
      const pieces: Uint8Array[] = [];
      for await (const piece of request.dataSet.octets()) pieces.push(piece);
      asked.push({ operation, sopClassUid, sopInstanceUid, octets: joined(pieces) });
    }
  }
  return asked;
}

/** With all services, and what went wrong in them. */
function watched(): { readonly options: ReplayScpOptions; readonly faults: string[] } {
  const faults: string[] = [];
  const options: ReplayScpOptions = {
    captures: CAPTURES,
    archive: true,
    refresh: true,
    onEvent: (event) => {
      const isAbort = event.event === "association" && event.outcome === "aborted";
      if (isAbort || /^Cannot answer/.test(event.reason ?? "")) faults.push(event.reason ?? "");
    },
  };
  return { options, faults };
}

describe("Services of replay scp", () => {
  test("take recorded requests whose data sets are damaged", async () => {
    const requests = await recordedRequests();
    assert.ok(requests.length > 20);
    const random = seededRandom(7);
    const { options, faults } = watched();
    const rounds = fuzzRounds(200, 20_000);
    let answered = 0;
    await whilePlaying(options, async ({ port }) => {
      const contexts = [...new Set([PRINT, ...requests.map(({ sopClassUid }) => sopClassUid)])];
      await using user = await openAssociation({ ...at(port), contexts, dimseTimeout: 60_000 });
      for (let round = 0; round < rounds; round++) {
        const chosen = requests[random(requests.length)];
        if (chosen === undefined || user.contextFor(chosen.sopClassUid) === undefined) continue;
        const { operation, sopClassUid, sopInstanceUid = "2.25.1", octets } = chosen;
        await user
          .invoke({
            operation,
            sopClass: sopClassUid,
            sopInstanceUid,
            actionTypeId: 1,
            moveDestination: "NOBODY",
            unchecked: true,
            dataSet: random(4) === 0 ? octets : mutated(octets, random),
          })
          .final();
        answered++;
      }
    });
    assert.deepEqual(faults, []);
    console.log(`${answered} damaged recorded requests answered`);
  });

  test("answer whatever they are asked, and go on", async () => {
    const names = OPERATIONS.map(({ name }) => name).filter((name) => name !== "C-STORE");
    const request = fc.record({
      operation: fc.constantFrom(...names),
      sopClass: fc.constantFrom(...CLASSES),
      sopInstanceUid: fc.constantFrom("2.25.1", "2.25.2", "1.2.840.10008.5.1.1.17", "x", ""),
      actionTypeId: fc.integer({ min: 0, max: 5 }),
      moveDestination: fc.constantFrom("", "WORKSTATION", "NOBODY"),
      dataSet: fc.option(arbitraryDataSet, { nil: undefined }),
    });
    const { options, faults } = watched();
    const statuses = new Map<number, number>();
    await whilePlaying(options, async ({ port }) => {
      await using user = await openAssociation({
        ...at(port),
        contexts: [...CLASSES.filter((uid) => !uid.startsWith("1.2.840.10008.5.1.1.")), PRINT],
        dimseTimeout: 60_000,
      });
      await fc.assert(
        fc.asyncProperty(request, async ({ dataSet, ...rest }) => {
          if (user.contextFor(rest.sopClass) === undefined) return;
          const asked = { ...rest, unchecked: true, ...(dataSet && { dataSet }) };
          const { status } = await user.invoke(asked).final();
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }),
        { numRuns: 250 },
      );
      const { status } = await user.invoke({ operation: "C-ECHO", contextId: 1 }).final();
      assert.equal(status, 0);
    });
    const requests = [...statuses.values()].reduce((sum, count) => sum + count, 0);
    assert.ok(requests > 100);
    assert.deepEqual(faults, []);
    console.log(`${requests} random requests answered, ${statuses.size} kinds of status`);
  });
});
