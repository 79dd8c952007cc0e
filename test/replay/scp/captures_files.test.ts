import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { NothingRecorded } from "../../../replay/source/nothing_recorded.ts";
import { ask } from "../../support/dimse_peer.ts";
import { fuzzRounds, mutated, seededRandom } from "../../support/fuzz.ts";
import { inScope } from "../../support/process.ts";
import { ROOT } from "../../support/runtimes.ts";
import {
  associated,
  CT,
  dataSet,
  find,
  IMPLICIT,
  type Playing,
  playing,
  recording,
  STUDY_FIND,
} from "./recording.ts";

const SERVICES = join(ROOT, "test/captures/services");
const V1 = join(ROOT, "test/captures/v1");
const VERIFICATION = { contexts: ["Verification"] } as const;

describe("replayAsScp and captures", () => {
  test("dcmjs-dimse gets the recorded statuses of DIMSE-N", async () => {
    await inScope(async (scope) => {
      const { to, requests } = await playing(scope, SERVICES);
      const planned = "1.2.840.10008.5.1.4.34.6.1";
      const PUSH = { sopClass: planned, instance: "2.25.77" } as const;
      const statuses = await ask(
        [
          { ...PUSH, command: "N-CREATE", data: { ProcedureStepState: "SCHEDULED" } },
          { ...PUSH, command: "N-GET" },
        ],
        { port: to.port, calling: "PLANNER", called: "MANAGER" },
      );
      assert.deepEqual(statuses, [0x0000, 0x0000], JSON.stringify(requests, null, 1));
      assert.deepEqual(
        requests.map(({ matched }) => matched),
        [true, true],
      );
    });
  });

  test.each(readdirSync(V1).filter((name) => name.endsWith(".dcap")))(
    "plays of %s what it can, and goes on",
    async (name) => {
      await inScope(async (scope) => {
        const { to } = await playing(scope, join(V1, name));
        await associated(to, VERIFICATION, async (user) => {
          assert.equal((await user.invoke({ operation: "C-ECHO" }).final()).status, 0x0000);
        });
      });
    },
  );

  test("plays what can be read of damaged captures, and names the rest", async () => {
    const whole = readFileSync(join(SERVICES, "study_1.dcap"));
    const random = seededRandom(11);
    const counts = { answered: 0, problems: 0, refused: 0 };
    const rounds = fuzzRounds(25, 500);
    for (let round = 0; round < rounds; round++) {
      await inScope(async (scope) => {
        const path = join(scope.tempDir(), "damaged.dcap");
        const cut = round % 2 === 0 ? whole.subarray(0, 1 + random(whole.length)) : whole;
        writeFileSync(path, round % 2 === 0 ? cut : mutated(cut, random));
        const played = await playing(scope, path).catch((error: unknown) => error);
        if (played instanceof NothingRecorded) {
          assert.match(played.message, /^There is no association in .*damaged\.dcap: /);
          counts.refused += 1;
          return;
        }
        assert.ok(!(played instanceof Error), String(played));
        const { to, scp, requests } = played as Playing;
        await associated(
          to,
          { contexts: ["ModalityWorklistInformationModelFind"] },
          async (user) => {
            const keys = { ScheduledProcedureStepSequence: [{ Modality: "CT" }] };
            const sopClass = "1.2.840.10008.5.1.4.31";
            const invocation = user.invoke({
              operation: "C-FIND",
              sopClass,
              dataSet: dataSet(keys),
            });
            await invocation.final();
          },
        );
        counts.answered += requests.length;
        counts.problems += scp.problems.length;
      });
    }
    console.log(
      `damaged captures: ${rounds} played, ${counts.answered} requests answered, ${counts.problems} problems named, ${counts.refused} with nothing left`,
    );
    assert.equal(counts.answered + counts.refused, rounds);
    assert.ok(counts.answered > rounds / 4);
    assert.ok(counts.problems > 0);
  });

  test("answers nothing where the capture breaks off inside of the answer", async () => {
    await inScope(async (scope) => {
      const big = "x".repeat(10_000);
      const pacs = {
        supported: [STUDY_FIND, CT],
        perform: {
          "C-FIND": async function* () {
            yield { status: 0xff00, dataSet: dataSet({ PatientID: "1", PatientComments: big }) };
            yield { status: 0x0000 };
          },
        },
      };
      const capture = await recording(scope, pacs, async (to) => {
        await associated(to, { contexts: [STUDY_FIND] }, (user) => find(user, {}));
      });
      const cut = join(scope.tempDir(), "cut.dcap");
      // The end of the file is gone: the answer is there in part, and no final one.
      writeFileSync(cut, readFileSync(capture).subarray(0, 6_000));
      // An association without a request is there to be played.
      const other = await recording(scope, pacs, async (to) => {
        await associated(to, { contexts: [STUDY_FIND] }, async () => undefined);
      });
      const { to, scp, requests } = await playing(scope, [cut, other]);
      const contexts = [{ abstractSyntax: STUDY_FIND, transferSyntaxes: [IMPLICIT] }];
      await associated(to, { contexts }, async (user) => {
        assert.deepEqual(await find(user, {}), ["C000"]);
      });
      assert.ok(scp.problems.length > 0);
      assert.equal(requests[0]?.matched, false);
    });
  });
});
