/** C-GET: PS3.7 9.3.3 and Table 9.3-6, PS3.4 C.4.3. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { encodeCommandSet } from "../../../src/dimse/encode_command_set.ts";
import type { Role } from "../../../src/role.ts";
import { COMMAND, LAST, pDataBytes, type Values } from "../../support/dimse_stream.ts";
import {
  ac,
  CT,
  GET,
  idsOf,
  played,
  rq,
  type Script,
  type Step,
  says,
} from "../../support/scripted_association.ts";
import { dataSetOf, STORE_DATA, STUDY_IDENTIFIER } from "../../support/service_data.ts";

const ON = 9;
const REQUEST: Values = {
  AffectedSOPClassUID: GET,
  CommandField: 0x0010,
  MessageID: 7,
  Priority: 0,
  CommandDataSetType: 1,
};
const ROLES = { item: "SCP/SCU role selection", sopClassUid: CT, scuRole: 0, scpRole: 1 } as const;

/** The C-GET-RQ with its Identifier, as the requestor sends it. */
function asks(changes: Values, identifier: Uint8Array | null = STUDY_IDENTIFIER): Step[] {
  const command = encodeCommandSet({ ...REQUEST, ...changes });
  return [
    ["requestor", pDataBytes([ON, COMMAND | LAST, command])],
    ...(identifier === null ? [] : [["requestor", pDataBytes([ON, LAST, identifier])] as const]),
  ];
}

function answers(status: number, counts: Values, dataSet?: Uint8Array): Step {
  const values = { MessageIDBeingRespondedTo: 7, Status: status, ...counts };
  return says("acceptor", "C-GET-RSP", { values, on: "get", ...(dataSet && { dataSet }) });
}

function counted(
  remaining: number | undefined,
  completed: number,
  failed = 0,
  warning = 0,
): Values {
  return {
    ...(remaining !== undefined && { NumberOfRemainingSuboperations: remaining }),
    NumberOfCompletedSuboperations: completed,
    NumberOfFailedSuboperations: failed,
    NumberOfWarningSuboperations: warning,
  };
}

/** A C-STORE sub-operation and its answer. */
function stores(
  id: number,
  { by = "acceptor", status = 0 }: { by?: Role; status?: number } = {},
): Step[] {
  const values = {
    AffectedSOPClassUID: CT,
    MessageID: id,
    Priority: 0,
    AffectedSOPInstanceUID: "2.25.1",
  };
  const other = by === "acceptor" ? "requestor" : "acceptor";
  const answer = { MessageIDBeingRespondedTo: id, Status: status };
  return [
    says(by, "C-STORE-RQ", { values, on: "store", dataSet: STORE_DATA }),
    says(other, "C-STORE-RSP", { values: answer, on: "store" }),
  ];
}

function script(steps: readonly Step[], roles = true): Script {
  const more = roles ? [ROLES] : [];
  return { rq: rq({ more }), ac: ac({ more }), steps };
}

const NOTHING = answers(0, counted(undefined, 0));

describe("C-GET-RQ", () => {
  test("any Command Data Set Type but 0101H announces the Identifier, 0102H of old too", () => {
    for (const type of [0x0000, 0x0001, 0x0100, 0x0102, 0xffff]) {
      const steps = [...asks({ CommandDataSetType: type }), NOTHING];
      const observed = played(script(steps));
      assert.deepEqual(idsOf(observed), [], `${type}`);
      assert.equal(observed.messages[0]?.message.dataSet?.length, STUDY_IDENTIFIER.length);
    }
    const without = [...asks({ CommandDataSetType: 0x0101 }, null), NOTHING];
    assert.deepEqual(idsOf(played(script(without))), ["data-set-required"]);
  });

  test("has the Priority 0, 1 or 2", () => {
    for (let priority = 0; priority < 10; priority++) {
      const due = priority > 2 ? ["command-priority"] : [];
      assert.deepEqual(idsOf(played(script([...asks({ Priority: priority }), NOTHING]))), due);
    }
  });
});

describe("C-GET", () => {
  test("S-08 sub-operations come on this association, and are counted as they were answered", () => {
    const cases: readonly (readonly [steps: readonly Step[], due: string[]])[] = [
      [
        [
          ...stores(1),
          answers(0xff00, counted(1, 1)),
          ...stores(2),
          answers(0, counted(undefined, 2)),
        ],
        [],
      ],
      [[...stores(1), answers(0, counted(undefined, 2))], ["suboperations-differ"]],
      [[...stores(1), ...stores(2), answers(0, counted(undefined, 1))], ["suboperations-differ"]],
      // never tried, for want of a context
      [[answers(0xa702, counted(undefined, 0, 2), failedList(2))], []],
      [[...stores(1, { status: 0xb007 }), answers(0xb000, counted(undefined, 0, 0, 1))], []],
      [
        [...stores(1, { status: 0xa700 }), answers(0, counted(undefined, 1))],
        ["suboperations-differ"],
      ],
      [
        [
          ...stores(1),
          answers(0xff00, counted(1, 1)),
          answers(0xff00, counted(2, 1)),
          answers(0, counted(undefined, 1)),
        ],
        ["suboperations-total"],
      ],
    ];
    for (const [steps, due] of cases) {
      assert.deepEqual(idsOf(played(script([...asks({}), ...steps]))), due);
    }
    console.log(`S-08: ${cases.length} flows of C-GET`);
  });

  test("S-08 C-STOREs need the SCP role of the requestor", () => {
    const steps = [...asks({}), ...stores(1), answers(0, counted(undefined, 1))];
    assert.deepEqual(idsOf(played(script(steps, false))), ["request-role"]);
  });

  test("S-08 what is canceled was asked to be", () => {
    const cancel = says("requestor", "C-CANCEL-RQ", {
      values: { MessageIDBeingRespondedTo: 7 },
      on: "get",
    });
    const canceled = answers(0xfe00, counted(1, 1));
    assert.deepEqual(idsOf(played(script([...asks({}), ...stores(1), cancel, canceled]))), []);
    assert.deepEqual(idsOf(played(script([...asks({}), ...stores(1), canceled]))), [
      "cancel-unasked",
    ]);
    // a race: the cancel comes too late
    const late = [...asks({}), ...stores(1), answers(0, counted(undefined, 1)), cancel];
    assert.deepEqual(idsOf(played(script(late))), []);
  });

  test("S-08 octets that were not seen make no count wrong", () => {
    const steps: Step[] = [
      ...asks({}),
      ...stores(1),
      { gap: "requestor", length: 0 },
      answers(0, counted(undefined, 5)),
    ];
    const ids = idsOf(played(script(steps)));
    assert.equal(ids.includes("suboperations-differ"), false);
  });
});

function failedList(count: number): Uint8Array {
  const uids = Array.from({ length: count }, (_, at) => `2.25.${at + 1}`);
  return dataSetOf({ FailedSOPInstanceUIDList: uids });
}
