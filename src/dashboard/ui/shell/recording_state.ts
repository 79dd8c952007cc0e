/** Whether traffic is recorded, in a word; a switch for who may turn it. */
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { HealthJson } from "../../api_types.ts";
import { sendJson } from "../api.ts";
import { connection } from "../events.ts";
import { html } from "../html.ts";
import { Mark } from "../parts/mark.ts";
import type { Tone } from "../parts/tone.ts";
import { health, session } from "../session.ts";

const TONES: Readonly<Record<string, Tone>> = {
  ok: "good",
  paused: "warn",
  refused: "bad",
  off: "calm",
};

const WORDS: Readonly<Record<string, string>> = { ok: "recording", off: "not recording" };

export function RecordingState(): VNode | null {
  const [problem, setProblem] = useState("");
  const state = health.value;
  const who = session.value;
  if (state === undefined || who === undefined || !who.proxy) return null;
  // What was true once may not be any more, and a green word would say that it is.
  if (connection.value === "lost") {
    return html`<span class="recording"><${Mark} tone="calm" word="recording not known" /></span>`;
  }
  const { recording, reason } = state;
  const turn = async () => {
    try {
      await sendJson<HealthJson>("/api/recording", { body: { on: recording !== "ok" } });
      setProblem("");
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const tone = state.forwarding ? (TONES[recording] ?? "warn") : "bad";
  const word = state.forwarding ? (WORDS[recording] ?? recording) : "not forwarding";
  const title = problem || reason || `Traffic is forwarded, ${word}`;
  if (!who.may_operate) {
    return html`<span class="recording" title=${title}><${Mark} tone=${tone} word=${word} /></span>`;
  }
  return html`<button
    type="button"
    class="recording quiet"
    aria-pressed=${recording === "ok"}
    title=${`${title}. ${recording === "ok" ? "Click to stop recording" : "Click to record"}`}
    onClick=${turn}
  >
    <${Mark} tone=${problem === "" ? tone : "bad"} word=${word} />
  </button>`;
}
