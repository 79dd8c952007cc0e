/** SOP classes whose answers are schedules: what somebody plans, not what was stored (PS3.4 K, CC). */
import { UPS_CLASSES } from "../../../../src/observe/service/ups_watch.ts";

/** Modality Worklist Information Model - FIND (PS3.4 K.6.1). */
export const MODALITY_WORKLIST = "1.2.840.10008.5.1.4.31";

export function isSchedule(sopClassUid: string): boolean {
  return sopClassUid === MODALITY_WORKLIST || UPS_CLASSES.has(sopClassUid);
}
