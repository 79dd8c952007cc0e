/** What can be done with an association: keep it, say it as a command, play it again, mark it. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { AssociationDetailJson } from "../../api_types.ts";
import { html } from "../html.ts";
import { CommandsDialog } from "../parts/commands_dialog.ts";
import { Icon } from "../parts/icon.ts";
import { ReplayDialog } from "../replays/replay_dialog.ts";
import { session } from "../session.ts";

interface ActionsProps {
  readonly detail: AssociationDetailJson;
  readonly notes: boolean;
  readonly toggleNotes: () => void;
}

export function Actions({ detail, notes, toggleNotes }: ActionsProps): VNode {
  const [open, setOpen] = useState<"" | "commands" | "replay">("");
  const { key, association, missing } = detail;
  // The first message is a request; where records are missing, what it asked for may be too.
  const first = association.messages > 0 && missing.length === 0 ? 0 : undefined;
  const close = () => setOpen("");
  return html`<div class="actions">
    <a class="button" href=${`/api/download?key=${encodeURIComponent(key)}`} download>
      <${Icon} name="download" /> Download
    </a>
    <button type="button" onClick=${() => setOpen("commands")}>
      <${Icon} name="copy" /> Copy as command
    </button>
    ${
      session.value?.may_operate === true &&
      html`<button type="button" onClick=${() => setOpen("replay")}>
        <${Icon} name="replays" /> Replay…
      </button>`
    }
    <button type="button" aria-expanded=${notes} onClick=${toggleNotes}>
      <${Icon} name="note" /> Notes and mark
    </button>
    ${
      open === "commands" &&
      html`<${CommandsDialog}
      of=${key}
      message=${first}
      about=${association.messages > 2 ? "Of the first request, and of all of them. Others have theirs where their message is shown." : undefined}
      close=${close}
    />`
    }
    ${open === "replay" && html`<${ReplayDialog} keys=${[key]} close=${close} />`}
  </div>`;
}
