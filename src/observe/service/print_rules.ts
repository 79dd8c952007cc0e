/**
 * Attributes and answers of the Print Management services by themselves: PS3.4 H.4. Which of them
 * may follow which is `print_watch.ts`.
 */
import type { DataSet } from "../../dataset/data_set.ts";
import { printTag } from "../../dataset/tag.ts";
import { elementByTag } from "../../dictionary/elements.ts";
import { uidName } from "../../dictionary/uids.ts";
import { quoted } from "../finding.ts";
import type { DataSetHead } from "./data_set_head.ts";
import {
  COLOR_IMAGE_BOX,
  FILM_SESSION,
  GRAYSCALE_IMAGE_BOX,
  PRESENTATION_LUT,
  type PrintAttribute,
  type PrintOperation,
  printOperation,
} from "./print_attributes.ts";
import type { Say, ServiceMessage } from "./service_message.ts";

const SPECIFIC_CHARACTER_SET = 0x00080005;
const NUMBER_OF_COPIES = 0x20000010;

export function checkPrintAttributes(message: ServiceMessage): void {
  const { command, sopClass, say } = message;
  const operation = printOperation(command, sopClass);
  if (operation === undefined) return;
  const { head } = message;
  if (head === undefined || head.findings.length > 0) {
    if (message.observed?.message.dataSetAnnounced === false && command === "N-CREATE-RQ") {
      checkNothing(message, operation);
    }
    return;
  }
  const check = { name: nameOf(message), operation, head, say };
  for (const attribute of operation.attributes) checkAttribute(attribute, check);
  if (message.isRequest) checkUnlisted(check);
  if (sopClass === FILM_SESSION && command === "N-CREATE-RQ") {
    const left = operation.attributes.filter(({ tag }) => head.isEmpty(tag));
    sayDefaults(left, say);
  }
  if (sopClass === PRESENTATION_LUT) checkPresentationLut(check);
  const pixels = PIXEL_SEQUENCES[sopClass];
  if (pixels !== undefined) checkPixels(pixels, check);
}

/**
 * Memory Allocation (2000,0060): what the printer says to it, in words (PS3.4 H.4.1.2.1.2). 0106H
 * and 0213H are general statuses too (PS3.7 C.4): of memory only where memory was asked for.
 */
export function checkMemoryAnswer(message: ServiceMessage): void {
  const { command, sopClass, head } = message;
  if (command !== "N-CREATE-RQ" || sopClass !== FILM_SESSION) return;
  const isAsked = head?.text(MEMORY_ALLOCATION) !== undefined;
  message.whenAnswered(({ status, say }) => {
    if (status === undefined || (status !== NOT_SUPPORTED && !isAsked)) return;
    const words = MEMORY_ANSWERS[status];
    if (words !== undefined) say("print-memory", words);
  });
}

/** Of memory alone. */
const NOT_SUPPORTED = 0xb600;

const MEMORY_ALLOCATION = 0x20000060;

const MEMORY_ANSWERS: Readonly<Record<number, string>> = {
  46592:
    "Status B600H: the printer does not support memory allocation; the film session is created all the same",
  262: "Status 0106H: the requested memory allocation can not be provided; ask for less, or leave Memory Allocation (2000,0060) out",
  531: "Status 0213H: the requested memory allocation can temporarily not be provided; it may work later",
};

interface Check {
  readonly name: string;
  readonly operation: PrintOperation;
  readonly head: DataSetHead;
  readonly say: Say;
}

function nameOf({ command, sopClass }: ServiceMessage): string {
  return `${command} of ${uidName(sopClass).replace(/ SOP Class$/, "")}`;
}

/** An N-CREATE without a data set. */
function checkNothing(message: ServiceMessage, { attributes, section }: PrintOperation): void {
  if (message.sopClass === FILM_SESSION) sayDefaults(attributes, message.say);
  const missing = attributes.filter(({ scu }) => scu === "M").map(({ keyword }) => keyword);
  if (missing.length === 0) return;
  const text = `${nameOf(message)} has no data set; ${missing.join(", ")} shall be given`;
  message.say("print-attribute", text, section);
}

