import assert from "node:assert/strict";
import { afterAll, describe, test } from "vitest";
import { assigned } from "../../../../../src/service/assignments.ts";
import { openAssociation } from "../../../../../src/service/open_association.ts";
import type { ServiceUser } from "../../../../../src/service/service_user.ts";
import { Scope } from "../../../../support/process.ts";
import { beforeFirst } from "../../../../support/shared.ts";
import { ask, at, hex, recordedPacs, whilePlaying } from "../recorded_pacs.ts";

const WORKLIST = "1.2.840.10008.5.1.4.31";
const MPPS = "1.2.840.10008.3.1.2.3.3";

describe("WorklistResponder", () => {
  const scope = new Scope();
  let capture: string;

  /** A step from its beginning to its end. */
  async function perform(user: ServiceUser, uid: string): Promise<void> {
    const step = { sopClass: MPPS, sopInstanceUid: uid } as const;
    const status = "PerformedProcedureStepStatus";
    const begun = await ask(user, { operation: "N-CREATE", ...step }, [`${status}=IN PROGRESS`]);
    const ended = await ask(user, { operation: "N-SET", ...step }, [`${status}=COMPLETED`]);
    assert.deepEqual([hex(begun.status), hex(ended.status)], ["0000", "0000"]);
  }

  async function patients(user: ServiceUser): Promise<string[]> {
    const found: string[] = [];
    const dataSet = assigned(["PatientID", "PatientName"]);
    for await (const one of user.invoke({ operation: "C-FIND", sopClass: WORKLIST, dataSet })) {
      if (!one.final) found.push((await one.read())?.text("PatientID") ?? "");
    }
    return found;
  }

  beforeFirst(async () => {
    let waiting = ["P1", "P2"];
    capture = await recordedPacs({
      scope,
      contexts: [WORKLIST, MPPS],
      perform: {
        "N-CREATE": () => ({ status: 0x0000 }),
        "N-SET": () => {
          waiting = waiting.slice(1);
          return { status: 0x0000 };
        },
        "C-FIND": async function* (request) {
          await request.read();
          for (const patient of waiting) {
            yield { status: 0xff00, dataSet: assigned([`PatientID=${patient}`, "PatientName"]) };
          }
          yield { status: 0x0000 };
        },
      },
      work: async (user) => {
        await patients(user);
        await perform(user, "2.25.1");
        await patients(user);
        await perform(user, "2.25.2");
        await patients(user);
      },
    });
  });
  afterAll(() => scope.close());

  test("a list stays until a step is over, however often it is asked for", async () => {
    await whilePlaying({ captures: [capture] }, async ({ port }) => {
      const contexts = [WORKLIST, MPPS];
      await using user = await openAssociation({ ...at(port), contexts });
      for (let round = 0; round < 4; round++) assert.deepEqual(await patients(user), ["P1", "P2"]);
      await perform(user, "2.25.71");
      await using other = await openAssociation({ ...at(port), contexts });
      for (const asking of [user, other, user]) assert.deepEqual(await patients(asking), ["P2"]);
      await perform(other, "2.25.72");
      assert.deepEqual(await patients(user), []);
      assert.deepEqual(await patients(other), []);
    });
  });
});
