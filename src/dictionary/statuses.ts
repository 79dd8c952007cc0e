/**
 * What a Status means in the service class that answers: PS3.4 B.2.3 (Storage), C.4 (Query/
 * Retrieve), F.7 (MPPS), H.4 (Print), K.4 (worklist), S.4.1 and others.
 *
 * The table is one string, read on the first question.
 */
import { STATUS_TABLE } from "./status_table.ts";

/** The name of the service in the table; undefined where it has none for this class. */
export function statusService(command: string, sopClassUid: string): string | undefined {
  const [operation = ""] = command.split("-R");
  const rows = SERVICES[operation] ?? SERVICES["N"] ?? [];
  return rows.find(([prefix]) => isUnder(sopClassUid, prefix))?.[1];
}

/**
 * The meaning by service; undefined where PS3.7 Annex C alone has one. `command` is the response,
 * "C-STORE-RSP".
 */
export function serviceStatusMeaning(
  status: number,
  options: { command: string; sopClassUid: string },
): string | undefined {
  const service = statusService(options.command, options.sopClassUid);
  if (service === undefined) return undefined;
  const meaning = rowsOf(service).find(({ from, to }) => status >= from && status <= to)?.meaning;
  return status === PENDING ? meaning?.split(/ - |, /)[0] : meaning;
}

/**
 * FF00H comes with every match. "..., current match is supplied and any Optional Keys were supported in
 * the same manner as Required Keys" says that nothing is odd, and hides the FF01H that is.
 */
const PENDING = 0xff00;

const ROOT = "1.2.840.10008.";

/** By operation ("N" stands for all of DIMSE-N): the first UID prefix that fits, and its service. */
const SERVICES: Readonly<Record<string, readonly (readonly [prefix: string, service: string])[]>> =
  {
    "C-STORE": [
      // hanging protocols, color palettes, implant templates
      ["5.1.4.38", "non_patient"],
      ["5.1.4.39", "non_patient"],
      ["5.1.4.43", "non_patient"],
      ["5.1.4.44", "non_patient"],
      ["5.1.4.45", "non_patient"],
      ["", "storage"],
    ],
    "C-FIND": [
      ["5.1.4.31", "modality_worklist"],
      ["5.1.4.34", "unified_procedure_step"],
      ["5.1.4.37", "relevant_patient"],
      ["5.1.4.41", "substance_administration"],
      ["5.1.4.42", "substance_administration"],
      ["", "qr_find"],
    ],
    "C-MOVE": [["", "qr_move"]],
    "C-GET": [["", "qr_get"]],
    "C-ECHO": [],
    N: [
      ["1.40", "application_event_logging"],
      ["1.42", "application_event_logging"],
      ["3.1.2.3", "procedure_step"],
      ["5.1.1.33", "media_creation_management"],
      ["5.1.1", "print_job_management"],
      ["5.1.4.34.8", "rt_machine_verification"],
      ["5.1.4.34.9", "rt_machine_verification"],
      ["5.1.4.34", "unified_procedure_step"],
      ["5.1.4.1.1.201", "storage_management"],
    ],
  };

function isUnder(uid: string, prefix: string): boolean {
  const whole = ROOT + prefix;
  return prefix === "" || uid === whole || uid.startsWith(`${whole}.`);
}

interface StatusRow {
  readonly from: number;
  readonly to: number;
  readonly meaning: string;
}

let table: Map<string, StatusRow[]> | undefined;

function rowsOf(service: string): readonly StatusRow[] {
  table ??= readTable();
  return table.get(service) ?? [];
}

function readTable(): Map<string, StatusRow[]> {
  const rows = new Map<string, StatusRow[]>();
  for (const line of STATUS_TABLE.trim().split("\n")) {
    const [service = "", codes = "", meaning = ""] = line.split("|");
    const [from = "", to = from] = codes.split("-");
    const row = { from: Number.parseInt(from, 16), to: Number.parseInt(to, 16), meaning };
    rows.set(service, [...(rows.get(service) ?? []), row]);
  }
  return rows;
}
