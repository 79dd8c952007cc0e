/**
 * One frame of the image in a recorded message, as PNG. Native frames are rendered here, compressed
 * ones by dcmjs-imaging where it is installed.
 *
 * Rule: of the data set its head is read, and the octets of the one frame, and no more.
 */
import { readDataSet } from "../../dataset/read_data_set.ts";
import { transferSyntax } from "../../dataset/transfer_syntax.ts";
import type { RecordedStreams } from "../../inspect/stream_reader.ts";
import { readHeadOf } from "../../meaning/read_head.ts";
import { plural } from "../../units.ts";
import type { PassedMessage } from "../detail/association_pass.ts";
import { dataSetPieces, readMessageOctets } from "../detail/message_octets.ts";
import { decodeFrame, decodesCompressed } from "./decode_frame.ts";
import { whyNot } from "./image_facts.ts";
import { type PixelDescription, pixelDescription } from "./pixel_description.ts";
import { encodePng } from "./png.ts";
import { frameLength, renderFrame, type Window } from "./render_frame.ts";

/** Octets of a data set in which its pixel data has to begin. */
const HEAD = 1_048_576;

/** Octets of a compressed data set that are read whole. */
const MAX_COMPRESSED = 268_435_456;

export interface FrameRequest {
  readonly message: PassedMessage;
  /** From 0. */
  readonly frame: number;
  readonly window: Window | undefined;
}

/** `absent`: the image has fewer frames; without it, it cannot be shown here. */
export type FrameImage =
  | { readonly bytes: Uint8Array }
  | { readonly reason: string; readonly absent?: boolean };

export async function frameImage(
  streams: RecordedStreams,
  { message, frame, window }: FrameRequest,
): Promise<FrameImage> {
  const octets = readMessageOctets(streams, { message, dataLimit: HEAD }).dataSet;
  const head = readHeadOf({ head: octets, length: octets.length + 1 }, message.transferSyntax);
  const described = head && pixelDescription(head.dataSet);
  if (described === undefined) return { reason: "There are no Rows and Columns in this data set" };
  const options = { transferSyntax: message.transferSyntax, decodes: decodesCompressed() };
  const reason = whyNot(described, options);
  if (reason !== undefined) return { reason };
  if (frame >= described.frames) {
    const has = plural(described.frames, "frame");
    return { reason: `There is no frame ${frame}: the image has ${has}, from 0 on`, absent: true };
  }
  if (described.pixels?.kind === "fragments") {
    return compressed(streams, { message, frame, window });
  }
  const length = frameLength(described);
  const from = (described.pixels?.offset ?? 0) + frame * length;
  const pixels = readRange(dataSetPieces(streams, message), { from, length });
  if (pixels.length === 0) return { reason: "The octets of this frame are not in the capture" };
  const bigEndian = transferSyntax(message.transferSyntax ?? "")?.bigEndian === true;
  const rendered = renderFrame(described, { octets: pixels, bigEndian, window });
  return { bytes: encodePng(rendered) };
}

async function compressed(
  streams: RecordedStreams,
  { message, frame, window }: FrameRequest,
): Promise<FrameImage> {
  const whole = readMessageOctets(streams, { message, dataLimit: MAX_COMPRESSED }).dataSet;
  const syntax = transferSyntax(message.transferSyntax ?? "");
  if (syntax === undefined) return { reason: "Its transfer syntax is not known" };
  const described = pixelDescription(readDataSet(whole, { syntax }).dataSet) as PixelDescription;
  return decodeFrame(whole, {
    transferSyntaxUid: message.transferSyntax ?? "",
    frame,
    window: window ?? described.window,
  });
}

/** `length` octets of a stream from `from` on, or as many as there are. */
function readRange(
  pieces: Iterable<Uint8Array>,
  { from, length }: { readonly from: number; readonly length: number },
): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  let filled = 0;
  for (const piece of pieces) {
    const start = Math.max(0, from - at);
    at += piece.length;
    if (start >= piece.length) continue;
    const part = piece.subarray(start, start + length - filled);
    bytes.set(part, filled);
    filled += part.length;
    if (filled === length) break;
  }
  return bytes.subarray(0, filled);
}
