import assert from "node:assert/strict";
import { afterAll, describe, test } from "vitest";
import { readStateRule } from "../../../replay/scp/named_states.ts";
import type { Performers } from "../../../src/service/performance.ts";
import type { ServiceUser } from "../../../src/service/service_user.ts";
import { inScope, Scope } from "../../support/process.ts";
import { beforeFirst } from "../../support/shared.ts";
import {
  associated,
  CT,
  dataSet,
  find,
  type Playing,
  playing,
  recording,
  STUDY_FIND,
  VERIFICATION,
} from "./recording.ts";

const MPPS = "1.2.840.10008.3.1.2.3.3";
const CONTEXTS = [STUDY_FIND, MPPS, VERIFICATION];
const DONE = "done=~m N-SET ~tag PerformedProcedureStepStatus=COMPLETED";

describe("replayAsScp with named states", () => {
  const scope = new Scope();
  let capture: string;
  let stores: string;

  /** A study is found when its step is completed, not before. */
  beforeFirst(async () => {
    let isDone = false;
    const perform: Performers = {
      "C-FIND": async function* (request) {
        await request.read();
        if (isDone) yield { status: 0xff00, dataSet: dataSet({ PatientID: "1" }) };
        yield { status: 0x0000 };
      },
      "N-CREATE": () => ({ status: 0x0000 }),
      "N-SET": async (request) => {
        const state = (await request.read())?.text("PerformedProcedureStepStatus");
        isDone = state === "COMPLETED";
        return { status: 0x0000 };
      },
    };
    capture = await recording(scope, { supported: CONTEXTS, perform }, async (to) => {
      await associated(to, { contexts: CONTEXTS }, async (user) => {
        assert.deepEqual(await find(user, {}), NOTHING);
        await step(user, "N-CREATE", "IN PROGRESS");
        await step(user, "N-SET", "IN PROGRESS");
        await step(user, "N-SET", "COMPLETED");
        assert.deepEqual(await find(user, {}), ONE);
      });
    });
    stores = await storesAndFinds();
  });
  afterAll(() => scope.close());

  /** The same, when its image is stored. */
  async function storesAndFinds(): Promise<string> {
    let isStored = false;
    const perform: Performers = {
      "C-FIND": async function* () {
        if (isStored) yield { status: 0xff00, dataSet: dataSet({ PatientID: "1" }) };
        yield { status: 0x0000 };
      },
      "C-STORE": () => {
        isStored = true;
        return { status: 0x0000 };
      },
    };
    const contexts = [STUDY_FIND, CT];
    return await recording(scope, { supported: contexts, perform }, async (to) => {
      await associated(to, { contexts }, async (user) => {
        await find(user, {});
        await store(user);
        await find(user, {});
      });
    });
  }

  const NOTHING = ["0000"];
  const ONE = ["FF00 1", "0000"];

  async function states(rules: readonly string[], work: (playing: Playing) => Promise<void>) {
    await inScope(async (scope) => work(await playing(scope, capture, { states: rules })));
  }

  test("answers what was recorded in the state, however often it is asked", async () => {
    await states([DONE], async ({ to, requests }) => {
      await associated(to, { contexts: CONTEXTS }, async (user) => {
        for (let round = 0; round < 3; round++) assert.deepEqual(await find(user, {}), NOTHING);
        await step(user, "N-CREATE", "IN PROGRESS");
        await step(user, "N-SET", "IN PROGRESS");
        assert.deepEqual(await find(user, {}), NOTHING);
        await step(user, "N-SET", "COMPLETED");
        await associated(to, { contexts: CONTEXTS }, async (other) => {
          for (const asking of [user, other]) assert.deepEqual(await find(asking, {}), ONE);
        });
      });
      assert.deepEqual(
        requests.map(({ state }) => state),
        [...Array<string>(7).fill("start"), "done", "done"],
      );
    });
  });

  test("goes back to the start by a rule, and asks other states where its own has nothing", async () => {
    await states([DONE, "start=~m C-ECHO", "empty=~m N-CREATE"], async ({ to }) => {
      await associated(to, { contexts: CONTEXTS }, async (user) => {
        await step(user, "N-SET", "COMPLETED");
        assert.deepEqual(await find(user, {}), ONE);
        await user.invoke({ operation: "C-ECHO" }).final();
        assert.deepEqual(await find(user, {}), NOTHING);
        await step(user, "N-CREATE", "IN PROGRESS");
        await step(user, "N-SET", "IN PROGRESS");
        // no query was recorded between N-CREATE and N-SET
        assert.equal((await find(user, {})).at(-1), "0000");
      });
    });
  });

  test("has none where nobody asked for one: answers go by their order", async () => {
    await states([], async ({ to, requests }) => {
      await associated(to, { contexts: CONTEXTS }, async (user) => {
        assert.deepEqual([await find(user, {}), await find(user, {})], [NOTHING, ONE]);
      });
      assert.ok(requests.every((request) => !("state" in request)));
    });
  });

  test.each([
    ["~m C-STORE", "changed"],
    ["~m C-STORE ~tag AffectedSOPInstanceUID=1.9.1", "changed"],
    // What of a live request nobody knows when it is answered.
    ["~m C-STORE ~tag Modality=CT", "start"],
    ["~m C-STORE ~size >10", "start"],
    ["~m C-STORE ~dur <1h", "start"],
  ])("judges by %s a recorded store as it judges a live one", async (filter, state) => {
    await inScope(async (scope) => {
      const { to, requests } = await playing(scope, stores, { states: [`changed=${filter}`] });
      await associated(to, { contexts: [STUDY_FIND, CT] }, async (user) => {
        assert.deepEqual(await find(user, {}), NOTHING);
        await store(user);
        assert.deepEqual(await find(user, {}), ONE);
      });
      assert.equal(requests.at(-1)?.state, state);
    });
  });

  test.each([
    ["~m N-SET", /~m N-SET: NAME=FILTER is needed, such as "done=~m N-SET"/],
    ["a b=~m N-SET", /NAME=FILTER is needed/],
    ["done=", /NAME=FILTER is needed/],
    ["done=~nothing", /done=~nothing: Cannot read the filter at column 1/],
  ])("refuses %j in words", (typed, error) => {
    assert.throws(() => readStateRule(typed), error);
  });
});

async function step(user: ServiceUser, operation: "N-CREATE" | "N-SET", state: string) {
  const attributes = dataSet({ PerformedProcedureStepStatus: state });
  const request = { operation, sopClass: MPPS, sopInstanceUid: "1.9.3", dataSet: attributes };
  const { status } = await user.invoke(request).final();
  assert.equal(status, 0x0000);
}

async function store(user: ServiceUser): Promise<void> {
  const image = dataSet({ SOPClassUID: CT, SOPInstanceUID: "1.9.1", Modality: "CT" });
  const request = { sopClass: CT, sopInstanceUid: "1.9.1", dataSet: image };
  const { status } = await user.invoke({ operation: "C-STORE", ...request }).final();
  assert.equal(status, 0x0000);
}
