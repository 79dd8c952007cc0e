/**
 * Values of command elements against the VR and VM of PS3.7 Table E.1-1 (PS3.5 6.2). Lengths of
 * numbers are judged where they are read.
 */
import type { CommandElement } from "../../dimse/command_set.ts";
import { quoted } from "../finding.ts";
import type { ServiceMessage } from "./service_message.ts";

export function checkElements({ command, commandSet, say }: ServiceMessage): void {
  for (const element of commandSet.elements) {
    if (element.vr !== "AE" && element.vr !== "LO") continue;
    const problem = problemOf(element);
    if (problem !== undefined) say("command-element-value", `${command}: ${problem}`);
  }
}

/** Of AE and LO; UI is `command-uid`, other text is retired. */
function problemOf({ keyword, vr, value }: CommandElement): string | undefined {
  if (keyword === undefined || typeof value !== "string") return undefined;
  const longest = vr === "AE" ? 16 : 64;
  const name = `${keyword} ${quoted(value)}`;
  if (value.includes("\\")) {
    return `${name} has ${value.split("\\").length} values, its VM is 1`;
  }
  if (value.length > longest) {
    return `${name} has ${value.length} characters, ${vr} allows ${longest}`;
  }
  // PS3.5 6.2: AE of the default repertoire; LO of the character set, without control characters
  const forbidden = vr === "AE" ? /[^\x20-\x7e]/ : /[\x00-\x1a\x1c-\x1f\x7f]/;
  return forbidden.test(value) ? `${name} has characters that ${vr} does not allow` : undefined;
}
