/** Says that the page is cut off from dicomtap, while it tries again by itself. */
import type { VNode } from "preact";
import { connection, reconnect } from "../events.ts";
import { html } from "../html.ts";

export function ConnectionBanner(): VNode {
  const lost = connection.value === "lost";
  return html`<div class="banner_place" role="status" aria-live="polite">
    ${
      lost &&
      html`<div class="banner">
        <p>
          <strong>The connection to dicomtap is lost.</strong> What is shown may be old; this page
          tries again by itself.
        </p>
        <button type="button" onClick=${reconnect}>Try now</button>
      </div>`
    }
  </div>`;
}
