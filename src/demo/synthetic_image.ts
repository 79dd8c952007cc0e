/**
 * A CT image of nobody: rings that move from slice to slice, 256 x 256, 16 bits (PS3.3 A.3). The
 * same round and number give the same octets.
 */
import { joined } from "../dataset/octets.ts";
import { encodeElement, encodeSynthetic } from "./synthetic_data_set.ts";

export interface SyntheticImage {
  readonly sopInstanceUid: string;
  readonly dataSet: Uint8Array;
}

export interface SyntheticImageOptions {
  /** Which study. */
  readonly round: number;
  /** Which slice, from 1. */
  readonly number: number;
  /** Explicit or implicit VR, little endian both. */
  readonly explicit: boolean;
}

export function syntheticImage({ round, number, explicit }: SyntheticImageOptions): SyntheticImage {
  const study = `2.25.7000${round}`;
  const sopInstanceUid = `${study}.1.${number}`;
  const attributes = encodeSynthetic(
    {
      ImageType: "ORIGINAL\\PRIMARY\\AXIAL",
      SOPClassUID: "1.2.840.10008.5.1.4.1.1.2",
      SOPInstanceUID: sopInstanceUid,
      StudyDate: "20260203",
      StudyTime: "141500",
      AccessionNumber: `A${round}`,
      Modality: "CT",
      StudyDescription: "Demonstration",
      PatientName: "Phantom^Round",
      PatientID: "DEMO-1",
      StudyInstanceUID: study,
      SeriesInstanceUID: `${study}.1`,
      SeriesNumber: "1",
      InstanceNumber: String(number),
    },
    { explicit },
  );
  const numbers = IMAGE_PIXEL.map(([tag, value]) =>
    encodeElement({ tag, vr: "US", bytes: u16(value) }, { explicit }),
  );
  const pixel = { tag: 0x7fe0_0010, vr: "OW", bytes: rings(number) };
  const pixels = encodeElement(pixel, { explicit });
  return { sopInstanceUid, dataSet: joined([attributes, ...numbers, pixels]) };
}

const SIZE = 256;

/** The Image Pixel Module (PS3.3 C.7.6.3): elements with numbers. */
const IMAGE_PIXEL: readonly (readonly [tag: number, value: number])[] = [
  [0x0028_0002, 1], // SamplesPerPixel
  [0x0028_0010, SIZE], // Rows
  [0x0028_0011, SIZE], // Columns
  [0x0028_0100, 16], // BitsAllocated
  [0x0028_0101, 12], // BitsStored
  [0x0028_0102, 11], // HighBit
  [0x0028_0103, 0], // PixelRepresentation
];

function rings(number: number): Uint8Array {
  const pixels = new Uint8Array(SIZE * SIZE * 2);
  const view = new DataView(pixels.buffer);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const radius = Math.hypot(x - SIZE / 2, y - SIZE / 2 + number);
      const value = radius > SIZE / 2 ? 0 : 2_048 + Math.round(1_500 * Math.sin(radius / 6));
      view.setUint16(2 * (y * SIZE + x), value, true);
    }
  }
  return pixels;
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}
