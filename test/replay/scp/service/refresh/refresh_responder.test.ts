import assert from "node:assert/strict";
import { afterAll, describe, test } from "vitest";
import type { RecordedAssociation } from "../../../../../replay/recorded.ts";
import { daysBetween, localDay } from "../../../../../replay/rewrite/dates.ts";
import { InstanceMap } from "../../../../../replay/scp/instance_map.ts";
import { Library } from "../../../../../replay/scp/library.ts";
import type { LiveAnswer, LiveRequest } from "../../../../../replay/scp/responder.ts";
import { RefreshResponder } from "../../../../../replay/scp/service/refresh/refresh_responder.ts";
import { shiftedSchedule } from "../../../../../replay/scp/service/refresh/shifted_schedule.ts";
import { openRecordings } from "../../../../../replay/source/recordings.ts";
import { DataSet } from "../../../../../src/dataset/data_set.ts";
import { assigned } from "../../../../../src/service/assignments.ts";
import { openAssociation } from "../../../../../src/service/open_association.ts";
import { Scope } from "../../../../support/process.ts";
import { beforeFirst } from "../../../../support/shared.ts";
import { at, recordedPacs, whilePlaying } from "../recorded_pacs.ts";

const WORKLIST = "1.2.840.10008.5.1.4.31";
const STEP = "ScheduledProcedureStepSequence[0]";
const DATE = `${STEP}.ScheduledProcedureStepStartDate`;

/** That many days after a day, both "20260203". */
function later(day: string, days: number): string {
  const date = new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10).replaceAll("-", "");
}

