import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { RequestEvent } from "../../../../../replay/events.ts";
import { exchangesOf } from "../../../../../replay/scp/library.ts";
import { openRecordings } from "../../../../../replay/source/recordings.ts";
import { openAssociation } from "../../../../../src/service/open_association.ts";
import { ROOT } from "../../../../support/runtimes.ts";
import { at, whilePlaying } from "../recorded_pacs.ts";

/** The association of a C-MOVE; the one to its destination is in retrieve_2.dcap. */
const CAPTURE = join(ROOT, "test/captures/services/retrieve_1.dcap");

describe("RetrieveResponder without the instances", () => {
  test("gives the recorded numbers, and says that it has no more", async () => {
    using recordings = openRecordings([CAPTURE]);
    const moves = [...recordings.associations()].flatMap((association) =>
      [...exchangesOf(association)].filter(({ operation }) => operation === "C-MOVE"),
    );
    const [recorded] = moves;
    assert.ok(recorded !== undefined);
    const { request, responses, sopClassUid } = recorded;
    const events: RequestEvent[] = [];
    const onEvent = (event: RequestEvent | { readonly event: "association" }): void => {
      if (event.event === "request") events.push(event);
    };
    await whilePlaying({ captures: [CAPTURE], onEvent }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [sopClassUid] });
      const dataSet = request.dataSet?.read();
      assert.ok(dataSet !== undefined);
      const moveDestination = String(request.values["MoveDestination"]);
      const asked = { operation: "C-MOVE", sopClass: sopClassUid, moveDestination } as const;
      const numbers: unknown[] = [];
      for await (const { values } of user.invoke({ ...asked, dataSet })) {
        numbers.push([values["Status"], values["NumberOfCompletedSuboperations"]]);
      }
      assert.deepEqual(
        numbers,
        responses.map(({ values }) => [values["Status"], values["NumberOfCompletedSuboperations"]]),
      );
    });
    assert.match(events[0]?.reason ?? "", /do not hold the instances: recorded numbers only/);
    console.log(`${responses.length} recorded responses of a C-MOVE without its instances`);
  });
});
