/** An N-EVENT-REPORT that the recorded acceptor sent on its own, sent again (PS3.7 10.1.1). */
import { numberValue, textValue } from "../../src/service/service_message.ts";
import type { ServiceUser } from "../../src/service/service_user.ts";
import { answerOctets } from "./answer_octets.ts";
import type { RecordedReport } from "./own_initiative.ts";
import type { LiveServer } from "./responder.ts";

/** Resolves when it is answered; rejects with an `AssociationError` where it cannot be any more. */
export async function sendRecordedReport(
  { message }: RecordedReport,
  { user, server }: { readonly user: ServiceUser; readonly server: LiveServer },
): Promise<void> {
  const { values, dataSet } = message;
  const sopClass = textValue(values, "AffectedSOPClassUID") ?? "";
  const recorded = textValue(values, "AffectedSOPInstanceUID") ?? "";
  const eventTypeId = numberValue(values, "EventTypeID");
  const context = user.contextFor(sopClass);
  if (context === undefined) {
    server.warn(`No context for the recorded N-EVENT-REPORT of ${sopClass}: not sent`);
    return;
  }
  const invocation = user.invoke({
    operation: "N-EVENT-REPORT",
    sopClass,
    sopInstanceUid: server.instances.liveOf(recorded) ?? recorded,
    contextId: context.id,
    unchecked: true,
    ...(eventTypeId !== undefined && { eventTypeId }),
    ...(dataSet && { dataSet: answerOctets(dataSet, context.transferSyntax ?? "") }),
  });
  await invocation.final();
}
