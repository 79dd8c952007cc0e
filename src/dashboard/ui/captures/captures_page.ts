/** The capture files that are looked at: how large, how whole, and what is wrong with them. */
import type { VNode } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { escapeControls } from "../../../escape.ts";
import { formatCount, formatSize } from "../../../units.ts";
import type { CaptureJson, CapturesJson } from "../../api_types.ts";
import { listen } from "../events.ts";
import { clockDate, clockTime, plural } from "../format.ts";
import { type Child, html } from "../html.ts";
import { Mark } from "../parts/mark.ts";
import { PageHead } from "../parts/page_head.ts";
import { Empty, Failure, Loading } from "../parts/states.ts";
import type { Tone } from "../parts/tone.ts";
import { useResource } from "../resource.ts";

const STATES: Readonly<Record<CaptureJson["state"], readonly [tone: Tone, what: string]>> = {
  indexed: ["good", "closed, with an index"],
  scanned: ["calm", "no index: all records were read"],
  growing: ["live", "being written, or its recorder was killed"],
  reading: ["live", "not wholly read yet"],
  unreadable: ["bad", "cannot be read"],
};

export function CapturesPage(): VNode {
  const { data, error, reload } = useResource<CapturesJson>("/api/captures");
  const [news, setNews] = useState<CapturesJson | undefined>(undefined);
  useLayoutEffect(() => listen("captures", setNews), []);
  const shown = news ?? data;
  if (shown === undefined) {
    return html`<${PageHead} title="Captures" about="Files that are looked at" />
      ${
        error === undefined
          ? html`<${Loading} what="captures" />`
          : html`<${Failure} what="the captures" error=${error} again=${reload} />`
      }`;
  }
  const { captures, problems } = shown;
  return html`<${PageHead} title="Captures" about=${html`<${About} shown=${shown} />`} />
    ${
      problems.length > 0 &&
      html`<ul class="remarks panel">
      ${problems.map((text) => html`<li key=${text} class="problem">${escapeControls(text)}</li>`)}
    </ul>`
    }
    ${
      captures.length === 0
        ? html`<${Empty} title="No capture yet"><p>What the proxy records appears here.</p><//>`
        : html`<${CaptureTable} captures=${captures} />`
    }`;
}

function About({ shown }: { readonly shown: CapturesJson }): VNode {
  const { captures, places } = shown;
  const size = captures.reduce((sum, capture) => sum + capture.size, 0);
  return html`${plural(captures.length, "file")}, ${formatSize(size)} in${" "}
    ${places.map((place, index) => html`${index > 0 && ", "}<code key=${place}>${escapeControls(place)}</code>`)}`;
}

function CaptureTable({ captures }: Pick<CapturesJson, "captures">): VNode {
  return html`<div class="panel scroll_x" tabindex="0" role="region" aria-label="Captures">
    <table class="captures_table stacked">
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">State</th>
          <th scope="col" class="right">Associations</th>
          <th scope="col" class="right">Size</th>
          <th scope="col">Created</th>
          <th scope="col">Last written</th>
          <th scope="col">Recorded by</th>
        </tr>
      </thead>
      <tbody>
        ${captures.map((capture) => html`<${CaptureRow} key=${capture.capture} capture=${capture} />`)}
      </tbody>
    </table>
  </div>`;
}

function CaptureRow({ capture }: { readonly capture: CaptureJson }): VNode {
  const { state, problems, lost, payload, product, runtime } = capture;
  const [tone, what] = STATES[state];
  const recorder = [product, runtime, payload === "headers" ? "headers only" : null];
  return html`<tr>
    <td>
      <span class="mono">${escapeControls(capture.capture)}</span>
      ${problems.map((text) => html`<p key=${text} class="problem">${escapeControls(text)}</p>`)}
      ${lost > 0 && html`<p class="problem">${formatSize(lost)} of traffic are missing</p>`}
    </td>
    <td data-label="State" title=${what}><${Mark} tone=${problems.length > 0 && tone === "good" ? "warn" : tone} word=${state} /></td>
    <td class="right" data-label="Associations">${formatCount(capture.associations)}</td>
    <td class="right" data-label="Size">${formatSize(capture.size)}</td>
    <td data-label="Created">${when(capture.created)}</td>
    <td data-label="Last written">${when(capture.modified)}</td>
    <td class="faint" data-label="Recorded by">${escapeControls(recorder.filter((part) => part !== null).join(", ")) || "-"}</td>
  </tr>`;
}

function when(time: string | null): Child {
  if (time === null) return "-";
  return html`<span class="nowrap">${clockDate(time)}</span>${" "}
    <span class="nowrap">${clockTime(time).slice(0, 8)}</span>`;
}
