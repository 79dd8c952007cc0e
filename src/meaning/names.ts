/**
 * Short names for what has long ones: people say "JPEG 2000 lossless" and "Study Root".
 */
import { serviceStatusMeaning } from "../dictionary/statuses.ts";
import { uidName } from "../dictionary/uids.ts";
import { textOf } from "../dimse/command_set.ts";
import { generalStatusMeaning, printStatus, statusClass } from "../dimse/status.ts";
import type { ToldMessage } from "./told_message.ts";

/** Under 1.2.840.10008.1.2. Maps, here and below: a UID of the wire may be called "constructor". */
const SYNTAXES: ReadonlyMap<string, string> = new Map([
  ["", "implicit VR"],
  ["1", "uncompressed"],
  ["1.98", "uncompressed in fragments"],
  ["1.99", "deflated"],
  ["2", "big endian"],
  ["4.50", "JPEG baseline"],
  ["4.51", "JPEG extended"],
  ["4.57", "JPEG lossless"],
  ["4.70", "JPEG lossless"],
  ["4.80", "JPEG-LS lossless"],
  ["4.81", "JPEG-LS near-lossless"],
  ["4.90", "JPEG 2000 lossless"],
  ["4.91", "JPEG 2000"],
  ["4.92", "JPEG 2000 part 2 lossless"],
  ["4.93", "JPEG 2000 part 2"],
  ["4.201", "HTJ2K lossless"],
  ["4.202", "HTJ2K lossless RPCL"],
  ["4.203", "HTJ2K"],
  ["5", "RLE lossless"],
  ["8.1", "deflated frames"],
]);

/** "JPEG 2000 lossless"; the name of PS3.6 where there is no shorter one. */
export function syntaxName(uid: string): string {
  const found = /^1\.2\.840\.10008\.1\.2(?:\.(.+))?$/.exec(uid);
  return (found === null ? undefined : SYNTAXES.get(found[1] ?? "")) ?? uidName(uid);
}

const CLASSES: ReadonlyMap<string, string> = new Map([
  ["1.2.840.10008.1.20.1", "Storage Commitment"],
  ["1.2.840.10008.3.1.2.3.3", "MPPS"],
  ["1.2.840.10008.3.1.2.3.4", "MPPS Retrieve"],
  ["1.2.840.10008.3.1.2.3.5", "MPPS Notification"],
  ["1.2.840.10008.5.1.4.31", "Modality Worklist"],
  ["1.2.840.10008.5.1.4.33", "Instance Availability"],
  ["1.2.840.10008.5.1.1.33", "Media Creation"],
  ["1.2.840.10008.5.1.4.34.6.1", "UPS Push"],
  ["1.2.840.10008.5.1.4.34.6.2", "UPS Watch"],
  ["1.2.840.10008.5.1.4.34.6.3", "UPS Pull"],
  ["1.2.840.10008.5.1.4.34.6.4", "UPS Event"],
  ["1.2.840.10008.5.1.4.34.6.5", "UPS Query"],
]);

/** "Study Root", "MPPS", "CT Image Storage"; the UID where nobody knows it. */
export function className(uid: string): string {
  return (
    CLASSES.get(uid) ??
    uidName(uid)
      .replace(/( Query\/Retrieve)?( Information Model)?( Retrieve)? - (FIND|MOVE|GET)$/, "")
      .replace(/ SOP Class( UID)?( - Trial)?$/, "$2")
  );
}

/** "Success", "Refused: Out of Resources (A700H): no space left". Never fails. */
export function statusWords(response: ToldMessage, status: number | undefined): string {
  if (status === undefined) return "a response without a status";
  if (status === 0) return "Success";
  const { command, sopClassUid, commandSet } = response;
  const meaning =
    serviceStatusMeaning(status, { command, sopClassUid }) ?? generalStatusMeaning(status);
  const comment = textOf(commandSet, "ErrorComment");
  const words = `${meaning ?? statusClass(status)} (${printStatus(status)})`;
  return comment === undefined ? words : `${words}: ${comment}`;
}

/** "1 image", "1,234 images"; "at least" where not everything was at hand to count. */
export function counted(
  count: number,
  noun: string,
  options: { readonly cut?: boolean } = {},
): string {
  const number = String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  const plural = noun.endsWith("box") || noun.endsWith("match") ? `${noun}es` : `${noun}s`;
  const words = `${number} ${count === 1 ? noun : noun === "copy" ? "copies" : noun === "series" ? noun : plural}`;
  return options.cut === true ? `at least ${words}` : words;
}
