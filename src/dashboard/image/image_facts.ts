/** What can be looked at of a data set with pixel data, and why it perhaps cannot. */

import type { ReadDataSet } from "../../dataset/read_data_set.ts";
import { transferSyntax } from "../../dataset/transfer_syntax.ts";
import { syntaxName } from "../../meaning/names.ts";
import type { ImageFacts } from "../api_types.ts";
import { type PixelDescription, pixelDescription } from "./pixel_description.ts";
import { type Window, windowOfRows } from "./render_frame.ts";

export interface ImageOptions {
  readonly transferSyntax: string | undefined;
  /** Whether compressed frames can be decoded here. */
  readonly decodes: boolean;
}

/** Null where there are no rows and columns. `head`: of the data set; `octets`: it begins with them. */
export function imageFacts(
  head: Pick<ReadDataSet, "dataSet"> | undefined,
  options: ImageOptions & { readonly octets: Uint8Array },
): ImageFacts | null {
  const described = head && pixelDescription(head.dataSet);
  if (described === undefined) return null;
  const { frames, rows, columns, photometricInterpretation, bitsStored, window } = described;
  const reason = whyNot(described, options) ?? null;
  const values = greyValues(described) ?? null;
  return {
    frames,
    rows,
    columns,
    photometric_interpretation: photometricInterpretation,
    bits_stored: bitsStored,
    center: window?.center ?? null,
    width: window?.width ?? null,
    first_window:
      reason === null && values !== null && window === undefined
        ? (firstWindow(described, options) ?? null)
        : null,
    values,
    reason,
  };
}

/** Undefined where its pixels would have to be decompressed. */
function firstWindow(
  described: PixelDescription,
  {
    octets,
    transferSyntax: uid,
  }: { readonly octets: Uint8Array; readonly transferSyntax: string | undefined },
): Window | undefined {
  const { pixels } = described;
  if (pixels === undefined || pixels.kind === "fragments") return undefined;
  const bigEndian = transferSyntax(uid ?? "")?.bigEndian === true;
  return windowOfRows(described, { octets: octets.subarray(pixels.offset), bigEndian });
}

/** Undefined for colour, and where the numbers of the data set make no sense. */
function greyValues(described: PixelDescription): ImageFacts["values"] | undefined {
  const { photometricInterpretation, bitsStored, signed, slope, intercept } = described;
  if (!/^MONOCHROME[12]$/.test(photometricInterpretation)) return undefined;
  const count = 2 ** Math.min(16, Math.max(1, Math.floor(bitsStored)));
  const first = signed ? -count / 2 : 0;
  const ends = [first, first + count - 1].map((stored) => stored * slope + intercept);
  if (!ends.every((end) => Math.abs(end) <= MAX_VALUE)) return undefined;
  return { lowest: Math.min(...ends), highest: Math.max(...ends) };
}

/** Beyond it sliders say nothing. */
const MAX_VALUE = 1e9;

/** Why an image cannot be shown, in words; undefined where it can. */
export function whyNot(described: PixelDescription, options: ImageOptions): string | undefined {
  const { pixels, bitsAllocated, samplesPerPixel, photometricInterpretation } = described;
  const { rows, columns } = described;
  if (pixels === undefined) return "There is no Pixel Data (7FE0,0010) in what was looked at";
  const syntax = transferSyntax(options.transferSyntax ?? "");
  if (syntax === undefined) return "Its transfer syntax is not known";
  if (syntax.deflated) return "Deflated data sets are not shown";
  if (rows * columns * samplesPerPixel > MAX_SAMPLES) return "The frame is too large to be shown";
  if (pixels.kind === "fragments") {
    if (options.decodes) return undefined;
    return `${syntaxName(options.transferSyntax ?? "")}: install dcmjs-imaging beside dicomtap to see compressed images`;
  }
  if (pixels.kind === "sequence") return "Pixel Data (7FE0,0010) is a sequence";
  if (bitsAllocated !== 8 && bitsAllocated !== 16)
    return `${bitsAllocated} bits allocated are not shown`;
  if (!SHOWN.has(photometricInterpretation)) return `${photometricInterpretation} is not shown`;
  if (samplesPerPixel !== (photometricInterpretation === "RGB" ? 3 : 1)) {
    return `${samplesPerPixel} samples per pixel do not fit ${photometricInterpretation}`;
  }
  return undefined;
}

/** Samples of one frame: 8,192 by 8,192 pixels. */
const MAX_SAMPLES = 67_108_864;

const SHOWN: ReadonlySet<string> = new Set(["MONOCHROME1", "MONOCHROME2", "RGB"]);
