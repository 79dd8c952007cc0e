/** Keys, and what the marks mean. */
import type { VNode } from "preact";
import { html } from "../html.ts";
import { Dialog } from "../parts/dialog.ts";
import { OutcomeMark } from "../parts/mark.ts";
import { OUTCOMES } from "../parts/tone.ts";
import { session } from "../session.ts";

const KEYS: readonly (readonly [title: string, keys: readonly (readonly [string, string])[]])[] = [
  [
    "Everywhere",
    [
      ["?", "This help"],
      ["g l", "Live list"],
      ["g s", "Stories"],
      ["g n", "Numbers"],
      ["g r", "Replays"],
      ["g c", "Captures"],
      ["t", "Light, dark, or as the system"],
      ["Esc", "Close, or go back"],
    ],
  ],
  [
    "Live list",
    [
      ["j k", "Next, previous association"],
      ["Enter", "Open it"],
      ["x", "Select it, for a download or a replay"],
      ["/", "Filter"],
      ["p", "Pause, go on"],
    ],
  ],
  [
    "Association",
    [
      ["j k", "Next, previous message, PDU or arrow of the ladder"],
      ["1 … 6", "Ladder, messages, PDUs, contexts, timing, findings"],
      ["[ ]", "Previous, next association"],
      ["m", "Show or mask patient data"],
    ],
  ],
];

const MEANINGS: Readonly<Record<string, string>> = {
  released: "ended as the standard wants it",
  rejected: "the acceptor said no at the beginning",
  aborted: "one AE broke it off with an A-ABORT",
  closed: "the connection ended without a release",
  reset: "the connection was torn down",
  refused: "nobody answered at the acceptor's address",
  timeout: "somebody waited too long",
  opaque: "not DICOM, or not readable as such",
  open: "going on now",
};

export function HelpDialog({ close }: { readonly close: () => void }): VNode {
  const version = session.value?.version;
  return html`<${Dialog} title="Keys and marks" close=${close} wide>
    <div class="help_columns">
      ${KEYS.map(
        ([title, keys]) => html`<section key=${title}>
          <h3>${title}</h3>
          <dl class="keys">
            ${keys.map(
              ([key, does]) => html`<div key=${key}>
                <dt>${key.split(" ").map((part) => html`<kbd>${part}</kbd> `)}</dt>
                <dd>${does}</dd>
              </div>`,
            )}
          </dl>
        </section>`,
      )}
      <section class="wide">
        <h3>How an association ended</h3>
        <dl class="keys outcomes">
          ${OUTCOMES.map(
            (outcome) => html`<div key=${outcome}>
              <dt><${OutcomeMark} outcome=${outcome} /></dt>
              <dd>${MEANINGS[outcome]}</dd>
            </div>`,
          )}
        </dl>
      </section>
    </div>
    ${version !== undefined && html`<p class="faint">dicomtap ${version}, <a href="/api/openapi.json">API</a></p>`}
  <//>`;
}
