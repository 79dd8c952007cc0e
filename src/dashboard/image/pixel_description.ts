/**
 * How the pixels of a data set are laid out: the Image Pixel Module (PS3.3 C.7.6.3), as far as
 * looking at them needs.
 */
import type { DataSet } from "../../dataset/data_set.ts";
import type { DataElement } from "../../dataset/element.ts";
import { elementNumbers, elementStrings } from "../../dataset/element_value.ts";

export interface PixelDescription {
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly samplesPerPixel: number;
  readonly photometricInterpretation: string;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Colour by plane: all of one sample, then all of the next. */
  readonly planar: boolean;
  readonly slope: number;
  readonly intercept: number;
  /** The first one of the data set. */
  readonly window: { readonly center: number; readonly width: number } | undefined;
  readonly pixels: DataElement | undefined;
}

const PIXEL_DATA = 0x7fe00010;

/** Undefined where it has no rows and columns. */
export function pixelDescription(dataSet: DataSet): PixelDescription | undefined {
  const rows = number(dataSet, 0x00280010);
  const columns = number(dataSet, 0x00280011);
  if (rows === undefined || columns === undefined || rows * columns === 0) return undefined;
  const bitsAllocated = number(dataSet, 0x00280100) ?? 8;
  const bitsStored = number(dataSet, 0x00280101) ?? bitsAllocated;
  const center = number(dataSet, 0x00281050);
  const width = number(dataSet, 0x00281051);
  const hasWindow = center !== undefined && width !== undefined && width >= 1;
  return {
    rows,
    columns,
    frames: Math.max(1, number(dataSet, 0x00280008) ?? 1),
    samplesPerPixel: number(dataSet, 0x00280002) ?? 1,
    photometricInterpretation: text(dataSet, 0x00280004) ?? "MONOCHROME2",
    bitsAllocated,
    bitsStored,
    highBit: number(dataSet, 0x00280102) ?? bitsStored - 1,
    signed: number(dataSet, 0x00280103) === 1,
    planar: number(dataSet, 0x00280006) === 1,
    slope: number(dataSet, 0x00281053) ?? 1,
    intercept: number(dataSet, 0x00281052) ?? 0,
    window: hasWindow ? { center, width } : undefined,
    pixels: dataSet.element(PIXEL_DATA),
  };
}

function number(dataSet: DataSet, tag: number): number | undefined {
  const element = dataSet.element(tag);
  if (element?.kind !== "value") return undefined;
  const value = Number(elementNumbers(element)[0]);
  return Number.isFinite(value) ? value : undefined;
}

function text(dataSet: DataSet, tag: number): string | undefined {
  const element = dataSet.element(tag);
  return element?.kind === "value"
    ? elementStrings(element, dataSet.characterSet)[0]?.trim()
    : undefined;
}
