/** A composite SOP instance that a C-STORE of the recording carried (PS3.4 B.2). */
import { statusClass } from "../../../../src/dimse/status.ts";
import { numberValue, textValue } from "../../../../src/service/service_message.ts";
import type { RecordedSource } from "../../../record/recorded_connection.ts";
import type { RecordedAssociation, RecordedDataSet, RecordedMessage } from "../../../recorded.ts";

export interface RecordedInstance {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly dataSet: RecordedDataSet;
  /** The recorded association to a Move Destination that brought it there. */
  readonly broughtOn?: RecordedSource;
}

/**
 * The instance of a C-STORE-RQ; undefined for any other message, and for one that names none. Of
 * either sender: the acceptor of a C-GET stores too.
 */
export function instanceOf(request: RecordedMessage): RecordedInstance | undefined {
  if (request.command !== "C-STORE-RQ" || request.dataSet === undefined) return undefined;
  const sopClassUid = textValue(request.values, "AffectedSOPClassUID");
  const sopInstanceUid = textValue(request.values, "AffectedSOPInstanceUID");
  if (sopClassUid === undefined || sopInstanceUid === undefined) return undefined;
  return { sopClassUid, sopInstanceUid, dataSet: request.dataSet };
}

/** Who received it keeps it: Success or a warning, B000H for example (PS3.4 B.2.3), or no answer seen. */
export function isKept(association: RecordedAssociation, request: RecordedMessage): boolean {
  return request.responses.every((index) => {
    const status = numberValue(association.messages[index]?.values ?? {}, "Status");
    if (status === undefined) return true;
    const meaning = statusClass(status);
    return meaning === "success" || meaning === "warning" || meaning === "pending";
  });
}
