/**
 * Responses against their requests (PS3.7 9.1 and 10.1: parameters with "=" have the value of the
 * request), and who names the instance of an N-CREATE (PS3.7 10.1.5.1.4).
 */
import { quoted } from "../finding.ts";
import type { ServiceMessage } from "./service_message.ts";

export function checkAnswer(message: ServiceMessage): void {
  if (!message.isRequest || message.command === "C-CANCEL-RQ") return;
  const { sopClass, instance } = message;
  const event = message.number("EventTypeID");
  const action = message.number("ActionTypeID");
  const creates = message.command === "N-CREATE-RQ";
  message.whenAnswered((response) => {
    const { command, say } = response;
    const section = command.startsWith("N-") ? "PS3.7 10.1" : "PS3.7 9.1";
    const compare = (keyword: string, asked: string | number | undefined) => {
      const value = response.commandSet.values[keyword];
      if (asked === undefined || value === undefined || value === null || value === asked) return;
      const both = [value, asked].map((one) => (typeof one === "number" ? one : quoted(`${one}`)));
      say(
        "response-differs",
        `${command} has ${keyword} ${both[0]}, asked was ${both[1]}`,
        section,
      );
    };
    compare("AffectedSOPClassUID", sopClass === "" ? undefined : sopClass);
    compare("AffectedSOPInstanceUID", instance);
    compare("EventTypeID", event);
    compare("ActionTypeID", action);
    if (creates && instance === undefined && response.isDone && response.instance === undefined) {
      say(
        "create-instance",
        "N-CREATE-RSP names no instance, and the request named none: nobody knows what was created",
      );
    }
  });
}
