import assert from "node:assert/strict";
import { afterAll, describe, test } from "vitest";
import { assigned } from "../../../../../src/service/assignments.ts";
import { openAssociation } from "../../../../../src/service/open_association.ts";
import type { ServiceUser } from "../../../../../src/service/service_user.ts";
import { Scope } from "../../../../support/process.ts";
import { beforeFirst } from "../../../../support/shared.ts";
import { ask, at, hex, recordedPacs, whilePlaying } from "../recorded_pacs.ts";

const PUSH = "1.2.840.10008.5.1.4.34.6.1";

describe("Unified Procedure Steps in replay (PS3.4 CC)", () => {
  const scope = new Scope();
  let capture: string;

  const create = (user: ServiceUser, uid: string, state = "SCHEDULED") =>
    status(user, { operation: "N-CREATE", sopClass: PUSH, sopInstanceUid: uid }, [
      `ProcedureStepState=${state}`,
    ]);
  const set = (user: ServiceUser, uid: string, transaction: string) =>
    status(user, { operation: "N-SET", sopClass: PUSH, sopInstanceUid: uid }, [
      `TransactionUID=${transaction}`,
      "ProcedureStepLabel=x",
    ]);
  const change = (user: ServiceUser, uid: string, [state, transaction]: readonly string[]) => {
    const request = { operation: "N-ACTION", sopClass: PUSH, sopInstanceUid: uid } as const;
    const asked = [`ProcedureStepState=${state}`, `TransactionUID=${transaction}`];
    return status(user, { ...request, actionTypeId: 1 }, asked);
  };
  async function status(...question: Parameters<typeof ask>): Promise<string> {
    return hex((await ask(...question)).status);
  }
  async function stateOf(user: ServiceUser, uid: string): Promise<string | undefined> {
    const request = { operation: "N-GET", sopClass: PUSH, sopInstanceUid: uid } as const;
    return (await (await ask(user, request)).read())?.text("ProcedureStepState");
  }

  async function rows(user: ServiceUser, state: string): Promise<string[]> {
    const dataSet = assigned(["SOPInstanceUID", `ProcedureStepState=${state}`]);
    const found: string[] = [];
    for await (const one of user.invoke({ operation: "C-FIND", sopClass: PUSH, dataSet })) {
      if (one.final) continue;
      const row = await one.read();
      found.push(`${row?.text("SOPInstanceUID")} ${row?.text("ProcedureStepState")}`);
    }
    return found;
  }

  beforeFirst(async () => {
    const done = () => ({ status: 0x0000 });
    const dataSet = assigned(["ProcedureStepState=SCHEDULED", "ProcedureStepLabel=Recorded"]);
    capture = await recordedPacs({
      scope,
      contexts: [PUSH],
      perform: {
        "N-CREATE": done,
        "N-SET": done,
        "N-ACTION": done,
        "N-GET": () => ({ status: 0x0000, dataSet }),
        "C-FIND": async function* (request) {
          await request.read();
          for (const uid of ["2.25.1", "2.25.2"]) {
            const row = [`SOPInstanceUID=${uid}`, "ProcedureStepState=SCHEDULED"];
            yield { status: 0xff00, dataSet: assigned(row) };
          }
          yield { status: 0x0000 };
        },
      },
      work: async (user) => {
        await create(user, "2.25.1");
        await rows(user, "");
        await stateOf(user, "2.25.1");
        await change(user, "2.25.1", ["IN PROGRESS", "2.25.5"]);
        await set(user, "2.25.1", "2.25.5");
        await change(user, "2.25.1", ["COMPLETED", "2.25.5"]);
      },
    });
  });
  afterAll(() => scope.close());

  test("a step is taken, changed by its performer alone, and completed", async () => {
    await whilePlaying({ captures: [capture] }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [PUSH] });
      assert.equal(await create(user, "2.25.71"), "0000");
      assert.equal(await stateOf(user, "2.25.71"), "SCHEDULED");
      assert.equal(await change(user, "2.25.71", ["COMPLETED", "2.25.6"]), "C310");
      assert.equal(await change(user, "2.25.71", ["IN PROGRESS", "2.25.6"]), "0000");
      assert.equal(await stateOf(user, "2.25.71"), "IN PROGRESS");
      assert.equal(await change(user, "2.25.71", ["IN PROGRESS", "2.25.6"]), "C302");
      assert.equal(await set(user, "2.25.71", "2.25.7"), "C301");
      assert.equal(await set(user, "2.25.71", "2.25.6"), "0000");
      assert.equal(await change(user, "2.25.71", ["COMPLETED", "2.25.7"]), "C301");
      assert.equal(await change(user, "2.25.71", ["COMPLETED", "2.25.6"]), "0000");
      assert.equal(await stateOf(user, "2.25.71"), "COMPLETED");
      assert.equal(await set(user, "2.25.71", "2.25.6"), "C300");
      assert.equal(await change(user, "2.25.71", ["CANCELED", "2.25.6"]), "C311");
      assert.equal(await change(user, "2.25.71", ["COMPLETED", "2.25.6"]), "B306");
    });
  });

  test("what was not scheduled is refused (C307H, C309H, 0111H)", async () => {
    await whilePlaying({ captures: [capture] }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [PUSH] });
      assert.equal(await change(user, "2.25.81", ["IN PROGRESS", "2.25.6"]), "C307");
      assert.equal(await create(user, "2.25.81", "IN PROGRESS"), "C309");
      assert.equal(await create(user, "2.25.81"), "0000");
      assert.equal(await create(user, "2.25.81"), "0111");
    });
  });

  test("queries tell the live instances and their states", async () => {
    await whilePlaying({ captures: [capture], archive: true }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [PUSH] });
      assert.equal(await create(user, "2.25.95"), "0000");
      assert.deepEqual(await rows(user, ""), ["2.25.95 SCHEDULED", "2.25.2 SCHEDULED"]);
      assert.equal(await change(user, "2.25.95", ["IN PROGRESS", "2.25.6"]), "0000");
      assert.deepEqual(await rows(user, ""), ["2.25.95 IN PROGRESS", "2.25.2 SCHEDULED"]);
      assert.deepEqual(await rows(user, "SCHEDULED"), ["2.25.2 SCHEDULED"]);
    });
  });

  test("one instance under all five SOP classes", async () => {
    const WATCH = "1.2.840.10008.5.1.4.34.6.2";
    await whilePlaying({ captures: [capture] }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [PUSH, WATCH] });
      assert.equal(await create(user, "2.25.91"), "0000");
      const request = { operation: "N-GET", sopClass: WATCH, sopInstanceUid: "2.25.91" } as const;
      const response = await ask(user, request);
      assert.equal(hex(response.status), "0000");
      assert.equal((await response.read())?.text("ProcedureStepLabel"), "Recorded");
    });
  });
});
