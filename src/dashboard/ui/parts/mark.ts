/** A word with its tone: a shape, a colour and the word itself. */
import type { VNode } from "preact";
import type { Outcome } from "../../../observe/summary.ts";
import type { MessageRow } from "../../api_detail.ts";
import { html } from "../html.ts";
import { Icon } from "./icon.ts";
import { outcomeTone, type Tone } from "./tone.ts";

export function Mark({ tone, word }: { readonly tone: Tone; readonly word: string }): VNode {
  return html`<span class=${`mark ${tone}`}><${Icon} name=${tone} /><span>${word}</span></span>`;
}

export function OutcomeMark({ outcome }: { readonly outcome: Outcome }): VNode {
  return html`<${Mark} tone=${outcomeTone(outcome)} word=${outcome} />`;
}

type Reported = NonNullable<MessageRow["reported"]>;

/** An N-EVENT-REPORT whose own status does not tell what it says. */
export function ReportedMark({ reported }: { readonly reported: Reported }): VNode {
  return html`<${Mark} tone=${reported === "failure" ? "bad" : "warn"} word=${`reports a ${reported}`} />`;
}