function checkAttribute(attribute: PrintAttribute, { name, operation, head, say }: Check): void {
  const { tag, keyword, scu, values } = attribute;
  const { section } = operation;
  if (scu === "M" && head.isEmpty(tag)) {
    say("print-attribute", `${name} has no ${keyword} ${printTag(tag)}`, section);
  }
  if (scu === "-" && head.has(tag)) {
    say("print-value", `${name} has ${keyword}, which the printer gives`, section);
  }
  const text = head.text(tag);
  if (text === undefined) return;
  if (values.length > 0 && !values.includes(text)) {
    say("print-value", `${keyword} ${quoted(text)}: ${values.join(", ")} are defined`, section);
  }
  if (tag === NUMBER_OF_COPIES && !((head.number(tag) ?? 0) >= 1)) {
    say("print-value", `${keyword} ${quoted(text)}: one copy at least`, section);
  }
}

function checkUnlisted({ name, operation, head, say }: Check): void {
  const listed = new Set(operation.attributes.map(({ tag }) => tag));
  const others = head.dataSet.elements.filter(
    ({ tag }) => tag !== SPECIFIC_CHARACTER_SET && !listed.has(tag) && (tag & 0x1ffff) > 0,
  );
  const standard = others.filter(({ tag }) => (tag & 0x10000) === 0);
  const [first] = standard;
  if (first === undefined) return;
  const keyword = elementByTag(first.tag)?.keyword || printTag(first.tag);
  const more = standard.length === 1 ? "" : ` and ${standard.length - 1} more`;
  say(
    "print-unlisted",
    `${name} has ${keyword}${more}, which its table does not list`,
    operation.section,
  );
}

/** U/M: what the SCU leaves out, the printer chooses (PS3.4 H.2.4). */
function sayDefaults(attributes: readonly PrintAttribute[], say: Say): void {
  const left = attributes.filter(({ scu, scp }) => scu === "U" && scp === "M");
  if (left.length === 0) return;
  const words = left.map(({ tag, keyword }) => IN_WORDS[tag] ?? keyword);
  say("print-defaults", `The film session leaves to the printer: ${words.join(", ")}`);
}

const IN_WORDS: Readonly<Record<number, string>> = {
  536870928: "how many copies (Number of Copies)",
  536870944: "how urgent (Print Priority)",
  536870960: "on what (Medium Type)",
  536870976: "where to (Film Destination)",
};

const LUT_SEQUENCE = 0x20500010;
const LUT_SHAPE = 0x20500020;

function checkPresentationLut({ head, name, operation, say }: Check): void {
  const { section } = operation;
  if (head.isEmpty(LUT_SEQUENCE) && head.isEmpty(LUT_SHAPE)) {
    const text = `${name} has neither PresentationLUTSequence nor PresentationLUTShape`;
    say("print-attribute", text, section);
  } else if (head.has(LUT_SEQUENCE) && head.has(LUT_SHAPE)) {
    const text = `${name} has PresentationLUTSequence and PresentationLUTShape; one of them is meant`;
    say("print-value", text, section);
  }
}

const PIXEL_SEQUENCES: Readonly<Record<string, number>> = {
  [GRAYSCALE_IMAGE_BOX]: 0x20200110,
  [COLOR_IMAGE_BOX]: 0x20200111,
};

/** Image Pixel attributes that are M/M (PS3.4 H.4.3.1.2.1, H.4.3.2.2.1); pixels may be behind the head. */
const PIXEL_ATTRIBUTES: readonly (readonly [tag: number, keyword: string])[] = [
  [0x00280002, "SamplesPerPixel"],
  [0x00280004, "PhotometricInterpretation"],
  [0x00280010, "Rows"],
  [0x00280011, "Columns"],
  [0x00280100, "BitsAllocated"],
  [0x00280101, "BitsStored"],
  [0x00280102, "HighBit"],
  [0x00280103, "PixelRepresentation"],
];

function checkPixels(sequence: number, { head, name, operation, say }: Check): void {
  const items = head.items(sequence);
  const image: DataSet | undefined = items?.[0];
  if (items === undefined || image === undefined) return;
  if (items.length > 1) {
    say("print-value", `${name}: ${items.length} images; an image box has one`, operation.section);
  }
  const missing = PIXEL_ATTRIBUTES.filter(([tag]) => !image.has(tag)).map(([, keyword]) => keyword);
  if (missing.length > 0) {
    say("print-attribute", `${name}: the image has no ${missing.join(", ")}`, operation.section);
  }
}
