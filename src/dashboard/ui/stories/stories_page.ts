/** Stories: exchanges of many associations that belong together, told in the order of time. */
import type { VNode } from "preact";
import { statusClass } from "../../../dimse/status.ts";
import { escapeControls } from "../../../escape.ts";
import type { StoriesJson, StoryJson, StoryLineJson } from "../../api_types.ts";
import { apiPath } from "../api.ts";
import { clockDate, clockTime, plural, statusHex } from "../format.ts";
import { html } from "../html.ts";
import { FilterBox } from "../list/filter_box.ts";
import { To } from "../parts/arrows.ts";
import { Fetched } from "../parts/fetched.ts";
import { Mark, ReportedMark } from "../parts/mark.ts";
import { PageHead } from "../parts/page_head.ts";
import { Empty } from "../parts/states.ts";
import { statusTone } from "../parts/tone.ts";
import { useResource } from "../resource.ts";
import { addressOfKey, type FilteredRoute } from "../route.ts";

export function StoriesPage({ route }: { readonly route: FilteredRoute }): VNode {
  const { filter } = route;
  const resource = useResource<StoriesJson>(apiPath("stories", { filter }), {
    keep: true,
  });
  return html`<${PageHead}
      title="Stories"
      about="Exchanges that share a study, an instance or a transaction, across associations"
    >
      <button type="button" onClick=${resource.reload}>Read again</button>
    <//>
    <${FilterBox} route=${route} />
    <${Fetched}
      resource=${resource}
      what="stories"
      show=${(data: StoriesJson) => html`<${StoryList} data=${data} />`}
    />`;
}

function StoryList({ data }: { readonly data: StoriesJson }): VNode {
  const { stories, alone, looked_into, associations, notes } = data;
  return html`<p class="faint story_count">
      ${plural(stories.length, "story", "stories")}; ${plural(alone, "exchange")} in none.
      ${looked_into < associations && ` The newest ${looked_into} of ${associations} associations were looked into.`}
    </p>
    ${notes.map((text) => html`<p key=${text} class="remark">${escapeControls(text)}</p>`)}
    ${
      stories.length === 0 &&
      html`<${Empty} title="No story yet">
      <p>
        A worklist query, the images of the study and their storage commitment become one story as
        soon as they passed.
      </p>
    <//>`
    }
    <ol class="story_list">
      ${stories.map((story) => html`<${Story} key=${story.id} story=${story} />`)}
    </ol>`;
}

function Story({ story }: { readonly story: StoryJson }): VNode {
  const { started, exchanges, associations, study_instance_uids: studies, lines } = story;
  return html`<li class="story panel">
    <header>
      <h2>${clockDate(started)} ${clockTime(started)}</h2>
      <p class="faint">
        ${plural(exchanges, "exchange")} in ${plural(associations, "association")}
        ${studies.length > 0 && html` · study <code>${escapeControls(studies.join(", "))}</code>`}
      </p>
    </header>
    <ol>
      ${lines.map((line, index) => html`<${StoryLine} key=${index} line=${line} />`)}
    </ol>
  </li>`;
}

function StoryLine({ line }: { readonly line: StoryLineJson }): VNode {
  const { key, index, at, from, to, meaning, count, status, reported } = line;
  const { linked_by, in_stories } = line;
  return html`<li class="story_line">
    <span class="time">${clockTime(at)}</span>
    <span class="mono ends">
      <b class="requestor">${escapeControls(from)}</b>
      <${To} />
      <b class="acceptor">${escapeControls(to)}</b>
    </span>
    <a href=${addressOfKey(key, { panel: "messages", message: index })}>${escapeControls(withoutSuccess(meaning))}</a>
    <span class="story_end">
      ${count > 1 && html`<span class="chip calm">× ${count}</span>`}
      ${reported !== undefined && html`<${ReportedMark} reported=${reported} />`}
      ${status !== null && (status !== 0 || reported === undefined) && html`<${Mark} tone=${statusTone(statusClass(status))} word=${status === 0 ? "Success" : statusHex(status)} />`}
      ${in_stories !== undefined && html`<span class="faint">in ${plural(in_stories, "story", "stories")}</span>`}
      ${linked_by !== undefined && html`<span class="faint">linked by ${escapeControls(linked_by)}</span>`}
    </span>
  </li>`;
}

/** Success is said beside it. */
function withoutSuccess(meaning: string): string {
  return meaning.replace(/ -> Success$/, "");
}
