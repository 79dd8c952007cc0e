/** The live list: filter, counts, and the associations, newest first. */
import type { VNode } from "preact";
import { useLayoutEffect, useMemo } from "preact/hooks";
import type { AssociationSort } from "../../api_types.ts";
import { ApiError } from "../api.ts";
import { listen } from "../events.ts";
import { focusSoon } from "../focus_soon.ts";
import { plural } from "../format.ts";
import { html } from "../html.ts";
import { useKeys } from "../keys.ts";
import { navigate } from "../navigate.ts";
import { Icon } from "../parts/icon.ts";
import { Empty, Failure, Loading } from "../parts/states.ts";
import { associationAddress, type ListRoute, listRoute, routeAddress } from "../route.ts";
import { narrow } from "../screen.ts";
import { session } from "../session.ts";
import { AssociationTable } from "./association_table.ts";
import { FilterBox } from "./filter_box.ts";
import { type ListStore, listStore } from "./list_store.ts";
import { OutcomeCounts } from "./outcome_counts.ts";
import { SavedFilters } from "./saved_filters.ts";
import { SelectionBar } from "./selection_bar.ts";

export function ListPage({ route }: { readonly route: ListRoute }): VNode {
  const { filter, sort, order } = route;
  const store = useMemo(() => listStore({ filter, sort, order }), [filter, sort, order]);
  useLayoutEffect(() => {
    // Who comes back from an association has missed the news meanwhile.
    if (store.paged.total !== undefined) store.missedNews();
    const ends = [
      listen("associations", (news) => store.news(news)),
      listen("hello", () => store.missedNews()),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [store]);
  useKeys({
    j: () => step(store, 1),
    k: () => step(store, -1),
    p: () => store.pause(!store.paused.value),
    x: () => store.current.value !== undefined && store.toggle(store.current.value),
    Enter: () => open(store),
    "/": () => document.getElementById("filter")?.focus(),
    Escape: () => clear(store),
  });
  const sortBy = (next: AssociationSort) => {
    const turned = sort === next && order === "desc" ? "asc" : "desc";
    navigate({ ...route, sort: next, order: turned }, { replace: true });
  };
  return html`<h1 class="sr_only">Associations</h1>
    <div class="list_head">
      <${FilterBox} route=${route} />
      <${SavedFilters} filter=${filter} paged=${store.paged} />
      <div class="list_counts">
        <${OutcomeCounts} facts=${store.facts.value} route=${route} />
        <div class="list_modes">
          ${narrow.value && html`<${SelectButton} store=${store} />`}
          ${session.value?.proxy !== false && html`<${PauseButton} store=${store} />`}
        </div>
      </div>
    </div>
    <${ListBody} store=${store} sortBy=${sortBy} />
    <${SelectionBar} store=${store} />`;
}

interface ListBodyProps {
  readonly store: ListStore;
  readonly sortBy: (sort: AssociationSort) => void;
}

function ListBody({ store, sortBy }: ListBodyProps): VNode {
  const { paged, query } = store;
  paged.version.value; // draws again when rows come
  // The first look at each store.
  useLayoutEffect(() => store.look(0, 60), [store]);
  const error = paged.error.value;
  if (error !== undefined && paged.total === undefined) {
    // What is wrong with a filter stands below it.
    if (error instanceof ApiError && error.status === 400) {
      return html`<${Empty} title="This filter cannot be read">
        <p><a href=${routeAddress(listRoute("", query))}>Show all associations</a></p>
      <//>`;
    }
    return html`<${Failure} what="the associations" error=${error} again=${() => store.refresh()} />`;
  }
  if (paged.total === undefined) return html`<${Loading} what="associations" />`;
  // Captures are still being read, or the filter has not seen all of them: some may yet match.
  if (paged.total === 0 && store.facts.value?.complete === false) {
    return html`<${Loading} what="associations" />`;
  }
  if (paged.total > 0) return html`<${AssociationTable} store=${store} sortBy=${sortBy} />`;
  const all = store.facts.value?.all ?? 0;
  if (query.filter !== "" && all > 0) {
    return html`<${Empty} title="No association matches">
      <p>${plural(all, "association")} without the filter. <a href=${routeAddress(listRoute("", query))}>Show all</a></p>
    <//>`;
  }
  return html`<${Empty} title="No association yet"><${FirstSteps} /><//>`;
}

function FirstSteps(): VNode {
  if (session.value?.proxy === false) {
    return html`<p>
      There are no associations in these captures. <a href="/captures">See what was read</a>
    </p>`;
  }
  return html`<p>
      Let the modality send to dicomtap instead of the PACS: each association appears here while it
      is going on.
    </p>
    <p class="faint">To try: <code>echoscu -aec ANY-SCP HOST PORT</code></p>`;
}

/** Where the rows have no room for a box to tick. */
function SelectButton({ store }: { readonly store: ListStore }): VNode {
  const selecting = store.selecting.value;
  return html`<button
    type="button"
    aria-pressed=${selecting}
    onClick=${() => store.select(!selecting)}
  >
    <${Icon} name="good" /><span>Select</span>
  </button>`;
}

function PauseButton({ store }: { readonly store: ListStore }): VNode {
  const paused = store.paused.value;
  const waiting = store.waiting.value.size;
  const word = paused
    ? waiting === 0
      ? "Paused"
      : `${plural(waiting, "change")} waiting`
    : "Pause";
  return html`<button
    type="button"
    class=${paused ? "pause on" : "pause"}
    aria-pressed=${paused}
    title="Pause the list (p)"
    onClick=${() => store.pause(!paused)}
  >
    <${Icon} name=${paused ? "play" : "pause"} /><span>${word}</span>
  </button>`;
}

function step(store: ListStore, by: number): void {
  const { paged, current } = store;
  const last = (paged.total ?? 0) - 1;
  if (last < 0) return;
  const at = current.value === undefined ? -1 : paged.indexOf(current.value);
  const next = at < 0 ? 0 : Math.min(last, Math.max(0, at + by));
  const row = paged.at(next);
  if (row === undefined) return;
  current.value = row.key;
  focusSoon(".arow.current .aes a");
}

function open(store: ListStore): void {
  const { paged, current } = store;
  const row = paged.at(paged.indexOf(current.value ?? ""));
  if (row !== undefined) navigate(associationAddress(row));
}

/** Esc takes back one thing after the other. */
function clear(store: ListStore): void {
  if (store.selected.value.size > 0 || store.selecting.value) store.select(false);
  else if (store.current.value !== undefined) store.current.value = undefined;
  else navigate(listRoute("", store.query));
}
