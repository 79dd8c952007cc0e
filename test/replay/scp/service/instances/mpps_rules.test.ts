import assert from "node:assert/strict";
import { afterAll, describe, test } from "vitest";
import { openAssociation } from "../../../../../src/service/open_association.ts";
import type { ServiceUser } from "../../../../../src/service/service_user.ts";
import { Scope } from "../../../../support/process.ts";
import { beforeFirst } from "../../../../support/shared.ts";
import { ask, at, hex, recordedPacs, whilePlaying } from "../recorded_pacs.ts";

const MPPS = "1.2.840.10008.3.1.2.3.3";
const IN_PROGRESS = ["PerformedProcedureStepStatus=IN PROGRESS", "Modality=CT"];
const COMPLETED = ["PerformedProcedureStepStatus=COMPLETED"];

describe("Procedure steps in replay (PS3.4 F.7)", () => {
  const scope = new Scope();
  let capture: string;

  beforeFirst(async () => {
    // A PACS that takes everything, once too often even: the third N-SET comes after COMPLETED.
    capture = await recordedPacs({
      scope,
      contexts: [MPPS],
      perform: {
        "N-CREATE": () => ({ status: 0x0000 }),
        "N-SET": () => ({ status: 0x0000 }),
      },
      work: async (user) => {
        await create(user, "2.25.1", IN_PROGRESS);
        await set(user, "2.25.1", ["PerformedProcedureStepDescription=under way"]);
        await set(user, "2.25.1", COMPLETED);
        await set(user, "2.25.1", COMPLETED);
      },
    });
  });
  afterAll(() => scope.close());

  async function create(user: ServiceUser, uid: string, attributes: readonly string[]) {
    const request = { operation: "N-CREATE", sopClass: MPPS, sopInstanceUid: uid } as const;
    return hex((await ask(user, request, attributes)).status);
  }

  async function set(user: ServiceUser, uid: string, attributes: readonly string[]) {
    const request = { operation: "N-SET", sopClass: MPPS, sopInstanceUid: uid } as const;
    return hex((await ask(user, request, attributes)).status);
  }

  test("live steps go their way whatever their UIDs are", async () => {
    await whilePlaying({ captures: [capture] }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [MPPS] });
      for (const uid of ["2.25.71", "2.25.72", "2.25.73"]) {
        assert.equal(await create(user, uid, IN_PROGRESS), "0000");
        assert.equal(await create(user, uid, IN_PROGRESS), "0111");
        assert.equal(await set(user, uid, ["PerformedProcedureStepDescription=x"]), "0000");
        assert.equal(await set(user, uid, COMPLETED), "0000");
      }
    });
  });

  test("states that F.7 does not have are refused: 0106H, 0110H with A710H, 0112H", async () => {
    await whilePlaying({ captures: [capture] }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [MPPS] });
      assert.equal(await create(user, "2.25.81", COMPLETED), "0106");
      assert.equal(await create(user, "2.25.81", ["Modality=CT"]), "0120");
      assert.equal(await set(user, "2.25.81", COMPLETED), "0112");
      assert.equal(await create(user, "2.25.82", IN_PROGRESS), "0000");
      assert.equal(await set(user, "2.25.82", ["PerformedProcedureStepStatus=DONE"]), "0106");
      const stop = ["PerformedProcedureStepStatus=DISCONTINUED"];
      assert.equal(await set(user, "2.25.82", stop), "0000");
      const request = { operation: "N-SET", sopClass: MPPS, sopInstanceUid: "2.25.82" } as const;
      const late = await ask(user, request, ["PerformedProcedureStepDescription=late"]);
      assert.equal(hex(late.status), "0110");
      assert.equal(late.values["ErrorID"], 0xa710);
    });
  });

  test("steps are known on other associations", async () => {
    await whilePlaying({ captures: [capture] }, async ({ port }) => {
      {
        await using user = await openAssociation({ ...at(port), contexts: [MPPS] });
        assert.equal(await create(user, "2.25.91", IN_PROGRESS), "0000");
      }
      await using other = await openAssociation({ ...at(port), contexts: [MPPS] });
      assert.equal(await set(other, "2.25.91", COMPLETED), "0000");
      assert.equal(await set(other, "2.25.91", COMPLETED), "0000", "as recorded");
      const stop = ["PerformedProcedureStepStatus=DISCONTINUED"];
      assert.equal(await set(other, "2.25.91", stop), "0110");
      assert.equal(await set(other, "2.25.99", COMPLETED), "0112");
    });
  });

  test("the recorded scenario comes back as it was, leniency included", async () => {
    await whilePlaying({ captures: [capture] }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [MPPS] });
      assert.equal(await create(user, "2.25.1", IN_PROGRESS), "0000");
      assert.equal(
        await set(user, "2.25.1", ["PerformedProcedureStepDescription=under way"]),
        "0000",
      );
      assert.equal(await set(user, "2.25.1", COMPLETED), "0000");
      assert.equal(await set(user, "2.25.1", COMPLETED), "0000");
    });
  });
});
