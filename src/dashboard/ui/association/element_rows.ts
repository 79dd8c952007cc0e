/** Elements of a data set or an item; sequences open and close. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import { formatSize } from "../../../units.ts";
import type { ElementNode } from "../../api_types.ts";
import { plural } from "../format.ts";
import { classes, html } from "../html.ts";
import { Icon } from "../parts/icon.ts";
import { printTag } from "../print_tag.ts";

interface ElementRowsProps {
  readonly elements: readonly ElementNode[];
  readonly depth: number;
  readonly label: string;
}

export function ElementRows({ elements, depth, label }: ElementRowsProps): VNode {
  return html`<ul class=${classes("tree", depth === 0 && "root")} aria-label=${label}>
    ${elements.map(
      (element, index) =>
        html`<${ElementRow} key=${`${element.tag} ${index}`} element=${element} depth=${depth} />`,
    )}
  </ul>`;
}

/** Deeper sequences are closed at first. */
const OPEN_DEPTH = 2;

function ElementRow({ element, depth }: { element: ElementNode; depth: number }): VNode {
  const { items, more = 0 } = element;
  const [open, setOpen] = useState(depth < OPEN_DEPTH);
  const name = element.keyword === "" ? "(unknown)" : element.keyword;
  const title = `${formatSize(element.length)} at octet ${element.offset} of the data set`;
  if (items === undefined) {
    return html`<li>
      <div class="element" title=${title}>
        <span class="e_tag mono">${printTag(element.tag)}</span>
        <span class="e_vr mono">${element.vr}</span>
        <span class="e_name">${name}</span>
        <${Value} element=${element} />
      </div>
    </li>`;
  }
  return html`<li>
    <div class="element sequence" title=${title}>
      <span class="e_tag mono">${printTag(element.tag)}</span>
      <span class="e_vr mono">${element.vr}</span>
      <button type="button" class="quiet e_name" aria-expanded=${open} onClick=${() => setOpen(!open)}>
        <${Icon} name=${open ? "more" : "forward"} /> ${name}
      </button>
      <span class="e_value faint">${element.words ?? plural(items.length + more, "item")}</span>
    </div>
    ${
      open &&
      html`<ol class="items">
        ${items.map(
          (item, index) => html`<li key=${index} class="item">
            <span class="item_name faint">Item ${index + 1}</span>
            <${ElementRows} elements=${item.elements} depth=${depth + 1} label=${`Item ${index + 1} of ${name}`} />
          </li>`,
        )}
        ${more > 0 && html`<li class="faint item">and ${plural(more, "more item")}</li>`}
      </ol>`
    }
  </li>`;
}

function Value({ element }: { readonly element: ElementNode }): VNode {
  const { value, words, masked } = element;
  if (masked) {
    return html`<span class="e_value masked"><span aria-label="masked">•••</span></span>`;
  }
  return html`<span class="e_value">
    ${value !== null && html`<span class="mono wrap">${escapeControls(value)}</span>`}
    ${words !== null && html`<span class="words">${escapeControls(words)}</span>`}
  </span>`;
}
