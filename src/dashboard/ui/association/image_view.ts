/** Frames of the pixel data: a slider for the frame, and for the window of grey values. */
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ImageFacts } from "../../api_types.ts";
import { ApiError, apiPath } from "../api.ts";
import { plural } from "../format.ts";
import { html } from "../html.ts";

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
  const { source, problem } = useImage(facts.reason === null ? address : undefined);
  const range = 2 ** Math.min(16, Math.max(8, bits_stored));
  return html`<section class="block image_block">
    <h3>Image</h3>
    <p class="faint">
      ${columns} × ${rows}, ${photometric}, ${plural(bits_stored, "bit")}, ${plural(frames, "frame")}
    </p>
    ${facts.reason !== null && html`<p class="remark">${facts.reason}</p>`}
    ${problem !== "" && html`<p class="remark" role="alert">${problem}</p>`}
    ${
      source !== undefined &&
      html`<button
        type="button"
        class=${large ? "image large" : "image"}
        aria-label=${large ? "Show the image smaller" : "Show the image larger"}
        onClick=${() => setLarge(!large)}
      >
        <img src=${source} alt=${`Frame ${frame + 1} of ${frames}`} />
      </button>`
    }
    <div class="image_tools">
      ${
        frames > 1 &&
        html`<${Slider} label="Frame" value=${frame + 1} min=${1} max=${frames} set=${(value: number) => setFrame(value - 1)} />`
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
  </section>`;
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly set: (value: number) => void;
}

function Slider({ label, value, min, max, set }: SliderProps): VNode {
  return html`<label class="slider">
    <span>${label} <output>${Math.round(value)}</output></span>
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

/** Fetched, so that an error comes in words; the last image stays until the next one is there. */
function useImage(address: string | undefined): { source: string | undefined; problem: string } {
  const [source, setSource] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    if (address === undefined) return undefined;
    const aborter = new AbortController();
    const timer = setTimeout(() => {
      fetchImage(address, aborter.signal).then(
        (blob) => {
          setProblem("");
          setSource((last) => {
            if (last !== undefined) URL.revokeObjectURL(last);
            return URL.createObjectURL(blob);
          });
        },
        (error: Error) => !aborter.signal.aborted && setProblem(error.message),
      );
    }, 60);
    return () => {
      clearTimeout(timer);
      aborter.abort();
    };
  }, [address]);
  return { source, problem };
}

async function fetchImage(address: string, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(address, { signal });
  if (response.ok) return response.blob();
  const told = (await response.json().catch(() => ({}))) as { error?: string };
  throw new ApiError(told.error ?? "The image cannot be shown", { status: response.status });
}
