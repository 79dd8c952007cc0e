/** Puts a text on the clipboard and says so. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { html } from "../html.ts";
import { Icon } from "./icon.ts";

export function CopyButton({ text, word = "Copy" }: { text: string; word?: string }): VNode {
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("Select the text and copy it");
    }
    setTimeout(() => setSaid(""), 2_000);
  };
  return html`<button type="button" class="copy" onClick=${copy}>
    <${Icon} name=${said === "Copied" ? "good" : "copy"} />
    <span aria-live="polite">${said || word}</span>
  </button>`;
}
