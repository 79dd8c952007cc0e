/** Asks where to and how, then starts a replay and goes to it. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { ReplayJson, ReplayRequest } from "../../api_types.ts";
import { sendJson } from "../api.ts";
import { plural } from "../format.ts";
import { html } from "../html.ts";
import { navigate } from "../navigate.ts";
import { Dialog } from "../parts/dialog.ts";
import { remember, remembered } from "../remember.ts";
import { session } from "../session.ts";

interface ReplayDialogProps {
  readonly keys: readonly string[];
  readonly close: () => void;
}

export function ReplayDialog({ keys, close }: ReplayDialogProps): VNode {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const last = remembered("replay_to");
  const targets = session.value?.replay_targets ?? [];
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    const body = requestOf(new FormData(event.currentTarget as HTMLFormElement), keys);
    setBusy(true);
    try {
      const { id } = await sendJson<ReplayJson>("/api/replays", { body });
      remember("replay_to", body.to);
      close();
      navigate({ page: "replays", id });
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  return html`<${Dialog} title=${`Replay ${plural(keys.length, "association")}`} close=${close}>
    <form class="form" onSubmit=${start}>
      <p>
        Plays the requestor's side against the acceptor at this address, and compares what it answers.
        It stores, moves and changes there what was stored, moved and changed when this was recorded.
      </p>
      <label>
        To (host:port)
        <input
          name="to"
          type="text"
          required
          autofocus
          list="targets"
          placeholder="127.0.0.1:11112"
          defaultValue=${typeof last === "string" ? last : ""}
        />
      </label>
      <datalist id="targets">
        ${targets.map((target) => html`<option key=${target} value=${target} />`)}
      </datalist>
      <p class="faint">
        This machine${targets.length > 0 && `, ${targets.join(", ")}`}. Other addresses have to be
        allowed with <code>--allow-replay</code>.
      </p>
      <div class="form_row">
        <label>
          Called AE title
          <input name="called_ae_title" type="text" maxlength="16" placeholder="as recorded" />
        </label>
        <label>
          Calling AE title
          <input name="calling_ae_title" type="text" maxlength="16" placeholder="as recorded" />
        </label>
      </div>
      <div class="form_row">
        <label>
          Speed
          <select name="speed">
            <option value="recorded">as recorded</option>
            <option value="max">as fast as it goes</option>
          </select>
        </label>
        <label>
          UIDs
          <select name="uids">
            <option value="keep">as recorded</option>
            <option value="new">new ones</option>
          </select>
        </label>
        <label>
          Dates
          <select name="dates">
            <option value="keep">as recorded</option>
            <option value="shift">shifted to today</option>
          </select>
        </label>
      </div>
      ${problem !== "" && html`<p role="alert" class="problem">${problem}</p>`}
      <div class="actions">
        <button type="submit" class="primary" disabled=${busy}>Start the replay</button>
        <button type="button" onClick=${close}>Cancel</button>
      </div>
    </form>
  <//>`;
}

function requestOf(form: FormData, keys: readonly string[]): ReplayRequest {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const called = text("called_ae_title");
  const calling = text("calling_ae_title");
  return {
    keys,
    to: text("to"),
    speed: text("speed") === "max" ? "max" : "recorded",
    uids: text("uids") === "new" ? "new" : "keep",
    dates: text("dates") === "shift" ? "shift" : "keep",
    ...(called === "" ? {} : { called_ae_title: called }),
    ...(calling === "" ? {} : { calling_ae_title: calling }),
  };
}
