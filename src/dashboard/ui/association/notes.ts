/** Marks and notes that people left on an association. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { AssociationDetailJson, Mark, NoteRequest } from "../../api_types.ts";
import { sendJson } from "../api.ts";
import { clockDate, clockTime } from "../format.ts";
import { html } from "../html.ts";
import { Icon } from "../parts/icon.ts";

const MARKS: readonly Mark[] = ["red", "amber", "green", "blue", "star"];

interface NotesProps {
  readonly detail: AssociationDetailJson;
  readonly reload: () => void;
}

export function Notes({ detail, reload }: NotesProps): VNode {
  const { key, notes, row } = detail;
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const send = async (body: NoteRequest) => {
    try {
      await sendJson("/api/notes", { body });
      setProblem("");
      reload();
      return true;
    } catch (error) {
      setProblem((error as Error).message);
      return false;
    }
  };
  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    if (text.trim() !== "" && (await send({ key, text: text.trim() }))) setText("");
  };
  return html`<section class="notes" aria-label="Notes and mark">
    <div class="marks" role="group" aria-label="Mark">
      ${MARKS.map(
        (mark) => html`<button
          key=${mark}
          type="button"
          class=${`quiet flag ${mark}`}
          aria-pressed=${row.mark === mark}
          onClick=${() => send({ key, mark: row.mark === mark ? null : mark })}
        >
          <${Icon} name="star" /> ${mark}
        </button>`,
      )}
    </div>
    ${
      notes.length > 0 &&
      html`<ul>
      ${notes.map(
        (note) => html`<li key=${note.id}>
          <p>${note.text}</p>
          <p class="faint">
            ${note.user}, ${clockDate(note.at)} ${clockTime(note.at).slice(0, 5)}
            <button
              type="button"
              class="quiet"
              aria-label="Remove this note"
              onClick=${() => send({ key, remove: note.id })}
            >
              <${Icon} name="close" />
            </button>
          </p>
        </li>`,
      )}
    </ul>`
    }
    <form onSubmit=${add}>
      <label for="note">New note</label>
      <input
        id="note"
        type="text"
        maxlength="2000"
        value=${text}
        onInput=${(event: InputEvent) => setText((event.currentTarget as HTMLInputElement).value)}
      />
      <button type="submit" disabled=${text.trim() === ""}>Add</button>
    </form>
    ${problem !== "" && html`<p role="alert" class="problem">${problem}</p>`}
  </section>`;
}
