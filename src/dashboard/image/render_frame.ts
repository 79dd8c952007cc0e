/**
 * Native pixels of one frame to 8 bits a sample: Modality LUT by slope and intercept, then the
 * linear window (PS3.3 C.11.1, C.11.2.1.2). For a look, not for diagnosis.
 */
import type { PixelDescription } from "./pixel_description.ts";

export interface Window {
  readonly center: number;
  readonly width: number;
}

export interface RenderedFrame {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 red, green, blue. */
  readonly samples: 1 | 3;
  readonly pixels: Uint8Array;
}

/** Octets of one frame. */
export function frameLength({
  rows,
  columns,
  samplesPerPixel,
  bitsAllocated,
}: PixelDescription): number {
  return rows * columns * samplesPerPixel * (bitsAllocated / 8);
}

/** `window`: that of the data set, else of the values in the frame, where it is not given. */
export function renderFrame(
  described: PixelDescription,
  frame: {
    readonly octets: Uint8Array;
    readonly bigEndian: boolean;
    readonly window?: Window | undefined;
  },
): RenderedFrame {
  const { rows: height, columns: width } = described;
  if (described.photometricInterpretation === "RGB") {
    return { width, height, samples: 3, pixels: colour(described, frame.octets) };
  }
  const values = valuesOf(described, frame);
  const window = frame.window ?? described.window ?? windowOf(values);
  const low = window.center - 0.5 - (window.width - 1) / 2;
  const scale = window.width > 1 ? 255 / (window.width - 1) : 255 * 1e6;
  const invert = described.photometricInterpretation === "MONOCHROME1";
  const pixels = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const level = Math.max(0, Math.min(255, ((values[i] ?? 0) - low) * scale));
    pixels[i] = invert ? 255 - level : level;
  }
  return { width, height, samples: 1, pixels };
}

/** Of the rows that are there whole; undefined where none is. */
export function windowOfRows(
  described: PixelDescription,
  frame: { readonly octets: Uint8Array; readonly bigEndian: boolean },
): Window | undefined {
  const { columns, bitsAllocated } = described;
  const whole = Math.floor(frame.octets.length / (columns * (bitsAllocated / 8)));
  const rows = Math.min(described.rows, whole);
  return rows === 0 ? undefined : windowOf(valuesOf({ ...described, rows }, frame));
}

function valuesOf(
  described: PixelDescription,
  { octets, bigEndian }: { readonly octets: Uint8Array; readonly bigEndian: boolean },
): Float32Array {
  const { bitsAllocated, bitsStored, highBit, signed, slope, intercept } = described;
  const count = described.rows * described.columns;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const shift = Math.max(0, Math.min(15, highBit + 1 - bitsStored));
  const mask = 2 ** Math.min(16, bitsStored) - 1;
  const sign = 2 ** (bitsStored - 1);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const at = bitsAllocated === 16 ? 2 * i : i;
    if (at + bitsAllocated / 8 > octets.length) break; // cut off: the rest stays dark
    const raw = bitsAllocated === 16 ? view.getUint16(at, !bigEndian) : (octets[at] ?? 0);
    const stored = (raw >> shift) & mask;
    values[i] = (signed && stored >= sign ? stored - 2 * sign : stored) * slope + intercept;
  }
  return values;
}

function colour(described: PixelDescription, octets: Uint8Array): Uint8Array {
  const count = described.rows * described.columns;
  const step = described.bitsAllocated / 8;
  const pixels = new Uint8Array(3 * count);
  for (let i = 0; i < count; i++) {
    for (let sample = 0; sample < 3; sample++) {
      const at = described.planar ? sample * count + i : 3 * i + sample;
      // of 16 bits the upper octet, little endian
      pixels[3 * i + sample] = octets[at * step + step - 1] ?? 0;
    }
  }
  return pixels;
}

function windowOf(values: Float32Array): Window {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const width = Math.max(1, high - low + 1);
  return { center: low + width / 2, width };
}
