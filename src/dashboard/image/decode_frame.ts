/**
 * Compressed frames, through dcmjs-imaging where that is installed. It is 40 MB, so it is optional
 * and loaded when the first compressed frame is looked at.
 */
import { createRequire } from "node:module";
import { part10Head } from "../../dataset/part10_head.ts";
import { IMPLEMENTATION_CLASS_UID } from "../../io/implementation.ts";
import { encodePng } from "./png.ts";
import type { Window } from "./render_frame.ts";

/** As much of its interface as is used here. */
interface Imaging {
  readonly DicomImage: new (
    file: ArrayBuffer,
  ) => {
    render(options: { frame: number; windowLevel?: unknown }): {
      readonly width: number;
      readonly height: number;
      /** Red, green, blue, alpha. */
      readonly pixels: ArrayBuffer;
    };
  };
  readonly WindowLevel: new (width: number, center: number) => unknown;
  readonly NativePixelDecoder: { initializeAsync(): Promise<void> };
  readonly log: { setLevel(level: string): void };
}

/** Behind a name, so that nothing looks for it before it is wanted. */
const IMAGING: string = "dcmjs-imaging";

let loading: Promise<Imaging | undefined> | undefined;

/** Whether it is installed. It is not loaded for the answer. */
export function decodesCompressed(): boolean {
  installed ??= isInstalled();
  return installed;
}

let installed: boolean | undefined;

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve(IMAGING);
    return true;
  } catch {
    return false;
  }
}

export interface CompressedFrame {
  readonly transferSyntaxUid: string;
  /** From 0. */
  readonly frame: number;
  readonly window: Window | undefined;
}

/** `dataSet`: its octets, whole. */
export async function decodeFrame(
  dataSet: Uint8Array,
  { transferSyntaxUid, frame, window }: CompressedFrame,
): Promise<{ readonly bytes: Uint8Array } | { readonly reason: string }> {
  const decoder = await imaging();
  if (decoder === undefined) return { reason: "dcmjs-imaging is not installed" };
  try {
    const image = new decoder.DicomImage(fileOf(dataSet, transferSyntaxUid));
    const windowLevel = window && new decoder.WindowLevel(window.width, window.center);
    const rendered = image.render({ frame, ...(windowLevel !== undefined && { windowLevel }) });
    const { width, height } = rendered;
    return {
      bytes: encodePng({ width, height, samples: 3, pixels: withoutAlpha(rendered.pixels) }),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { reason: `The frame cannot be decoded: ${why.slice(0, 200)}` };
  }
}

function imaging(): Promise<Imaging | undefined> {
  loading ??= (async () => {
    try {
      const loaded = (await import(IMAGING)) as Imaging & { readonly default?: Imaging };
      const found = loaded.default ?? loaded;
      found.log.setLevel("silent"); // it prints on stdout, where our data go
      await found.NativePixelDecoder.initializeAsync();
      return found;
    } catch {
      return undefined;
    }
  })();
  return loading;
}

function fileOf(dataSet: Uint8Array, transferSyntaxUid: string): ArrayBuffer {
  const head = part10Head({
    sopClassUid: "",
    sopInstanceUid: "",
    transferSyntaxUid,
    implementationClassUid: IMPLEMENTATION_CLASS_UID,
  });
  const file = new Uint8Array(head.length + dataSet.length);
  file.set(head);
  file.set(dataSet, head.length);
  return file.buffer;
}

function withoutAlpha(pixels: ArrayBuffer): Uint8Array {
  const rgba = new Uint8Array(pixels);
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from + 3 < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
  }
  return rgb;
}
