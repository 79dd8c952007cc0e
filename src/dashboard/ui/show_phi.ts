/** Whether patient data are shown: never by itself, never kept, and only to who may see them. */
import { computed, signal } from "@preact/signals";
import { session } from "./session.ts";

const wanted = signal(false);

export const mayShowPhi = computed(() => session.value?.may_show_phi === true);
export const showPhi = computed(() => wanted.value && mayShowPhi.value);

export function togglePhi(): void {
  wanted.value = !showPhi.value;
}
