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
  const [center, setCenter] = useState(facts.center);
  const [width, setWidth] = useState(facts.width);
  const [large, setLarge] = useState(false);
  const address = apiPath(`${path}/image`, {
    frame,
    center: center ?? undefined,
    width: width ?? undefined,
  });
  const source = useSettled(facts.reason === null ? address : undefined);
  const [problem, setProblem] = useState("");
  const range = 2 ** Math.min(16, Math.max(8, bits_stored));
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
      ${
        center !== null &&
        width !== null &&
        html`<${Slider}
            label="Window center"
            value=${center}
            min=${Math.min(-range / 2, Math.floor(facts.center ?? 0))}
            max=${Math.max(range, Math.ceil(facts.center ?? 0))}
            set=${setCenter}
          />
          <${Slider} label="Window width" value=${width} min=${1} max=${Math.max(range, Math.ceil(facts.width ?? 1))} set=${setWidth} />
          <button
            type="button"
            onClick=${() => {
              setCenter(facts.center);
              setWidth(facts.width);
            }}
          >
            As recorded
          </button>`
      }
    </div>
    </div>
  </section>`;
}

interface SliderProps {
  readonly label: string;
  /** How many there are, where they are counted. */
  readonly of?: number;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly set: (value: number) => void;
}

function Slider({ label, of, value, min, max, set }: SliderProps): VNode {
  return html`<label class="slider">
    <span>${label} <output>${Math.round(value)}</output>${of !== undefined && ` of ${of}`}</span>
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
