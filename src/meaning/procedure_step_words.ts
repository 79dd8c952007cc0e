/** Unified Procedure Step (PS3.4 CC): its state, what is asked of it, what is reported. */
import { numberOf } from "../dimse/command_set.ts";
import { className } from "./names.ts";
import type { ServiceWords } from "./outcome.ts";
import { stateChange } from "./step_states.ts";
import type { ToldMessage } from "./told_message.ts";
import { shortened, shownValue } from "./values.ts";

const LABEL = 0x00741204; // Procedure Step Label
const PRIORITY = 0x00741200; // Scheduled Procedure Step Priority
const PROGRESS = 0x00741004;
const PROGRESS_INFORMATION = 0x00741002;
const RECEIVING_AE = 0x00741234;
const CANCELATION_REASON = 0x00741238;
const SCP_STATUS = 0x00741242;

/** PS3.4 Table CC.2-1 and CC.2.4. */
const ACTIONS: Readonly<Record<number, string>> = {
  1: "change state",
  2: "request cancel",
  3: "subscribe",
  4: "unsubscribe",
  5: "suspend global subscription",
};

const EVENTS: Readonly<Record<number, string>> = {
  1: "state report",
  2: "cancel requested",
  3: "progress report",
  4: "SCP status change",
  5: "assigned",
};

const SUBSCRIPTIONS: ReadonlyMap<string, string> = new Map([
  ["1.2.840.10008.5.1.4.34.5", "to all steps"],
  ["1.2.840.10008.5.1.4.34.5.1", "to a filter of steps"],
]);

/** `UPS Push, change state, IN PROGRESS, step 1.2.3`. */
export const procedureStepWords: ServiceWords = {
  request: (request) => {
    const { sopClassUid, instanceUid, commandSet } = request;
    const action = numberOf(commandSet, "ActionTypeID");
    const event = numberOf(commandSet, "EventTypeID");
    const which = instanceUid === undefined ? undefined : SUBSCRIPTIONS.get(instanceUid);
    return [
      className(sopClassUid),
      action === undefined ? undefined : (ACTIONS[action] ?? `action ${action}`),
      event === undefined ? undefined : (EVENTS[event] ?? `event ${event}`),
      ...stateWords(request),
      instanceUid === undefined ? undefined : (which ?? `step ${instanceUid}`),
    ].filter((part) => part !== undefined);
  },
  result: ({ response, status }) => {
    const words = stateWords(response);
    return status === 0 && words.length > 0 ? words.join(", ") : undefined;
  },
};

function stateWords(message: ToldMessage): (string | undefined)[] {
  const { data } = message;
  const [progress] = data.items(PROGRESS_INFORMATION);
  const percent = progress?.text(PROGRESS) ?? data.text(PROGRESS);
  const label = shownValue(data, data.element(LABEL), message);
  const receiver = data.text(RECEIVING_AE);
  const reason = data.text(CANCELATION_REASON);
  return [
    stateChange(message),
    label === undefined ? undefined : `"${label}"`,
    data.text(PRIORITY)?.concat(" priority"),
    percent === undefined ? undefined : `${percent} % done`,
    receiver === undefined ? undefined : `for ${receiver}`,
    reason === undefined ? undefined : `because: ${shortened(reason)}`,
    data.text(SCP_STATUS),
  ].filter((part) => part !== undefined);
}
