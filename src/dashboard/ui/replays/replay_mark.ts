/** How a replay is, in a word: what differs counts more than that it is done. */
import type { VNode } from "preact";
import type { ReplayJson } from "../../api_types.ts";
import { html } from "../html.ts";
import { Mark } from "../parts/mark.ts";
import type { Tone } from "../parts/tone.ts";

export function ReplayMark({ replay }: { readonly replay: ReplayJson }): VNode {
  const { state, differs, failed } = replay;
  const [tone, word] = ((): readonly [Tone, string] => {
    if (state === "running") return ["live", "running"];
    if (state === "failed") return ["bad", "failed"];
    if (failed > 0) return ["bad", `${failed} failed`];
    if (differs > 0) return ["warn", differs === 1 ? "1 differs" : `${differs} differ`];
    return state === "stopped" ? ["calm", "stopped"] : ["good", "same"];
  })();
  return html`<${Mark} tone=${tone} word=${word} />`;
}
