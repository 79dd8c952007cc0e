/** What a message says, in few words beside its command and its status. */
import type { MessageRow } from "../../api_types.ts";

/**
 * How far a C-MOVE or C-GET is, as its responses count (PS3.7 9.1.4.1.7 to 9.1.4.1.10):
 * "3 of 5 done, 1 failed"; undefined where the message counts nothing.
 */
export function subOperationsText({ command_set: set }: MessageRow): string | undefined {
  const read = (name: string) => {
    const value = set[`NumberOf${name}Suboperations`];
    return typeof value === "number" ? value : undefined;
  };
  const [remaining, completed, failed, warning] = [
    read("Remaining"),
    read("Completed"),
    read("Failed"),
    read("Warning"),
  ];
  if (completed === undefined && remaining === undefined) return undefined;
  const all = (remaining ?? 0) + (completed ?? 0) + (failed ?? 0) + (warning ?? 0);
  const parts = [
    `${completed ?? 0} of ${all} done`,
    (failed ?? 0) > 0 ? `${failed} failed` : undefined,
    (warning ?? 0) > 0 ? `${warning} with a warning` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

/** Of a request what it asks for, of a response what came of it, where that is more than its status. */
export function shortMeaning({ meaning, responds_to }: MessageRow): string | undefined {
  if (meaning === undefined) return undefined;
  if (responds_to === null) return meaning.replace(/^[CN]-[A-Z-]+ /, "");
  const result = meaning.split(" -> ").at(-1);
  return result === "Success" ? undefined : result;
}
