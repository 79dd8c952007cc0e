/** What became of the association and why, in plain words, before anything else. */
import type { VNode } from "preact";
import { escapeControls } from "../../../escape.ts";
import type { Verdict } from "../../api_types.ts";
import { html } from "../html.ts";
import { Icon } from "../parts/icon.ts";
import type { Tone } from "../parts/tone.ts";
import type { PanelProps } from "./association_page.ts";
import { FirstFailure, useFirstFailure } from "./first_failure.ts";
import { shownLevel } from "./shown_level.ts";

const TONES: Readonly<Record<Verdict["level"], Tone>> = {
  good: "good",
  notable: "warn",
  bad: "bad",
  open: "live",
};

const WORDS: Readonly<Record<Verdict["level"], string>> = {
  good: "All well",
  notable: "Worth a look",
  bad: "Problem",
  open: "Going on",
};

type VerdictProps = Pick<PanelProps, "route" | "detail" | "data">;

export function VerdictBox({ route, detail, data }: VerdictProps): VNode {
  const { headline, details, section } = detail.verdict;
  const failure = useFirstFailure({ detail, data });
  const level = shownLevel(detail.verdict, failure);
  const tone = TONES[level];
  return html`<section class=${`verdict ${tone}`} aria-label="Verdict">
    <p class="verdict_level"><${Icon} name=${tone} /><span>${WORDS[level]}</span></p>
    <div>
      <h2>
        ${escapeControls(headline)}
        ${section !== undefined && html`<small class="section">${section}</small>`}
      </h2>
      ${failure !== undefined && html`<${FirstFailure} route=${route} message=${failure} />`}
      ${details.map((text) => html`<p key=${text}>${escapeControls(text)}</p>`)}
      ${detail.missing.map(
        (text) => html`<p key=${text} class="missing">${escapeControls(text)}</p>`,
      )}
    </div>
  </section>`;
}
