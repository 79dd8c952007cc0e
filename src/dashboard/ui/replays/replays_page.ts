/** Replays that were started here: how they go, and what is not as recorded. */
import type { VNode } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import type { ReplayJson, ReplaysJson } from "../../api_types.ts";
import { listen } from "../events.ts";
import { clockDate, clockTime, plural } from "../format.ts";
import { classes, html } from "../html.ts";
import { PageHead } from "../parts/page_head.ts";
import { Empty, Failure, Loading } from "../parts/states.ts";
import { useResource } from "../resource.ts";
import { routeAddress } from "../route.ts";
import { ReplayDetail } from "./replay_detail.ts";
import { ReplayMark } from "./replay_mark.ts";

export function ReplaysPage({ id }: { readonly id: string | undefined }): VNode {
  const { data, error, reload } = useResource<ReplaysJson>("/api/replays", { version: id });
  const [news, setNews] = useState<ReadonlyMap<string, ReplayJson>>(new Map());
  useLayoutEffect(
    () => listen("replay", ({ replay }) => setNews((last) => new Map(last).set(replay.id, replay))),
    [],
  );
  // Of another run of the program nothing is left.
  useLayoutEffect(() => listen("hello", () => setNews(new Map())), []);
  if (data === undefined) {
    return html`<${PageHead} title="Replays" about=${ABOUT} />
      ${
        error === undefined
          ? html`<${Loading} what="replays" />`
          : html`<${Failure} what="the replays" error=${error} again=${reload} />`
      }`;
  }
  const known = new Set(data.replays.map((replay) => replay.id));
  const fresh = [...news.values()].filter((replay) => !known.has(replay.id));
  const replays = [...fresh, ...data.replays.map((replay) => news.get(replay.id) ?? replay)];
  return html`<${PageHead} title="Replays" about=${ABOUT} />
    ${
      replays.length === 0 && id === undefined
        ? html`<${Empty} title="No replay yet">
            <p>Select associations in the <a href="/">list</a>, or open one, and choose Replay.</p>
          <//>`
        : html`<div class=${id === undefined ? "split" : "split opened"}>
            <ul class="split_list panel replay_list" aria-label="Replays">
              ${replays.map(
                (replay) =>
                  html`<${ReplayItem} key=${replay.id} replay=${replay} on=${replay.id === id} />`,
              )}
            </ul>
            <div class="split_detail panel">
              ${
                id === undefined
                  ? html`<${Empty} title="No replay is open"><p>Choose one.</p><//>`
                  : html`<${ReplayDetail} key=${id} id=${id} />`
              }
            </div>
          </div>`
    }`;
}

const ABOUT = "A replay plays the association-requestor's side again and compares the answers";

interface ReplayItemProps {
  readonly replay: ReplayJson;
  readonly on: boolean;
}

function ReplayItem({ replay, on }: ReplayItemProps): VNode {
  const { id, to, started, keys, exchanges } = replay;
  return html`<li class=${classes("mrow", on && "current")}>
    <a href=${routeAddress({ page: "replays", id })} aria-current=${on ? "true" : undefined}>
      <span class="mrow_head">
        <${ReplayMark} replay=${replay} />
        <b class="mono">${escapeControls(to)}</b>
        <span class="mrow_time">${clockDate(started)} ${clockTime(started).slice(0, 8)}</span>
      </span>
      <span class="mrow_facts">
        ${plural(keys.length, "association")}, ${plural(exchanges, "exchange")}
      </span>
    </a>
  </li>`;
}
