/** What can be done with the associations that were selected. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { plural } from "../format.ts";
import { html } from "../html.ts";
import { Icon } from "../parts/icon.ts";
import { ReplayDialog } from "../replays/replay_dialog.ts";
import { session } from "../session.ts";
import type { ListStore } from "./list_store.ts";

export function SelectionBar({ store }: { readonly store: ListStore }): VNode | null {
  const [replay, setReplay] = useState(false);
  const keys = [...store.selected.value];
  if (keys.length === 0) return null;
  return html`<div class="selection" role="region" aria-label="Selection">
    <p aria-live="polite"><strong>${plural(keys.length, "association")}</strong> selected</p>
    <a class="button" href=${downloadAddress(keys)} download>
      <${Icon} name="download" /> Download
    </a>
    ${
      session.value?.may_operate === true &&
      html`<button type="button" onClick=${() => setReplay(true)}>
        <${Icon} name="replays" /> Replay…
      </button>`
    }
    <button type="button" class="quiet" onClick=${() => store.select(false)}>
      Clear
    </button>
    ${replay && html`<${ReplayDialog} keys=${keys} close=${() => setReplay(false)} />`}
  </div>`;
}

function downloadAddress(keys: readonly string[]): string {
  return `/api/download?${keys.map((key) => `key=${encodeURIComponent(key)}`).join("&")}`;
}
