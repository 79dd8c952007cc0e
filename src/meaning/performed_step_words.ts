/** Modality Performed Procedure Step (PS3.4 F): where a step stands, and what it produced. */
import { className, counted } from "./names.ts";
import type { ServiceWords } from "./outcome.ts";
import { stateChange } from "./step_states.ts";
import type { ToldMessage } from "./told_message.ts";
import { shownValue } from "./values.ts";

const MODALITY = 0x00080060;
const SCHEDULED_STEP_ATTRIBUTES = 0x00400270;
const SCHEDULED_STEP_ID = 0x00400009;
const STUDY_INSTANCE_UID = 0x0020000d;
const ACCESSION_NUMBER = 0x00080050;
const PERFORMED_SERIES = 0x00400340;
const REFERENCED_IMAGES = 0x00081140;
const REFERENCED_OTHERS = 0x00400220; // Referenced Non-Image Composite SOP Instance Sequence
const DISCONTINUATION_REASON = 0x00400281;
const CODE_MEANING = 0x00080104;

/** N-EVENT-REPORT of the Notification SOP class (PS3.4 F.9). */
const EVENTS: Readonly<Record<number, string>> = {
  1: "IN PROGRESS",
  2: "COMPLETED",
  3: "DISCONTINUED",
  4: "updated",
  5: "deleted",
};

/** `MPPS, IN PROGRESS, CT, step SPS1, accession number ***`; `MPPS, COMPLETED, 1 series, 24 images`. */
export const performedStepWords: ServiceWords = {
  request: (request) => {
    const { sopClassUid, data } = request;
    return [
      className(sopClassUid),
      ...eventWords(request),
      ...stepWords(request),
      ...produced(data),
    ];
  },
};

function eventWords({ command, commandSet }: ToldMessage): string[] {
  const event = commandSet.values["EventTypeID"];
  if (command !== "N-EVENT-REPORT-RQ" || typeof event !== "number") return [];
  return [EVENTS[event] ?? `event ${event}`];
}

function stepWords(request: ToldMessage): string[] {
  const { data } = request;
  const [scheduled] = data.items(SCHEDULED_STEP_ATTRIBUTES);
  const step = scheduled?.text(SCHEDULED_STEP_ID);
  const study = scheduled?.text(STUDY_INSTANCE_UID);
  const accession =
    scheduled && shownValue(scheduled, scheduled.element(ACCESSION_NUMBER), request);
  const [reason] = data.items(DISCONTINUATION_REASON);
  const why = reason?.text(CODE_MEANING);
  return [
    stateChange(request),
    why === undefined ? undefined : `because: ${why}`,
    data.text(MODALITY),
    step === undefined ? undefined : `step ${step}`,
    accession === undefined ? undefined : `accession number ${accession}`,
    study === undefined ? undefined : `study ${study}`,
  ].filter((part) => part !== undefined);
}

function produced(data: ToldMessage["data"]): string[] {
  const series = data.items(PERFORMED_SERIES);
  if (series.length === 0) return [];
  let images = 0;
  let others = 0;
  for (const one of series) {
    images += one.items(REFERENCED_IMAGES).length;
    others += one.items(REFERENCED_OTHERS).length;
  }
  return [
    counted(series.length, "series"),
    counted(images, "image"),
    ...(others === 0 ? [] : [counted(others, "other instance")]),
  ];
}
