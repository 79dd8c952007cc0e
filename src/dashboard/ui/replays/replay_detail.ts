/** One replay: its exchanges as they come, and for each what is not as recorded. */
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import { formatDurationMs } from "../../../units.ts";
import type { ReplayDetailJson, ReplayEvent, ReplayJson } from "../../api_types.ts";
import { sendJson } from "../api.ts";
import { listen } from "../events.ts";
import { plural, statusHex } from "../format.ts";
import { html } from "../html.ts";
import { Icon } from "../parts/icon.ts";
import { Mark } from "../parts/mark.ts";
import { Failure, Loading } from "../parts/states.ts";
import type { Tone } from "../parts/tone.ts";
import { useResource } from "../resource.ts";
import { associationAddress } from "../route.ts";
import { session } from "../session.ts";
import { ReplayMark } from "./replay_mark.ts";

/** So many exchanges are drawn; all that differ come first. */
const SHOWN = 500;

export function ReplayDetail({ id }: { readonly id: string }): VNode {
  const { data, error, reload } = useResource<ReplayDetailJson>(
    `/api/replays/${encodeURIComponent(id)}`,
  );
  const [live, setLive] = useState<{ replay?: ReplayJson; events: readonly ReplayEvent[] }>({
    events: [],
  });
  const [problem, setProblem] = useState("");
  useLayoutEffect(
    () =>
      listen("replay", (news) => {
        if (news.replay.id !== id) return;
        setLive(({ events }) => ({ replay: news.replay, events: [...events, ...news.events] }));
      }),
    [id],
  );
  const ended = live.replay !== undefined && live.replay.state !== "running";
  // At its end everything is asked for once more: news that came before the first answer are in it.
  useEffect(() => {
    if (ended) reload();
  }, [ended, reload]);
  if (error !== undefined)
    return html`<${Failure} what="this replay" error=${error} again=${reload} />`;
  if (data === undefined) return html`<${Loading} what="the replay" />`;
  const replay = live.replay ?? data;
  const all = data.state === "running" ? [...data.events, ...live.events] : data.events;
  const exchanges = distinct(all.filter(({ event }) => event === "exchange"));
  const sorted = [
    ...exchanges.filter(({ outcome }) => outcome !== "same"),
    ...exchanges.filter(({ outcome }) => outcome === "same"),
  ];
  const stop = () =>
    sendJson(`/api/replays/${encodeURIComponent(id)}`, { method: "DELETE" }).catch(
      (failure: Error) => setProblem(failure.message),
    );
  return html`<article class="replay">
    <header class="message_head">
      <a class="to_list" href="/replays"><${Icon} name="back" /> All replays</a>
      <h2>To <span class="mono">${escapeControls(replay.to)}</span> <${ReplayMark} replay=${replay} /></h2>
      <p class="faint">
        ${plural(replay.keys.length, "association")}, by ${escapeControls(replay.user)}
      </p>
      <dl class="fact_list">
        <div><dt>Same</dt><dd>${replay.same}</dd></div>
        <div><dt>Differ</dt><dd>${replay.differs}</dd></div>
        <div><dt>Failed</dt><dd>${replay.failed}</dd></div>
        <div><dt>Skipped</dt><dd>${replay.skipped}</dd></div>
      </dl>
      ${replay.error !== null && html`<p class="remark problem" role="alert">${escapeControls(replay.error)}</p>`}
      ${problem !== "" && html`<p class="remark problem" role="alert">${problem}</p>`}
      ${
        replay.state === "running" &&
        session.value?.may_operate === true &&
        html`<div class="actions"><button type="button" onClick=${stop}>Stop the replay</button></div>`
      }
    </header>
    <ol class="replay_exchanges" aria-label="Exchanges">
      ${sorted
        .slice(0, SHOWN)
        .map(
          (event) =>
            html`<${ExchangeItem} key=${`${event.capture}/${event.association}/${event.index}`} event=${event} />`,
        )}
    </ol>
    ${sorted.length > SHOWN && html`<p class="faint">and ${plural(sorted.length - SHOWN, "more exchange")}</p>`}
  </article>`;
}

const TONES: Readonly<Record<NonNullable<ReplayEvent["outcome"]>, Tone>> = {
  same: "good",
  differs: "warn",
  skipped: "calm",
  timeout: "bad",
  failed: "bad",
};

function ExchangeItem({ event }: { readonly event: ReplayEvent }): VNode {
  const { outcome = "same", request, reason, differences = [] } = event;
  const link = linkOf(event);
  const times = [
    [event.recorded_ms, "recorded"],
    [event.ms, "now"],
  ].flatMap(([ms, when]) => (typeof ms === "number" ? `${formatDurationMs(ms)} ${when}` : []));
  return html`<li class=${`replayed ${TONES[outcome]}`}>
    <div class="replayed_head">
      <${Mark} tone=${TONES[outcome]} word=${outcome} />
      <b>${escapeControls(request ?? "")}</b>
      ${link !== undefined && html`<a href=${link.address}>${link.word}</a>`}
      <span class="faint">${times.join(", ")}</span>
    </div>
    ${typeof reason === "string" && reason !== "" && html`<p>${escapeControls(reason)}</p>`}
    ${
      differences.length > 0 &&
      html`<div class="scroll_x" tabindex="0" role="region" aria-label="Differences">
        <table class="differences">
          <thead>
            <tr><th scope="col">Where</th><th scope="col">Recorded</th><th scope="col">Now</th></tr>
          </thead>
          <tbody>
            ${differences.map(
              ({ path, recorded, got }) => html`<tr key=${path}>
                <td class="mono">${escapeControls(path)}</td>
                <td class="mono wrap">${valueText(path, recorded)}</td>
                <td class="mono wrap">${valueText(path, got)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    }
  </li>`;
}

/** To the recorded request; how an association began and ended has none. */
function linkOf({ capture, association, index, request }: ReplayEvent): Link | undefined {
  if (capture === undefined || association === undefined) return undefined;
  const key = { capture, id: association };
  if (index === undefined || request?.endsWith("-RQ") !== true) {
    return { address: associationAddress(key), word: `#${association}` };
  }
  return {
    address: associationAddress(key, { panel: "messages", message: index }),
    word: `#${association}, message ${index}`,
  };
}

interface Link {
  readonly address: string;
  readonly word: string;
}

function valueText(path: string, value: unknown): string {
  if (value === null || value === undefined) return "-";
  if (path === "Status" && typeof value === "number") return statusHex(value);
  return escapeControls(typeof value === "string" ? value : JSON.stringify(value));
}

/** The same exchange may come twice: with the first answer, and as news. */
function distinct(events: readonly ReplayEvent[]): readonly ReplayEvent[] {
  return [
    ...new Map(
      events.map((event) => [`${event.capture}/${event.association}/${event.index}`, event]),
    ).values(),
  ];
}
