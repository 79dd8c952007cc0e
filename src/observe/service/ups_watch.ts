/**
 * Unified Procedure Step: PS3.4 CC. SCHEDULED at its creation; a performer takes it with a
 * Transaction UID (IN PROGRESS), and with that same UID alone it is changed, COMPLETED or CANCELED
 * (Table CC.1.1-2).
 *
 * Rule: to ask for a change that is not to be had is a warning, as states change behind the
 * asker's back; to grant it is an error.
 * Rule: states change out of sight too. What is SCHEDULED here may be IN PROGRESS by now; a final
 * state, and who performs a step, stay as they were.
 */
import { quoted } from "../finding.ts";
import type { BoundedMap } from "./bounded_map.ts";
import type { DataSetHead } from "./data_set_head.ts";
import type { ServiceMessage } from "./service_message.ts";

export interface UnifiedStep {
  /** One of the four that the standard has. */
  readonly state: string;
  /** Of its performer; undefined where nobody saw it. */
  readonly transactionUid: string | undefined;
}

export type UnifiedSteps = BoundedMap<string, UnifiedStep>;

/** UPS Push, Watch, Pull, Event, Query: one instance, negotiated under any of them. */
export const UPS_CLASSES: ReadonlySet<string> = new Set(
  [1, 2, 3, 4, 5].map((last) => `1.2.840.10008.5.1.4.34.6.${last}`),
);

const PROCEDURE_STEP_STATE = 0x00741000;
const TRANSACTION_UID = 0x00081195;
const CHANGE_STATE = 1;
const STATES: readonly string[] = ["SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED"];
const FINAL: readonly string[] = ["COMPLETED", "CANCELED"];

export class UpsWatch {
  readonly #steps: UnifiedSteps;

  constructor(steps: UnifiedSteps) {
    this.#steps = steps;
  }

  message(message: ServiceMessage): void {
    if (!UPS_CLASSES.has(message.sopClass)) return;
    const { head, instance } = message;
    if (head === undefined || head.findings.length > 0) {
      // it may have changed the state
      if (message.isRequest && instance !== undefined) this.#steps.delete(instance);
      return;
    }
    switch (message.command) {
      case "N-CREATE-RQ":
        this.#create(message, head);
        return;
      case "N-SET-RQ":
        this.#set(message, head);
        return;
      case "N-ACTION-RQ":
        if (message.number("ActionTypeID") === CHANGE_STATE) this.#change(message, head);
        return;
      case "N-EVENT-REPORT-RQ":
        this.#learn(message.instance, head.text(PROCEDURE_STEP_STATE));
        return;
    }
  }

