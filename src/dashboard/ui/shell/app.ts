/** The whole page: bar, the view that the address names, dialogs, and the keys of everywhere. */
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { AssociationPage } from "../association/association_page.ts";
import { CapturesPage } from "../captures/captures_page.ts";
import { connect, listen, losses } from "../events.ts";
import { html } from "../html.ts";
import { useKeys } from "../keys.ts";
import { ListPage } from "../list/list_page.ts";
import { navigate, route } from "../navigate.ts";
import { NumbersPage } from "../numbers/numbers_page.ts";
import { Empty, Failure } from "../parts/states.ts";
import { ReplaysPage } from "../replays/replays_page.ts";
import { listRoute, type Route } from "../route.ts";
import { health, loadSession, sessionError } from "../session.ts";
import { StoriesPage } from "../stories/stories_page.ts";
import { nextTheme } from "../theme.ts";
import { ConnectionBanner } from "./connection_banner.ts";
import { HelpDialog } from "./help_dialog.ts";
import { TopBar } from "./top_bar.ts";

export function App(): VNode {
  const [help, setHelp] = useState(false);
  const current = route.value;
  useLayoutEffect(() => listen("health", (news) => (health.value = news)), []);
  useLayoutEffect(() => listen("hello", () => loadSession()), []);
  const lost = losses.value;
  useEffect(() => {
    if (lost > 0) loadSession();
  }, [lost]);
  const filter = current.page === "list" ? current.filter : "";
  // Behind those of the view, in the same turn: whoever listens hears the first news.
  useLayoutEffect(() => connect(filter), [filter]);
  // The view of an association names it better, as soon as it is known.
  const title = titleOf(current);
  useLayoutEffect(() => {
    document.title = `${title} - dicomtap`;
  }, [title]);
  useKeys({
    "?": () => setHelp(true),
    t: nextTheme,
    "g l": () => navigate(listRoute()),
    "g s": () => navigate({ page: "stories", filter: "" }),
    "g n": () => navigate({ page: "numbers", filter: "" }),
    "g r": () => navigate({ page: "replays", id: undefined }),
    "g c": () => navigate({ page: "captures" }),
  });
  return html`<a class="skip" href="#main">Skip to the content</a>
    <${TopBar} showHelp=${() => setHelp(true)} />
    <${ConnectionBanner} />
    <main id="main" class=${`page ${current.page}`} tabindex="-1">
      ${sessionError.value === undefined ? viewOf(current) : html`<${SignedOut} />`}
    </main>
    ${help && html`<${HelpDialog} close=${() => setHelp(false)} />`}`;
}

function viewOf(current: Route): VNode {
  switch (current.page) {
    case "list":
      return html`<${ListPage} route=${current} />`;
    case "association":
      return html`<${AssociationPage} key=${`${current.capture}/${current.id}`} route=${current} />`;
    case "numbers":
      return html`<${NumbersPage} route=${current} />`;
    case "stories":
      return html`<${StoriesPage} route=${current} />`;
    case "replays":
      return html`<${ReplaysPage} id=${current.id} />`;
    case "captures":
      return html`<${CapturesPage} />`;
    case "unknown":
      return html`<h1 class="sr_only">Not found</h1><${Empty} title="There is no such page">
        <p>Nothing is at <code>${current.path}</code>. <a href="/">Go to the live list</a></p>
      <//>`;
    default:
      return current satisfies never;
  }
}

function SignedOut(): VNode {
  const error = sessionError.value ?? new Error("Unknown");
  return html`<h1 class="sr_only">dicomtap</h1>
    <${Failure} what="the dashboard" error=${error} again=${loadSession} />`;
}

function titleOf(current: Route): string {
  switch (current.page) {
    case "list":
      return current.filter === "" ? "Associations" : current.filter;
    case "association":
      return `#${current.id} ${current.capture}`;
    case "numbers":
      return "Numbers";
    case "stories":
      return "Stories";
    case "replays":
      return "Replays";
    case "captures":
      return "Captures";
    case "unknown":
      return "Not found";
    default:
      return current satisfies never;
  }
}
