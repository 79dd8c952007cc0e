/**
 * Where procedure steps stand, so that a change is told as one: IN PROGRESS -> COMPLETED. Of MPPS
 * (PS3.4 F.7) and UPS (PS3.4 CC.1.1), whose messages tell only the new state.
 *
 * Rule: bounded; the step that was changed longest ago is forgotten first.
 */
import type { ToldMessage } from "./told_message.ts";

const MAX_STEPS = 10_000;

const PERFORMED_STEP_STATUS = 0x00400252;
const PROCEDURE_STEP_STATE = 0x00741000;

export class StepStates {
  readonly #states = new Map<string, string>();

  of(instanceUid: string): string | undefined {
    return this.#states.get(instanceUid);
  }

  set(instanceUid: string, state: string): void {
    this.#states.delete(instanceUid);
    this.#states.set(instanceUid, state);
    if (this.#states.size <= MAX_STEPS) return;
    const [oldest] = this.#states.keys();
    if (oldest !== undefined) this.#states.delete(oldest);
  }
}

/** What a request makes of a step, if it succeeds; undefined where it changes no state. */
export function newState({ data }: ToldMessage): string | undefined {
  return data.text(PERFORMED_STEP_STATUS) ?? data.text(PROCEDURE_STEP_STATE);
}

/** `IN PROGRESS -> COMPLETED`, or the new state alone. */
export function stateChange(message: ToldMessage): string | undefined {
  const state = newState(message);
  const { stateBefore } = message;
  if (state === undefined || stateBefore === undefined || stateBefore === state) return state;
  return `${stateBefore} -> ${state}`;
}
