/** Frames of the pixel data: a slider for the frame, and for the window of grey values. */
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ImageFacts } from "../../api_types.ts";
import { apiPath, getJson } from "../api.ts";
import { plural } from "../format.ts";
import { classes, html } from "../html.ts";

interface ImageViewProps {
  /** Of the message, under /api. */
  readonly path: string;
  readonly facts: ImageFacts;
}

export function ImageView({ path, facts }: ImageViewProps): VNode {
  const { frames, rows, columns, photometric_interpretation: photometric, bits_stored } = facts;
  const [frame, setFrame] = useState(0);
  const recorded = recordedWindow(facts);
  const [window, setWindow] = useState(recorded);
  const [large, setLarge] = useState(false);
  const address = apiPath(`${path}/image`, {
    frame,
    center: window?.center,
    width: window?.width,
  });
  const source = useSettled(facts.reason === null ? address : undefined);
  const [problem, setProblem] = useState("");
  const sliders = facts.reason === null ? windowRange(facts) : undefined;
  const begin = facts.first_window ?? undefined;
  return html`<section class="block image_block">
    <h3>Image</h3>
    <p class="faint">
      ${columns} × ${rows}, ${photometric}, ${plural(bits_stored, "bit")}, ${plural(frames, "frame")}
    </p>
    ${facts.reason !== null && html`<p class="remark">${facts.reason}</p>`}
    ${problem !== "" && html`<p class="remark" role="alert">${problem}</p>`}
    <div class="image_body">
    ${
      source !== undefined &&
      html`<button
        type="button"
        class=${classes("image", large && "large", problem !== "" && "broken")}
        aria-label=${large ? "Show the image smaller" : "Show the image larger"}
        onClick=${() => setLarge(!large)}
      >
        <img
          src=${source}
          alt=${`Frame ${frame + 1} of ${frames}`}
          onLoad=${() => setProblem("")}
          onError=${async () => setProblem(await reasonOf(source))}
        />
      </button>`
    }
    <div class="image_tools">
      ${
        frames > 1 &&
        html`<${Slider} label="Frame" of=${frames} value=${frame + 1} min=${1} max=${frames} set=${(value: number) => setFrame(value - 1)} />`
      }
      ${sliders !== undefined && html`<${WindowSliders} ...${sliders} window=${window} recorded=${recorded} begin=${begin} set=${setWindow} />`}
    </div>
    </div>
  </section>`;
}

type Window = NonNullable<ImageFacts["first_window"]>;

/** Undefined: each frame has that of its own values. */
function recordedWindow({ center, width }: ImageFacts): Window | undefined {
  return center === null || width === null ? undefined : { center, width };
}

/** What the sliders reach: all values that pixels can have, and the window that was recorded. */
function windowRange({ values, center, width }: ImageFacts): Range | undefined {
  if (values === null) return undefined;
  const { lowest, highest } = values;
  const from = Math.floor(Math.min(lowest, center ?? lowest));
  const to = Math.ceil(Math.max(highest, center ?? highest, from + 1));
  return { from, to, widest: Math.ceil(Math.max(to - from + 1, width ?? 1)) };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly widest: number;
}

interface WindowSlidersProps extends Range {
  readonly window: Window | undefined;
  readonly recorded: Window | undefined;
  /** That of the values in a frame. */
  readonly begin: Window | undefined;
  readonly set: (window: Window | undefined) => void;
}

/** The first that is moved begins a window where none was recorded. */
function WindowSliders(props: WindowSlidersProps): VNode {
  const { from, to, widest, window, recorded, begin, set } = props;
  const shown = window ?? begin ?? { center: (from + to) / 2, width: widest };
  const isOwn = window === undefined;
  return html`<${Slider}
      label="Window center"
      value=${shown.center}
      unset=${isOwn}
      min=${from}
      max=${to}
      set=${(center: number) => set({ ...shown, center })}
    />
    <${Slider}
      label="Window width"
      value=${shown.width}
      unset=${isOwn}
      min=${1}
      max=${widest}
      set=${(width: number) => set({ ...shown, width })}
    />
    <button type="button" disabled=${isOwn} onClick=${() => set(recorded)}>
      ${recorded === undefined ? "By the values in the frame" : "As recorded"}
    </button>`;
}

interface SliderProps {
  readonly label: string;
  /** How many there are, where they are counted. */
  readonly of?: number;
  readonly value: number;
  /** The value is not in use yet. */
  readonly unset?: boolean;
  readonly min: number;
  readonly max: number;
  readonly set: (value: number) => void;
}

function Slider({ label, of, value, unset, min, max, set }: SliderProps): VNode {
  return html`<label class="slider">
    <span>${label} <output>${unset === true ? "auto" : Math.round(value)}</output>${of !== undefined && ` of ${of}`}</span>
    <input
      type="range"
      min=${min}
      max=${max}
      step="1"
      value=${value}
      onInput=${(event: InputEvent) => set(Number((event.currentTarget as HTMLInputElement).value))}
    />
  </label>`;
}

/** Asked for a little later than the slider moved, so that not every step is drawn. */
function useSettled(address: string | undefined): string | undefined {
  const [settled, setSettled] = useState(address);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(address), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [address]);
  return settled;
}

const SETTLE_MS = 80;

/** An image that failed says nothing: its address is asked once more, for the words. */
async function reasonOf(address: string): Promise<string> {
  try {
    await getJson(address);
    return "The image cannot be shown";
  } catch (error) {
    return (error as Error).message;
  }
}
