/** Whatever has no words of its own: the names of class, instance, action and event. */

import { uidEntry } from "../dictionary/uids.ts";
import { numberOf } from "../dimse/command_set.ts";
import { className } from "./names.ts";
import type { ServiceWords } from "./outcome.ts";

export const otherWords: ServiceWords = {
  request: ({ sopClassUid, instanceUid, commandSet }) => {
    const action = numberOf(commandSet, "ActionTypeID");
    const event = numberOf(commandSet, "EventTypeID");
    return [
      sopClassUid === "" ? undefined : className(sopClassUid),
      action === undefined ? undefined : `action ${action}`,
      event === undefined ? undefined : `event ${event}`,
      instanceUid === undefined ? undefined : instanceWords(instanceUid),
    ].filter((part) => part !== undefined);
  },
};

/** "instance 1.2.3"; a well-known one is what its class says already. */
export function instanceWords(uid: string): string | undefined {
  return uidEntry(uid) === undefined ? `instance ${uid}` : undefined;
}
