/** The bar above all views: where one can go, how the proxy is, and what the person set. */
import type { VNode } from "preact";
import { connection } from "../events.ts";
import { classes, html } from "../html.ts";
import { route } from "../navigate.ts";
import { Icon, type IconName } from "../parts/icon.ts";
import { session } from "../session.ts";
import { nextTheme, theme } from "../theme.ts";
import { RecordingState } from "./recording_state.ts";

const PAGES: readonly (readonly [page: string, href: string, word: string, icon: IconName])[] = [
  ["list", "/", "Live", "live_list"],
  ["stories", "/stories", "Stories", "stories"],
  ["numbers", "/numbers", "Numbers", "numbers"],
  ["replays", "/replays", "Replays", "replays"],
  ["captures", "/captures", "Captures", "captures"],
];

export function TopBar({ showHelp }: { readonly showHelp: () => void }): VNode {
  const page = route.value.page === "association" ? "list" : route.value.page;
  const live = session.value?.proxy !== false;
  return html`<header class="bar">
    <a class="brand" href="/" aria-label="dicomtap, to the list">
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path class="pipe" d="M1 7h18" /><path class="tap" d="M10 7v6.5" /><path
          class="drop"
          d="M10 14l1.8 2.4a1.9 1.9 0 1 1-3.6 0z"
        />
      </svg>
      <span>dicomtap</span>
    </a>
    <nav aria-label="Views">
      ${PAGES.map(
        ([name, href, word, icon]) => html`<a
          key=${name}
          href=${href}
          aria-current=${name === page ? "page" : undefined}
        >
          <${Icon} name=${icon} /><span>${name === "list" && !live ? "Associations" : word}</span>
        </a>`,
      )}
    </nav>
    <div class="bar_end">
      <${RecordingState} />
      <${ConnectionDot} />
      <button
        type="button"
        class="quiet"
        aria-label=${`Theme: ${theme.value}. Change it`}
        title=${`Theme: ${theme.value} (t)`}
        onClick=${nextTheme}
      >
        <${Icon} name=${`theme_${theme.value}`} />
      </button>
      <button type="button" class="quiet" aria-label="Keys and help" title="Help (?)" onClick=${showHelp}>
        <${Icon} name="help" />
      </button>
    </div>
  </header>`;
}

function ConnectionDot(): VNode {
  const state = connection.value;
  const word = { connecting: "connecting", connected: "live", lost: "offline" }[state];
  return html`<span class=${classes("link_state", state)} title="Connection of this page to dicomtap">
    <i aria-hidden="true" /><span>${word}</span>
  </span>`;
}
