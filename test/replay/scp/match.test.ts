import assert from "node:assert/strict";
import { test } from "vitest";
import type { Performers } from "../../../src/service/performance.ts";
import { inScope, type Scope } from "../../support/process.ts";
import { associated, dataSet, find, playing, recording, STUDY_FIND } from "./recording.ts";

const contexts = [STUDY_FIND];
const KEYS = { PatientID: "1" };

/** Two archives that know different studies of one patient, each asked twice by two modalities. */
async function twoArchives(scope: Scope): Promise<string> {
  let asked = 0;
  const perform: Performers = {
    "C-FIND": async function* (_request, { association }) {
      const PatientID = `${association.request.calledAeTitle} ${asked++}`;
      yield { status: 0xff00, dataSet: dataSet({ PatientID }) };
      yield { status: 0x0000 };
    },
  };
  return await recording(scope, { supported: contexts, perform }, async (to) => {
    for (const calledAeTitle of ["NORTH", "SOUTH"]) {
      for (const callingAeTitle of ["CT1", "MR1"]) {
        const titles = { contexts, calledAeTitle, callingAeTitle };
        await associated(to, titles, (user) => find(user, KEYS));
      }
    }
  });
}

test.each<[name: string, calling: string, called: string, expected: readonly string[]]>([
  ["the one with both titles", "MR1", "SOUTH", ["SOUTH 3", "SOUTH 3"]],
  ["those of the called one in their order", "XX1", "SOUTH", ["SOUTH 2", "SOUTH 3", "SOUTH 3"]],
  ["all in their order where no title is known", "XX1", "WEST", ["NORTH 0", "NORTH 1", "SOUTH 2"]],
])("replayAsScp answers from %s", async (_name, callingAeTitle, calledAeTitle, expected) => {
  await inScope(async (scope) => {
    const { to } = await playing(scope, await twoArchives(scope));
    for (const id of expected) {
      const answers = await associated(to, { contexts, callingAeTitle, calledAeTitle }, (user) =>
        find(user, KEYS),
      );
      assert.deepEqual(answers, [`FF00 ${id}`, "0000"]);
    }
  });
});

test("replayAsScp lets a second association go on where the first one left off", async () => {
  await inScope(async (scope) => {
    let asked = 0;
    const perform: Performers = {
      "C-FIND": async function* () {
        yield { status: 0xff00, dataSet: dataSet({ PatientID: String(asked++) }) };
        yield { status: 0x0000 };
      },
    };
    const capture = await recording(scope, { supported: contexts, perform }, (to) =>
      associated(to, { contexts }, async (user) => {
        for (let time = 0; time < 3; time++) await find(user, KEYS);
      }),
    );
    const { to } = await playing(scope, capture);
    const again = await playing(scope, capture, { reuse: "cycle" });
    for (const time of [0, 1, 2]) {
      const ask = (port: typeof to) => associated(port, { contexts }, (user) => find(user, KEYS));
      assert.deepEqual(await ask(to), [`FF00 ${time}`, "0000"]);
      assert.deepEqual(await ask(again.to), ["FF00 0", "0000"]);
    }
  });
});
