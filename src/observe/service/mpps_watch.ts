/**
 * Modality Performed Procedure Step: PS3.4 F.7. IN PROGRESS at its creation, then COMPLETED or
 * DISCONTINUED, and from there on never changed again by its SCU.
 *
 * Rule: to ask for a change that is not to be had is a warning, as for UPS; to grant it is an error.
 */
import { elementByTag } from "../../dictionary/elements.ts";
import { quoted } from "../finding.ts";
import type { BoundedMap } from "./bounded_map.ts";
import type { DataSetHead } from "./data_set_head.ts";
import type { ServiceMessage } from "./service_message.ts";

/** What became known of one procedure step. */
export interface ProcedureStep {
  /** One of the three that the standard has. */
  readonly status: string;
  /** Attributes of the final state that have a value; undefined: it was not created in sight. */
  readonly given: ReadonlySet<number> | undefined;
}

export type ProcedureSteps = BoundedMap<string, ProcedureStep>;

const MPPS = "1.2.840.10008.3.1.2.3.3";
const STATUS = 0x00400252;
const PERFORMED_SERIES_SEQUENCE = 0x00400340;
const IN_PROGRESS = "IN PROGRESS";
const FINAL: readonly (string | undefined)[] = ["COMPLETED", "DISCONTINUED"];

/** Type 1 at N-CREATE for the SCU (PS3.4 Table F.7.2-1). */
const REQUIRED: readonly number[] = [
  0x00400270, // Scheduled Step Attributes Sequence
  0x00400253, // Performed Procedure Step ID
  0x00400241, // Performed Station AE Title
  0x00400244, // Performed Procedure Step Start Date
  0x00400245, // Performed Procedure Step Start Time
  0x00080060, // Modality
];

/** Have a value in the final state: end date, end time, series. */
const FINALLY: readonly number[] = [0x00400250, 0x00400251, PERFORMED_SERIES_SEQUENCE];

/** "Not allowed" at N-SET: what the step is, and of whom. */
const FIXED: readonly number[] = [
  ...REQUIRED,
  0x00100010, // Patient's Name
  0x00100020, // Patient ID
  0x00100030, // Patient's Birth Date
  0x00100040, // Patient's Sex
  0x00200010, // Study ID
  0x00400242, // Performed Station Name
  0x00400243, // Performed Location
];

export class MppsWatch {
  readonly #steps: ProcedureSteps;

  constructor(steps: ProcedureSteps) {
    this.#steps = steps;
  }

  message(message: ServiceMessage): void {
    if (message.sopClass !== MPPS) return;
    if (message.command === "N-CREATE-RQ") this.#create(message);
    else if (message.command === "N-SET-RQ") this.#set(message);
  }

  #create(message: ServiceMessage): void {
    const { head, instance, say } = message;
    if (head === undefined || head.findings.length > 0) return;
    const status = head.text(STATUS);
    const section = "PS3.4 F.7.2.1";
    if (head.isEmpty(STATUS)) {
      say("mpps-state", "N-CREATE has no Performed Procedure Step Status (0040,0252)", section);
    } else if (status !== undefined && status !== IN_PROGRESS) {
      say("mpps-state", `N-CREATE with status ${quoted(status)}; IN PROGRESS is due`, section);
    }
    const missing = REQUIRED.filter((tag) => head.isEmpty(tag));
    if (missing.length > 0) say("mpps-required", `N-CREATE has no value of ${names(missing)}`);
    const given = head.cut ? undefined : new Set(FINALLY.filter((tag) => !head.isEmpty(tag)));
    message.whenAnswered((response) => {
      const created = response.instance ?? instance;
      if (!response.isDone || created === undefined) return;
      const isFinal = status !== undefined && FINAL.includes(status);
      this.#steps.set(created, { status: isFinal ? status : IN_PROGRESS, given });
    });
  }

  #set(message: ServiceMessage): void {
    const { head, instance, say } = message;
    if (instance === undefined) return;
    const known = this.#steps.get(instance);
    const isOver = known !== undefined && FINAL.includes(known.status);
    if (isOver) {
      const text = `N-SET of a procedure step that is ${known.status}; it may no longer be updated`;
      say("mpps-transition", text);
    }
    const status = head?.text(STATUS);
    const given = givenAfter(known, head);
    if (head !== undefined && head.findings.length === 0) {
      this.#checkSet(message, { head, status, given });
    }
    // its status may have been behind the head
    const isSeen = status !== undefined || head?.isEmpty(STATUS) === true;
    message.whenAnswered((response) => {
      if (!response.isDone) return;
      if (isOver) {
        response.say(
          "step-accepted",
          `N-SET of a procedure step that is ${known.status} is accepted; 0110H with Error ID A710H is due`,
          "PS3.4 F.7.2.2.3",
        );
        return;
      }
      const next = status ?? known?.status;
      const isNamed = next !== undefined && (next === IN_PROGRESS || FINAL.includes(next));
      if (!isSeen || !isNamed) this.#steps.delete(instance);
      else this.#steps.set(instance, { status: next, given });
    });
  }

  #checkSet(
    { say }: ServiceMessage,
    what: {
      head: DataSetHead;
      status: string | undefined;
      /** undefined: what was given before is not known. */
      given: ReadonlySet<number> | undefined;
    },
  ): void {
    const { head, status, given } = what;
    if (status !== undefined && status !== IN_PROGRESS && !FINAL.includes(status)) {
      const text = `Status ${quoted(status)}: IN PROGRESS, COMPLETED and DISCONTINUED are defined`;
      say("mpps-state", text, "PS3.4 F.7.2.2");
    }
    const fixed = FIXED.filter((tag) => head.has(tag));
    if (fixed.length > 0) {
      say("mpps-fixed", `N-SET has ${names(fixed)}, which N-CREATE alone may give`);
    }
    if (!FINAL.includes(status) || given === undefined) return;
    const missing = FINALLY.filter((tag) => !given.has(tag) && head.isEmpty(tag));
    if (missing.length > 0) {
      say("mpps-final", `${status} without a value of ${names(missing)}`);
    }
  }
}

/** What has a value after this N-SET; undefined where that is not known. */
function givenAfter(
  known: ProcedureStep | undefined,
  head: DataSetHead | undefined,
): ReadonlySet<number> | undefined {
  if (known?.given === undefined || head === undefined || head.cut) return undefined;
  return new Set([...known.given, ...FINALLY.filter((tag) => !head.isEmpty(tag))]);
}

function names(tags: readonly number[]): string {
  return tags.map((tag) => elementByTag(tag)?.keyword ?? "").join(", ");
}