  #create(message: ServiceMessage, head: DataSetHead): void {
    const { instance, say } = message;
    const section = "PS3.4 CC.2.5.1";
    const state = head.text(PROCEDURE_STEP_STATE);
    if (head.isEmpty(PROCEDURE_STEP_STATE)) {
      say("ups-state", "N-CREATE has no Procedure Step State (0074,1000)", section);
    } else if (state !== undefined && state !== "SCHEDULED") {
      say("ups-state", `N-CREATE with state ${quoted(state)}; SCHEDULED is due`, section);
    }
    if (head.text(TRANSACTION_UID) !== undefined) {
      say("ups-transaction-uid", "N-CREATE gives a Transaction UID; its performer will", section);
    }
    message.whenAnswered((response) => {
      const created = response.instance ?? instance;
      if (!response.isDone || created === undefined) return;
      this.#steps.set(created, { state: "SCHEDULED", transactionUid: undefined });
    });
  }

  #set(message: ServiceMessage, head: DataSetHead): void {
    const { instance, say } = message;
    if (head.has(PROCEDURE_STEP_STATE)) {
      const text = "N-SET has a Procedure Step State; N-ACTION alone changes it";
      say("ups-state", text, "PS3.4 CC.2.6");
    }
    const known = instance === undefined ? undefined : this.#steps.get(instance);
    if (known === undefined) return;
    const wrong = wrongUid(known, head);
    if (wrong !== undefined) say("ups-transaction-uid", `N-SET ${wrong}`, "PS3.4 CC.2.6");
    const isOver = FINAL.includes(known.state);
    if (isOver) say("ups-transition", `N-SET of a step that is ${known.state}`, "PS3.4 CC.2.6");
    if (wrong === undefined && !isOver) return;
    message.whenAnswered((response) => {
      if (!response.isDone) return;
      const due = isOver ? "C300H" : "C301H";
      response.say("step-accepted", `N-SET is accepted; ${due} is due`, "PS3.4 CC.2.6.3");
    });
  }

  #change(message: ServiceMessage, head: DataSetHead): void {
    const { instance, say } = message;
    if (instance === undefined) return;
    const section = "PS3.4 CC.2.1";
    const asked = head.text(PROCEDURE_STEP_STATE);
    const transactionUid = head.text(TRANSACTION_UID);
    if (head.isEmpty(PROCEDURE_STEP_STATE)) {
      say("ups-state", "N-ACTION Change UPS State names no Procedure Step State", section);
    } else if (asked !== undefined && !(STATES.includes(asked) && asked !== "SCHEDULED")) {
      const text = `N-ACTION asks for state ${quoted(asked)}; IN PROGRESS, COMPLETED and CANCELED can be had`;
      say("ups-state", text, section);
    }
    if (head.isEmpty(TRANSACTION_UID)) {
      say("ups-transaction-uid", "N-ACTION Change UPS State has no Transaction UID", section);
    }
    const known = this.#steps.get(instance);
    const refusal = known && asked !== undefined ? refusalOf(known, asked) : undefined;
    const wrong = known && refusal === undefined ? wrongUid(known, head) : undefined;
    if (wrong !== undefined) say("ups-transaction-uid", `N-ACTION ${wrong}`, section);
    const isCertain = refusal !== undefined && known?.state !== "SCHEDULED";
    const due = isCertain ? refusal : wrong === undefined ? undefined : "C301H";
    const to = quoted(asked ?? "");
    if (isCertain)
      say("ups-transition", `N-ACTION asks for ${to} of a step that is ${known?.state}`);
    message.whenAnswered((response) => {
      if (refusal !== undefined && !isCertain && !response.isDone) {
        const text = `${to} was asked for, and refused, of a step that was ${known?.state}`;
        response.say("ups-transition", text);
      }
      // B304H, B306H: it is in that state already, which is no change
      if (response.status !== 0) return;
      if (due !== undefined) {
        const text = `The change to ${to} is granted; ${due} is due`;
        response.say("step-accepted", text, section);
      }
      if (asked === undefined || !STATES.includes(asked)) this.#steps.delete(instance);
      else this.#steps.set(instance, { state: asked, transactionUid });
    });
  }

  #learn(instance: string | undefined, state: string | undefined): void {
    if (instance === undefined || state === undefined || !STATES.includes(state)) return;
    const transactionUid = this.#steps.get(instance)?.transactionUid;
    this.#steps.set(instance, { state, transactionUid });
  }
}

/** The Status that is due; undefined where the change is legal (PS3.4 Table CC.1.1-2). */
export function refusalOf(
  { state }: Pick<UnifiedStep, "state">,
  asked: string,
): string | undefined {
  if (asked === "SCHEDULED") return "C303H";
  switch (state) {
    case "SCHEDULED":
      return asked === "IN PROGRESS" ? undefined : "C310H";
    case "IN PROGRESS":
      return asked === "IN PROGRESS" ? "C302H" : undefined;
    case "COMPLETED":
      return asked === "COMPLETED" ? "B306H" : asked === "CANCELED" ? "C311H" : "C300H";
    default:
      return asked === "CANCELED" ? "B304H" : "C300H";
  }
}

/** A step that is IN PROGRESS is changed by whoever has its Transaction UID. */
function wrongUid({ state, transactionUid }: UnifiedStep, head: DataSetHead): string | undefined {
  if (state !== "IN PROGRESS" || transactionUid === undefined) return undefined;
  const given = head.text(TRANSACTION_UID);
  if (given === transactionUid) return undefined;
  if (given !== undefined) return `has Transaction UID ${quoted(given)}, not that of the performer`;
  return head.isEmpty(TRANSACTION_UID)
    ? "of a step that is IN PROGRESS has no Transaction UID"
    : undefined;
}
