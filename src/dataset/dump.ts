/**
 * A data set as text for people: one line an element, items indented.
 *
 *     (0008,0060) CS Modality                     MR
 *     (0010,0010) PN PatientName                  ***
 *     (0008,1140) SQ ReferencedImageSequence      1 item
 *       [0]
 *         (0008,1155) UI ReferencedSOPInstanceUID   1.2.3.4
 *     (7FE0,0010) OW PixelData                    524,288 octets at 1,162
 *
 * Rule: names and identifiers of patients are `***` unless they are asked for, and no control
 * character of a value gets through.
 */
import { elementByTag } from "../dictionary/elements.ts";
import { privateElement } from "../dictionary/private_elements.ts";
import { escapeControls } from "../escape.ts";
import type { DataSet } from "./data_set.ts";
import type { DataElement, FragmentsElement, ValueElement } from "./element.ts";
import { elementStrings } from "./element_value.ts";
import { isPatientElement } from "./patient_elements.ts";
import { isPrivateCreator, printTag } from "./tag.ts";
import { vrFacts } from "./vr.ts";

export interface DumpOptions {
  /** Show names and identifiers of patients. */
  readonly showPatient?: boolean;
  /** Columns of a value; longer ones end in "...". 80. */
  readonly width?: number;
  /** A name for a UID, printed behind it: "CT Image Storage". */
  readonly uidName?: (uid: string) => string | undefined;
}

/** The lines of the dump, without line ends. */
export function* dumpDataSet(dataSet: DataSet, options: DumpOptions = {}): Generator<string> {
  yield* dumpElements(dataSet, { options, indent: "", masked: false });
}

/** The name of an element as the standard or its vendor has it; empty where nobody says. */
export function elementName(dataSet: DataSet, tag: number): string {
  const entry = elementByTag(tag);
  if (entry !== undefined) return entry.keyword;
  if (isPrivateCreator(tag)) return "PrivateCreator";
  if ((tag & 0xffff) === 0) return "GroupLength";
  const creator = dataSet.privateCreator(tag);
  if (creator === undefined) return "";
  const name = privateElement(tag, creator)?.name ?? "";
  return name === "" ? `[${escapeControls(creator)}]` : name;
}

interface Place {
  readonly options: DumpOptions;
  readonly indent: string;
  /** Inside a sequence that is masked as a whole. */
  readonly masked: boolean;
}

const NAME_WIDTH = 32;

function* dumpElements(dataSet: DataSet, place: Place): Generator<string> {
  for (const element of dataSet.elements) {
    const { tag } = element;
    const masked =
      place.options.showPatient !== true && (place.masked || isPatientElement(tag, element.vr));
    const name = elementName(dataSet, tag).padEnd(NAME_WIDTH);
    const head = `${place.indent}${printTag(tag)} ${escapeControls(element.vr)} ${name}`;
    yield `${head} ${printElement(element, { dataSet, place, masked })}`.trimEnd();
    if (element.kind !== "sequence") continue;
    for (const [at, item] of element.items.entries()) {
      yield `${place.indent}  [${at}]`;
      yield* dumpElements(item, { ...place, indent: `${place.indent}    `, masked });
    }
  }
}

interface Around {
  readonly dataSet: DataSet;
  readonly place: Place;
  readonly masked: boolean;
}

function printElement(element: DataElement, around: Around): string {
  switch (element.kind) {
    case "value":
      if (element.bytes.length === 0) return "";
      return around.masked ? "***" : valueLine(element, around);
    case "bulk":
      return `${count(element.length, "octet")} at ${grouped(element.offset)}`;
    case "sequence":
      return count(element.items.length, "item");
    case "fragments":
      return printFragments(element);
    default:
      return element satisfies never;
  }
}

/** One value, or all of them with backslashes between, made safe to print. */
export function printValue(
  element: ValueElement,
  { dataSet, width }: { readonly dataSet: DataSet; readonly width: number },
): string {
  const kind = vrFacts(element.vr)?.kind;
  if (kind === undefined || kind === "octets" || kind === "sequence") {
    return shortened(printOctets(element.bytes.subarray(0, width)), width);
  }
  const values = elementStrings(element, dataSet.characterSet);
  return shortened(escapeControls(values.join("\\")), width);
}

function valueLine(element: ValueElement, { dataSet, place }: Around): string {
  const text = printValue(element, { dataSet, width: place.options.width ?? 80 });
  const uid = element.vr === "UI" ? elementStrings(element, dataSet.characterSet)[0] : undefined;
  const name = uid === undefined ? undefined : place.options.uidName?.(uid);
  return name === undefined || name === uid ? text : `${text} ${name}`;
}

function printOctets(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
}

/** "2 fragments, 12,345 octets at 1,162". */
export function printFragments(element: FragmentsElement): string {
  const frames = Math.max(0, element.fragments.length - 1);
  const octets = element.fragments.slice(1).reduce((sum, { length }) => sum + length, 0);
  const table = (element.offsetTable?.length ?? 0) > 0 ? ", with offset table" : "";
  return `${count(frames, "fragment")}, ${count(octets, "octet")} at ${grouped(element.offset)}${table}`;
}

/** By code points: a cut pair of surrogates would be no text. */
function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const points = [...text.slice(0, 2 * width)];
  return points.length <= width ? text : `${points.slice(0, Math.max(0, width - 3)).join("")}...`;
}

function count(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}

function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}
