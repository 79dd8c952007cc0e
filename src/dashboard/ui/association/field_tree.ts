/** Fields of a PDU by the standard's names, as a tree of buttons. */
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import type { PduField } from "../../api_types.ts";
import { classes, html } from "../html.ts";
import { type FieldPath, samePath } from "./pdu_fields.ts";

interface FieldTreeProps {
  readonly fields: readonly PduField[];
  readonly chosen: FieldPath | undefined;
  readonly choose: (path: FieldPath) => void;
  readonly above?: FieldPath;
}

export function FieldTree({ fields, chosen, choose, above = [] }: FieldTreeProps): VNode {
  return html`<ul class=${above.length === 0 ? "fields root" : "fields"}>
    ${fields.map((field, index) => {
      const path = [...above, index];
      return html`<li key=${index}>
        <${FieldButton} field=${field} on=${samePath(chosen, path)} choose=${() => choose(path)} />
        ${
          field.fields !== undefined &&
          field.fields.length > 0 &&
          html`<${FieldTree} fields=${field.fields} chosen=${chosen} choose=${choose} above=${path} />`
        }
      </li>`;
    })}
  </ul>`;
}

interface FieldButtonProps {
  readonly field: PduField;
  readonly on: boolean;
  readonly choose: () => void;
}

function FieldButton({ field, on, choose }: FieldButtonProps): VNode {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (on) button.current?.scrollIntoView({ block: "nearest" });
  }, [on]);
  const { name, value, words, section, length, offset } = field;
  return html`<button
    ref=${button}
    type="button"
    class=${classes("field", on && "on", name === "reserved" && "reserved")}
    aria-pressed=${on}
    title=${`${length} octets from ${offset}${section === undefined ? "" : `, ${section}`}`}
    onClick=${choose}
  >
    <span class="f_name">${name}</span>
    ${value !== null && html`<span class="f_value mono">${escapeControls(value)}</span>`}
    ${words !== null && html`<span class="f_words">${escapeControls(words)}</span>`}
    ${section !== undefined && html`<span class="f_section">${section}</span>`}
  </button>`;
}