describe("RefreshResponder", () => {
  const scope = new Scope();
  let recordedOn: string;
  let capture: string;

  const row = (number: number, day: string): DataSet =>
    assigned([
      `PatientID=P${number}`,
      "PatientBirthDate=19700101",
      `StudyInstanceUID=2.25.${number}`,
      `${DATE}=${day}`,
      `${STEP}.ScheduledProcedureStepStartTime=0900`,
      `${STEP}.ScheduledProcedureStepID=S${number}`,
    ]);
  const query = (dates: string): string[] => [
    "PatientID",
    "PatientBirthDate",
    "StudyInstanceUID",
    `${DATE}=${dates}`,
    `${STEP}.ScheduledProcedureStepID`,
  ];

  beforeFirst(async () => {
    // Again where midnight came meanwhile.
    do await record();
    while (recordedOn !== localDay(Date.now()));
  });
  afterAll(() => scope.close());

  async function record(): Promise<void> {
    recordedOn = localDay(Date.now());
    const rows = [row(1, recordedOn), row(2, later(recordedOn, 1))];
    capture = await recordedPacs({
      scope,
      contexts: [WORKLIST],
      perform: {
        "C-FIND": async function* (request) {
          await request.read();
          for (const dataSet of rows) yield { status: 0xff00, dataSet };
          yield { status: 0x0000 };
        },
      },
      work: async (user) => {
        const dataSet = assigned(query(`${recordedOn}-${later(recordedOn, 1)}`));
        await user.invoke({ operation: "C-FIND", sopClass: WORKLIST, dataSet }).final();
      },
    });
  }

  /** What is answered so many days after the recording, to one SCU with new studies. */
  async function asked(
    days: number,
    keys: readonly string[],
    { instances }: { readonly instances?: InstanceMap } = {},
  ) {
    using recordings = openRecordings([capture]);
    const library = new Library(recordings.associations());
    const today = later(recordedOn, days);
    const seen: string[] = [];
    const responder = new RefreshResponder({
      today: () => today,
      newStudies: instances !== undefined,
      inner: [
        {
          answer: async (request: LiveRequest) => {
            const identifier = (await request.identifier()) ?? new DataSet([]);
            seen.push(identifier.text(DATE) ?? "");
            const answers = library.associations.flatMap(answersOf);
            return { by: "keys", answers };
          },
        },
      ],
    });
    const request = { operation: "C-FIND", sopClassUid: WORKLIST } as const;
    const live = { ...request, identifier: async () => assigned(keys), server: { instances } };
    const rows: DataSet[] = [];
    for (let time = 1; time <= (instances === undefined ? 1 : 2); time++) {
      const answered = await responder.answer(live as unknown as LiveRequest, library);
      for await (const { dataSet } of answered?.answers ?? []) {
        if (dataSet instanceof DataSet) rows.push(dataSet);
      }
    }
    return { seen, rows };
  }

  function answersOf({ messages }: RecordedAssociation): LiveAnswer[] {
    return messages.flatMap(({ command, dataSet }) => {
      return command === "C-FIND-RSP" && dataSet !== undefined ? [{ status: 0xff00, dataSet }] : [];
    });
  }

  test("keys are moved back, answers forward, birthdays and UIDs stay", async () => {
    for (const days of [1, 7, 400]) {
      const today = later(recordedOn, days);
      const { seen, rows } = await asked(days, query(`${today}-${later(today, 1)}`));
      assert.deepEqual(seen, [`${recordedOn}-${later(recordedOn, 1)}`]);
      assert.deepEqual(
        rows.map((one) => one.text(DATE)),
        [today, later(today, 1)],
      );
      assert.deepEqual(
        rows.map((one) => one.text("PatientBirthDate")),
        Array(2).fill("19700101"),
      );
      assert.deepEqual(
        rows.map((one) => one.text("StudyInstanceUID")),
        ["2.25.1", "2.25.2"],
      );
    }
  });

  test("on the day of the recording it changes nothing", async () => {
    const { seen, rows } = await asked(0, query(recordedOn));
    assert.deepEqual(seen, [recordedOn]);
    assert.equal(rows.length, 0, "answers go out as recorded octets");
  });

  test("gives each study a new UID that stays, on the day of the recording too", async () => {
    const others = new Set<string>();
    for (const days of [0, 3]) {
      const instances = new InstanceMap();
      const today = later(recordedOn, days);
      const { rows } = await asked(days, query(`${today}-${later(today, 1)}`), { instances });
      const [first, second, again, ...more] = rows.map((one) => one.text("StudyInstanceUID") ?? "");
      assert.match(first ?? "", /^2\.25\.\d{30,39}$/);
      assert.notEqual(first, second);
      assert.deepEqual([again, ...more], [first, second], "asked twice");
      assert.equal(instances.recordedOf(first ?? ""), "2.25.1");
      assert.equal(instances.liveOf("2.25.2"), second);
      assert.deepEqual(
        rows.slice(0, 2).map((one) => one.text(`${STEP}.ScheduledProcedureStepID`)),
        ["S1", "S2"],
      );
      others.add(first ?? "");
    }
    assert.equal(others.size, 2, "other ones each time it is played");
  });

  test("a study whose new UID was forgotten meanwhile is found under it again", async () => {
    class Forgetful extends InstanceMap {
      forgets = true;
      override learn(recorded: string, live: string): void {
        if (!this.forgets) super.learn(recorded, live);
        this.forgets = false;
      }
    }
    const instances = new Forgetful();
    const { rows } = await asked(0, query(recordedOn), { instances });
    const [first] = rows;
    assert.equal(instances.recordedOf(first?.text("StudyInstanceUID") ?? ""), "2.25.1");
  });

  test("with new studies a study is found under the UID that the worklist gave", async () => {
    const options = { captures: [capture], refresh: true, newStudies: true, archive: true };
    await whilePlaying(options, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [WORKLIST] });
      const studies = async (key: string): Promise<readonly (string | undefined)[]> => {
        const dataSet = assigned(["PatientID", key, `${STEP}.ScheduledProcedureStepID`]);
        const found: (string | undefined)[] = [];
        for await (const response of user.invoke({
          operation: "C-FIND",
          sopClass: WORKLIST,
          dataSet,
        })) {
          if (!response.final) found.push((await response.read())?.text("StudyInstanceUID"));
        }
        return found;
      };
      const all = await studies("StudyInstanceUID");
      assert.equal(all.length, 2);
      assert.ok(!all.includes("2.25.1"), all.join());
      for (const uid of all) assert.deepEqual(await studies(`StudyInstanceUID=${uid}`), [uid]);
    });
  });

  test("other services are not its own", async () => {
    const responder = new RefreshResponder({ inner: [] });
    const request = { operation: "C-FIND", sopClassUid: "1.2.840.10008.5.1.4.1.2.2.1" };
    assert.equal(await responder.answer(request as LiveRequest, new Library([])), undefined);
  });

  test("with --archive today's step is found by today's date", async () => {
    await whilePlaying({ captures: [capture], refresh: true, archive: true }, async ({ port }) => {
      await using user = await openAssociation({ ...at(port), contexts: [WORKLIST] });
      const today = localDay(Date.now());
      const moved = daysBetween(recordedOn, today);
      const found: (string | undefined)[] = [];
      const dataSet = assigned(query(today));
      for await (const response of user.invoke({
        operation: "C-FIND",
        sopClass: WORKLIST,
        dataSet,
      })) {
        if (!response.final) found.push((await response.read())?.text("PatientID"));
      }
      // A test that runs into the next day finds the same row: it has moved along.
      assert.deepEqual(found, ["P1"], `${moved} days`);
    });
  });

  test("shiftedSchedule() keeps what it cannot read", () => {
    const odd = assigned([`${DATE}=2026`, "StudyDate=20260203"]);
    assert.equal(shiftedSchedule(odd, 3), odd);
    const range = assigned([`${DATE}=20260228-`]);
    assert.equal(shiftedSchedule(range, 1).text(DATE), "20260301-");
  });
});
