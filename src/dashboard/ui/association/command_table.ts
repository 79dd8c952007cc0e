/** The command set by keyword, value and meaning (PS3.7 Annex E). */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import type { CommandElement } from "../../api_types.ts";
import { html } from "../html.ts";
import { printTag } from "../print_tag.ts";

export function CommandTable({
  elements,
}: {
  readonly elements: readonly CommandElement[];
}): VNode {
  return html`<section class="block">
    <h3>Command set</h3>
    <div class="scroll_x" tabindex="0" role="region" aria-label="Command set">
      <table class="elements">
        <thead>
          <tr>
            <th scope="col">Tag</th>
            <th scope="col">Keyword</th>
            <th scope="col">VR</th>
            <th scope="col">Value</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          ${elements.map(
            (element) => html`<tr key=${`${element.tag} ${element.offset}`}>
              <td class="mono faint">${printTag(element.tag)}</td>
              <td>${element.keyword}</td>
              <td class="mono faint">${element.vr}</td>
              <td class="mono wrap">${valueText(element.value)}</td>
              <td class="words">${escapeControls(element.words ?? "")}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function valueText(value: CommandElement["value"]): string {
  if (value === null) return "";
  return escapeControls(Array.isArray(value) ? value.join("\\") : String(value));
}
