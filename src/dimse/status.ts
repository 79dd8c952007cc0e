/**
 * Status (0000,0900): the class of every code by PS3.7 Annex C, and the meanings that hold for
 * all services.
 *
 * Rule: the class is judged by Annex C alone, whatever a service adds. "Implementations shall not
 * use codes not listed": what no row below covers is "not listed".
 */
export type StatusClass = "success" | "warning" | "failure" | "cancel" | "pending" | "not listed";

/** Never fails: any 16-bit code has a class. Source: PS3.7 Annex C. */
export function statusClass(status: number): StatusClass {
  switch (status) {
    case 0x0000:
      return "success";
    case 0x0001: // requested optional Attributes are not supported
    case 0x0107: // Attribute list error
    case 0x0116: // Attribute Value out of range: a warning, although PS3.2 also prints it as failure
      return "warning";
    case 0xfe00:
      return "cancel";
    case 0xff00:
    case 0xff01:
      return "pending";
  }
  switch (status >> 12) {
    case 0xa:
    case 0xc:
      return "failure";
    case 0xb:
      return "warning";
    case 0x0:
      return status >> 8 === 0x01 || status >> 8 === 0x02 ? "failure" : "not listed";
  }
  return "not listed";
}

/** Of statuses by their hex digits, "A700", with how often each was answered: those that are failures. */
export function failedStatuses(counts: Readonly<Record<string, number>>): string[] {
  return Object.keys(counts).filter((status) => {
    return statusClass(Number.parseInt(status, 16)) === "failure";
  });
}

/** Whether this response ends its exchange: all but Pending do (PS3.7 Annex C). */
export function isFinal(status: number): boolean {
  return statusClass(status) !== "pending";
}

/** "A700H": the way PS3.7 and PS3.4 print a status. */
export function printStatus(status: number): string {
  return `${status.toString(16).toUpperCase().padStart(4, "0")}H`;
}

/** The meaning in PS3.7 Annex C; undefined where a service class gives it (`service_status.ts`). */
export function generalStatusMeaning(status: number): string | undefined {
  return GENERAL.get(status);
}

const GENERAL: ReadonlyMap<number, string> = new Map([
  [0x0000, "Success"],
  [0x0001, "Requested optional Attributes are not supported"],
  [0x0105, "No such Attribute"],
  [0x0106, "Invalid Attribute Value"],
  [0x0107, "Attribute list error"],
  [0x0110, "Processing failure"],
  [0x0111, "Duplicate SOP Instance"],
  [0x0112, "No such SOP Instance"],
  [0x0113, "No such event type"],
  [0x0114, "No such argument"],
  [0x0115, "Invalid argument value"],
  [0x0116, "Attribute Value out of range"],
  [0x0117, "Invalid SOP Instance"],
  [0x0118, "No such SOP Class"],
  [0x0119, "Class-Instance conflict"],
  [0x0120, "Missing Attribute"],
  [0x0121, "Missing Attribute Value"],
  [0x0122, "Refused: SOP Class not supported"],
  [0x0123, "No such action type"],
  [0x0124, "Refused: not authorized"],
  [0x0210, "Duplicate invocation"],
  [0x0211, "Unrecognized operation"],
  [0x0212, "Mistyped argument"],
  [0x0213, "Resource limitation"],
  [0xfe00, "Canceled"],
  [0xff00, "Pending"],
  [0xff01, "Pending, with a warning about optional keys"],
]);
