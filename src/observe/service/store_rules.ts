/** C-STORE: the instance that the command set names is the one in the data set (PS3.7 9.1.1.1). */
import { quoted } from "../finding.ts";
import type { ServiceMessage } from "./service_message.ts";

const SOP_CLASS_UID = 0x00080016;
const SOP_INSTANCE_UID = 0x00080018;

export function checkStore({ command, commandSet, head, say }: ServiceMessage): void {
  if (command !== "C-STORE-RQ" || head === undefined) return;
  const compare = (tag: number, name: string, keyword: string) => {
    const named = commandSet.values[keyword];
    if (typeof named !== "string" || named === "") return;
    const own = head.text(tag);
    if (own !== undefined && own !== named) {
      say(
        "store-instance",
        `${name} is ${quoted(own)} in the data set, ${quoted(named)} in the command set`,
      );
    } else if (head.findings.length === 0 && head.isEmpty(tag)) {
      say(
        "store-instance-missing",
        `The data set has no ${name}; the command set has ${quoted(named)}`,
      );
    }
  };
  compare(SOP_CLASS_UID, "SOP Class UID", "AffectedSOPClassUID");
  compare(SOP_INSTANCE_UID, "SOP Instance UID", "AffectedSOPInstanceUID");
}
