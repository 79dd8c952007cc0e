/** Scripts that break one rule of procedure steps each, and those that break none: PS3.4 F.7, CC. */
import { MPPS, type Script, type Step } from "./scripted_association.ts";
import { type Content, STEP_BEGIN, STEP_END } from "./service_data.ts";
import { exchange, scriptOn } from "./service_scripts.ts";
import type { Violation } from "./violations_association.ts";

const UPS = "1.2.840.10008.5.1.4.34.6.1";
const STEP = "2.25.3";
const PERFORMER = "2.25.500";

interface Changes {
  readonly data?: Content | undefined;
  readonly status?: number;
}

export function beginStep(id: number, changes: Changes = {}): readonly Step[] {
  const about = { id, sopClass: MPPS, instance: STEP };
  return exchange("N-CREATE", { ...about, data: STEP_BEGIN, ...changes });
}

export function setStep(id: number, changes: Changes = {}): readonly Step[] {
  const about = { id, sopClass: MPPS, instance: STEP };
  return exchange("N-SET", { ...about, data: STEP_END, ...changes });
}

export function steps(...all: readonly (readonly Step[])[]): Script {
  return scriptOn(MPPS, { steps: all.flat() });
}

const SCHEDULED: Content = { ProcedureStepState: "SCHEDULED", TransactionUID: "" };

export function schedule(id: number, data: Content = SCHEDULED): readonly Step[] {
  return exchange("N-CREATE", { id, sopClass: UPS, instance: STEP, data });
}

export function change(
  id: number,
  asked: { state?: string; transactionUid?: string | undefined; status?: number },
): readonly Step[] {
  const { state, status = 0 } = asked;
  const transactionUid = "transactionUid" in asked ? asked.transactionUid : PERFORMER;
  const data = { ProcedureStepState: state, TransactionUID: transactionUid };
  return exchange("N-ACTION", { id, sopClass: UPS, instance: STEP, type: 1, data, status });
}

export function update(id: number, data: Content, status = 0): readonly Step[] {
  return exchange("N-SET", { id, sopClass: UPS, instance: STEP, data, status });
}

export function unified(...all: readonly (readonly Step[])[]): Script {
  return scriptOn(UPS, { steps: all.flat() });
}

const LABEL: Content = { TransactionUID: PERFORMER, WorklistLabel: "CT" };
const TAKE = { state: "IN PROGRESS" } as const;
const FINISH = { state: "COMPLETED" } as const;

export const STEP_VIOLATIONS: readonly Violation[] = [
  {
    rule: "mpps-state",
    name: "N-CREATE with COMPLETED",
    script: steps(
      beginStep(1, { data: { ...STEP_BEGIN, PerformedProcedureStepStatus: "COMPLETED" } }),
    ),
  },
  {
    rule: "mpps-state",
    name: "N-CREATE without a status",
    script: steps(
      beginStep(1, { data: { ...STEP_BEGIN, PerformedProcedureStepStatus: undefined } }),
    ),
  },
  {
    rule: "mpps-state",
    name: "N-SET with ABANDONED",
    script: steps(
      beginStep(1),
      setStep(2, { data: { PerformedProcedureStepStatus: "ABANDONED" } }),
    ),
  },
  {
    rule: "mpps-transition",
    name: "N-SET after COMPLETED, refused",
    script: steps(beginStep(1), setStep(2), setStep(3, { status: 0x0110 })),
  },
  {
    rule: "step-accepted",
    name: "N-SET after DISCONTINUED",
    script: steps(
      beginStep(1),
      setStep(2, { data: { ...STEP_END, PerformedProcedureStepStatus: "DISCONTINUED" } }),
      setStep(3),
    ),
    also: ["mpps-transition"],
  },
  {
    rule: "mpps-required",
    name: "N-CREATE without a Modality",
    script: steps(beginStep(1, { data: { ...STEP_BEGIN, Modality: "" } })),
  },
  {
    rule: "mpps-final",
    name: "COMPLETED without a series",
    script: steps(
      beginStep(1),
      setStep(2, { data: { ...STEP_END, PerformedSeriesSequence: undefined } }),
    ),
  },
  {
    rule: "mpps-fixed",
    name: "N-SET of the Patient ID",
    script: steps(beginStep(1), setStep(2, { data: { ...STEP_END, PatientID: "SYN-2" } })),
  },
  {
    rule: "ups-state",
    name: "N-CREATE with IN PROGRESS",
    script: unified(schedule(1, { ...SCHEDULED, ProcedureStepState: "IN PROGRESS" })),
  },
  {
    rule: "ups-state",
    name: "N-ACTION without a state",
    script: unified(schedule(1), change(2, { status: 0x0115 })),
  },
  {
    rule: "ups-state",
    name: "N-SET of the state",
    script: unified(
      schedule(1),
      change(2, TAKE),
      update(3, { ...LABEL, ProcedureStepState: "COMPLETED" }, 0xc303),
    ),
  },
  {
    rule: "ups-transition",
    name: "COMPLETED from SCHEDULED, refused",
    script: unified(schedule(1), change(2, { ...FINISH, status: 0xc310 })),
  },
  {
    rule: "ups-transition",
    name: "N-SET of what is COMPLETED, refused",
    script: unified(schedule(1), change(2, TAKE), change(3, FINISH), update(4, LABEL, 0xc300)),
  },
  {
    rule: "step-accepted",
    name: "IN PROGRESS for the second performer",
    script: unified(
      schedule(1),
      change(2, TAKE),
      change(3, { ...TAKE, transactionUid: "2.25.501" }),
    ),
    also: ["ups-transition"],
  },
  {
    rule: "ups-transaction-uid",
    name: "N-CREATE with one",
    script: unified(schedule(1, { ...SCHEDULED, TransactionUID: PERFORMER })),
  },
  {
    rule: "ups-transaction-uid",
    name: "N-ACTION without one",
    script: unified(schedule(1), change(2, { ...TAKE, transactionUid: undefined, status: 0xc301 })),
  },
  {
    rule: "ups-transaction-uid",
    name: "N-SET with that of another, refused",
    script: unified(
      schedule(1),
      change(2, TAKE),
      update(3, { ...LABEL, TransactionUID: "2.25.501" }, 0xc301),
    ),
  },
];

export const CONFORMANT_STEPS: readonly (readonly [name: string, script: Script])[] = [
  [
    "MPPS begun, updated and completed",
    steps(
      beginStep(1),
      setStep(2, {
        data: {
          PerformedProcedureStepStatus: "IN PROGRESS",
          PerformedSeriesSequence: [{ SeriesInstanceUID: "2.25.10" }],
        },
      }),
      setStep(3, { data: { ...STEP_END, PerformedSeriesSequence: undefined } }),
    ),
  ],
  ["MPPS that was begun elsewhere", steps(setStep(1))],
  [
    "UPS scheduled, taken, updated and completed",
    unified(schedule(1), change(2, TAKE), update(3, LABEL), change(4, FINISH)),
  ],
];
