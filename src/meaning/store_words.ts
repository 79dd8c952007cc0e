/** C-STORE (PS3.4 B): what is stored, in which form, and on whose behalf. */
import { numberOf, textOf } from "../dimse/command_set.ts";
import { formatSize } from "../units.ts";
import { className, syntaxName } from "./names.ts";
import type { ServiceWords } from "./outcome.ts";
import type { ToldMessage } from "./told_message.ts";

/** `CT Image Storage, 512x512 MONOCHROME2, JPEG 2000 lossless, 213 KiB`. */
export const storeWords: ServiceWords = {
  request: (request) => {
    const { sopClassUid, transferSyntax, length, commandSet } = request;
    const originator = textOf(commandSet, "MoveOriginatorApplicationEntityTitle");
    const move = numberOf(commandSet, "MoveOriginatorMessageID");
    const parts = [
      className(sopClassUid),
      imageWords(request),
      transferSyntax === undefined ? "" : syntaxName(transferSyntax),
      formatSize(length),
      originator === undefined ? "" : `for C-MOVE ${move ?? "?"} of ${originator}`,
    ];
    return parts.filter((part) => part !== "");
  },
};

/** `512x512 MONOCHROME2, 30 frames`; empty where it is no image. Columns first, as people say it. */
export function imageWords({ data }: ToldMessage): string {
  const rows = data.number(ROWS);
  const columns = data.number(COLUMNS);
  if (rows === undefined || columns === undefined) return "";
  const photometric = data.text(PHOTOMETRIC_INTERPRETATION);
  const frames = data.number(NUMBER_OF_FRAMES) ?? 1;
  const size = `${columns}x${rows}${photometric === undefined ? "" : ` ${photometric}`}`;
  return frames > 1 ? `${size}, ${frames} frames` : size;
}

const PHOTOMETRIC_INTERPRETATION = 0x00280004;
const NUMBER_OF_FRAMES = 0x00280008;
const ROWS = 0x00280010;
const COLUMNS = 0x00280011;
