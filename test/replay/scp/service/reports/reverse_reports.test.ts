import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "vitest";
import { openAssociation } from "../../../../../src/service/open_association.ts";
import { serveAssociations } from "../../../../../src/service/serve_associations.ts";
import type { PerformRequest } from "../../../../../src/service/service_message.ts";
import { ROOT } from "../../../../support/runtimes.ts";
import { ask, at, hex, whilePlaying } from "../recorded_pacs.ts";

/** A planner schedules a step, a linac performs it, and its manager tells the planner. */
const CAPTURE = join(ROOT, "test/captures/services/services.dcap");
const PUSH = "1.2.840.10008.5.1.4.34.6.1";
const PULL = "1.2.840.10008.5.1.4.34.6.3";
const EVENT = "1.2.840.10008.5.1.4.34.6.4";

describe("Reports on associations of the SCP's own (PS3.4 CC.2.4)", () => {
  test("go to who was told in the recording, about the live instance", async () => {
    let told: (report: { request: PerformRequest; from: string }) => void = () => undefined;
    const report = new Promise<{ request: PerformRequest; from: string }>((resolve) => {
      told = resolve;
    });
    const listener = await serveAssociations({
      port: 0,
      supported: [EVENT],
      perform: {
        "N-EVENT-REPORT": async (request, { association }) => {
          await request.read();
          told({ request, from: association.request.callingAeTitle });
          return { status: 0x0000 };
        },
      },
    });
    const eventDestinations = { PLANNER: { port: listener.port } };
    await whilePlaying({ captures: [CAPTURE], eventDestinations }, async ({ port }) => {
      const sopInstanceUid = "2.25.770";
      const manager = { ...at(port), calledAeTitle: "MANAGER" };
      await using planner = await openAssociation({
        ...manager,
        callingAeTitle: "PLANNER",
        contexts: [PUSH],
      });
      const created = await ask(
        planner,
        { operation: "N-CREATE", sopClass: PUSH, sopInstanceUid },
        ["ProcedureStepState=SCHEDULED", "ProcedureStepLabel=Live"],
      );
      assert.equal(hex(created.status), "0000");
      await using linac = await openAssociation({
        ...manager,
        callingAeTitle: "LINAC",
        contexts: [PULL],
      });
      for (const state of ["IN PROGRESS", "COMPLETED"]) {
        const change = { operation: "N-ACTION", sopClass: PULL, actionTypeId: 1 } as const;
        const { status } = await ask(linac, { ...change, sopInstanceUid }, [
          `ProcedureStepState=${state}`,
          "TransactionUID=2.25.771",
        ]);
        assert.equal(hex(status), "0000", state);
      }
      const { request, from } = await report;
      assert.equal(from, "MANAGER");
      assert.equal(request.values["EventTypeID"], 1);
      assert.equal(request.sopInstanceUid, sopInstanceUid);
    });
    await listener.close();
  });
});
