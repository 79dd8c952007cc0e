/** Why there was no association, or no answer on it: in words, with the next step (exit code 3). */
import { type Address, formatAddress, parseAddress } from "../address.ts";
import { escapeControls } from "../escape.ts";
import { AssociationError } from "../io/association_error.ts";
import { CommandError, usageError } from "./command_error.ts";

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Of text as a user types it. */
export function targetOf(text: string): Target {
  const address = parseAddress(text);
  if ("wrong" in address)
    throw usageError(`Cannot use "${escapeControls(text)}": ${address.wrong}`);
  return targetAt(address);
}

/** A port alone is one of this machine. Port 0 is for listening: nothing answers there. */
export function targetAt({ host, port }: Address): Target {
  if (port === 0) {
    throw usageError("Cannot connect to port 0", "Say the port that the other system listens on.");
  }
  return { host: host ?? "127.0.0.1", port };
}

/** PS3.5 6.2: AE is 1 to 16 characters of the default repertoire without backslash and controls. */
export function checkAeTitle(option: string, title: string): void {
  if (/^[ -[\]-~]{1,16}$/.test(title) && title.trim() !== "") return;
  throw usageError(
    `Cannot use "${escapeControls(title)}" for --${option}: it is no AE title`,
    "An AE title has 1 to 16 ASCII characters, no backslash, and is not blank.",
  );
}

/** The error as the user should see it; what is no failure of an association stays as it is. */
export function explained(error: unknown, target: Target): Error {
  if (!(error instanceof AssociationError)) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const hint = error.rejection?.reason === undefined ? HINTS[error.kind] : rejectionHint(error);
  const where = formatAddress(target);
  const text = error.message.includes(where) ? error.message : `${where}: ${error.message}`;
  return new CommandError(escapeControls(text), { exitCode: 3, hint });
}

function rejectionHint({ rejection }: AssociationError): string {
  if (rejection?.source === 1 && rejection.reason === 7) return "Try another --called AE title.";
  if (rejection?.source === 1 && rejection.reason === 3) {
    return "The other side does not know us: add our AE title there, or use --calling.";
  }
  return "The log of the other side may say more.";
}

const HINTS: Readonly<Partial<Record<AssociationError["kind"], string>>> = {
  "not connected": "Check the address and the port, and that the other system runs.",
  closed: "Something listens there, but it may not be DICOM, or it wants TLS.",
  protocol: "Something listens there, but it does not speak DICOM as PS3.8 has it.",
  timeout: "Something listens there, but it does not answer. --timeout waits longer.",
  aborted: "The log of the other side may say more.",
};
