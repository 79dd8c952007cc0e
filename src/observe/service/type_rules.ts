/**
 * Numbers and names that a service defines: Action Type ID and Event Type ID (PS3.4 H, J, S, CC),
 * and instances with a well-known UID (PS3.4 H.4.6.4, J.3.5).
 */
import { uidName } from "../../dictionary/uids.ts";
import { quoted } from "../finding.ts";
import type { ServiceMessage } from "./service_message.ts";
import { UPS_CLASSES } from "./ups_watch.ts";

interface ServiceTypes {
  readonly section: string;
  readonly actions?: readonly number[];
  readonly events?: readonly number[];
  readonly instance?: string;
}

const UPS: ServiceTypes = {
  section: "PS3.4 CC.2",
  actions: [1, 2, 3, 4, 5],
  events: [1, 2, 3, 4, 5],
};

const SERVICES: ReadonlyMap<string, ServiceTypes> = new Map([
  ["1.2.840.10008.5.1.1.1", { section: "PS3.4 H.4.1", actions: [1] }],
  ["1.2.840.10008.5.1.1.2", { section: "PS3.4 H.4.2", actions: [1] }],
  ["1.2.840.10008.5.1.1.14", { section: "PS3.4 H.4.5", events: [1, 2, 3, 4] }],
  [
    "1.2.840.10008.5.1.1.16",
    { section: "PS3.4 H.4.6", events: [1, 2, 3], instance: "1.2.840.10008.5.1.1.17" },
  ],
  [
    "1.2.840.10008.5.1.1.16.376",
    { section: "PS3.4 H.4.11", instance: "1.2.840.10008.5.1.1.17.376" },
  ],
  [
    "1.2.840.10008.1.20.1",
    { section: "PS3.4 J.3", actions: [1], events: [1, 2], instance: "1.2.840.10008.1.20.1.1" },
  ],
  ["1.2.840.10008.5.1.1.33", { section: "PS3.4 S.3.2", actions: [1, 2] }],
  ...[...UPS_CLASSES].map((uid) => [uid, UPS] as const),
]);

export function checkTypes(message: ServiceMessage): void {
  const { command, sopClass, instance, say } = message;
  if (!message.isRequest || !command.startsWith("N-")) return;
  const service = SERVICES.get(sopClass);
  if (service === undefined) return;
  const { section, actions, events } = service;
  const name = uidName(sopClass);
  const action = message.number("ActionTypeID");
  if (action !== undefined && actions?.includes(action) === false) {
    say("type-id", `Action Type ID ${action}: ${name} has ${actions.join(", ")}`, section);
  }
  const event = message.number("EventTypeID");
  if (event !== undefined && events?.includes(event) === false) {
    say("type-id", `Event Type ID ${event}: ${name} has ${events.join(", ")}`, section);
  }
  if (service.instance !== undefined && instance !== undefined && instance !== service.instance) {
    say(
      "well-known-instance",
      `${command} of instance ${quoted(instance)}; ${name} has ${service.instance} alone`,
      section,
    );
  }
}
