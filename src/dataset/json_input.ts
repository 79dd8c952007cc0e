/**
 * A data set from the DICOM JSON Model (PS3.18 Annex F), as people write it by hand too: keywords
 * are taken for tags, and the VR may be left out where PS3.6 gives it.
 *
 * Throws a RangeError that begins with the path of what cannot be read.
 */
import { elementByKeyword, elementByTag } from "../dictionary/elements.ts";
import { fromBase64 } from "./base64.ts";
import { characterSet } from "./character_set.ts";
import { DataSet } from "./data_set.ts";
import type { DataElement } from "./element.ts";
import { type ElementValue, makeElement, makeOctets, makeSequence } from "./make_element.ts";
import { type PersonName, printPersonName } from "./person_name.ts";
import { isPrivateCreator, parseTag } from "./tag.ts";
import { vrFacts } from "./vr.ts";

const SPECIFIC_CHARACTER_SET = 0x00080005;
const UTF_8 = characterSet(["ISO_IR 192"]);
/** Sequences in sequences. */
const MAX_DEPTH = 64;

export function dataSetFromJson(json: unknown): DataSet {
  return readModel(json, { path: "", depth: 0 });
}

interface Place {
  readonly path: string;
  readonly depth: number;
}

function readModel(json: unknown, place: Place): DataSet {
  if (!isRecord(json)) fail(place.path || "the data set", "an object of attributes is needed");
  if (place.depth > MAX_DEPTH) fail(place.path, `sequences are nested deeper than ${MAX_DEPTH}`);
  const elements: DataElement[] = [];
  for (const [key, attribute] of Object.entries(json)) {
    const path = place.path === "" ? key : `${place.path}.${key}`;
    const tag = parseTag(key) ?? elementByKeyword(key)?.tag;
    if (tag === undefined) fail(path, "neither a tag nor a keyword of PS3.6");
    elements.push(readAttribute(tag, attribute, { path, depth: place.depth }));
  }
  declareUtf8(elements, place.depth);
  elements.sort((a, b) => a.tag - b.tag);
  return new DataSet(elements);
}

function readAttribute(tag: number, attribute: unknown, place: Place): DataElement {
  // a bare value or list of values is what people write: {"PatientID": "123"}
  const given =
    isRecord(attribute) && isAttribute(attribute) ? attribute : { Value: listOf(attribute) };
  const vr = typeof given["vr"] === "string" ? given["vr"] : dictionaryVr(tag);
  if (vr === undefined || vrFacts(vr) === undefined)
    fail(place.path, `the VR ${vr ?? ""} is not known`);
  if ("BulkDataURI" in given) fail(place.path, "BulkDataURI is not followed; use InlineBinary");
  if (typeof given["InlineBinary"] === "string") {
    const bytes = fromBase64(given["InlineBinary"]);
    if (bytes === undefined) fail(place.path, "InlineBinary is not base64");
    return makeOctets(tag, bytes, vr);
  }
  const values = given["Value"] === undefined ? [] : listOf(given["Value"]);
  if (vr === "SQ") {
    const items = values.map((item, at) => {
      return readModel(item, { path: `${place.path}[${at}]`, depth: place.depth + 1 });
    });
    return makeSequence(tag, items);
  }
  if (values.length === 0) return makeOctets(tag, new Uint8Array(0), vr);
  if (vrFacts(vr)?.kind === "octets") fail(place.path, `VR ${vr} needs InlineBinary`);
  try {
    const plain = values.map((value) => plainValue(value, place.path));
    return makeElement(tag, plain, { vr, characterSet: UTF_8 });
  } catch (error) {
    if (!(error instanceof RangeError) || error.message.startsWith("Cannot read")) throw error;
    return fail(place.path, error.message);
  }
}

/** F.2.2: JSON is UTF-8. Declared where an attribute needs it, and in place of anything else. */
function declareUtf8(elements: DataElement[], depth: number): void {
  const at = elements.findIndex((element) => element.tag === SPECIFIC_CHARACTER_SET);
  const declared = makeElement(SPECIFIC_CHARACTER_SET, ["ISO_IR 192"], { vr: "CS" });
  if (at >= 0) elements[at] = declared;
  else if (depth === 0 && elements.some(needsUtf8)) elements.push(declared);
}

function needsUtf8(element: DataElement): boolean {
  if (element.kind === "sequence")
    return element.items.some((item) => item.elements.some(needsUtf8));
  if (element.kind !== "value" || vrFacts(element.vr)?.kind !== "text") return false;
  return element.bytes.some((octet) => octet >= 0x80);
}

function dictionaryVr(tag: number): string | undefined {
  if (isPrivateCreator(tag)) return "LO";
  const printed = elementByTag(tag)?.vr;
  return printed === "OB/OW" ? "OW" : printed?.slice(0, 2);
}

function plainValue(value: unknown, path: string): ElementValue {
  if (value === null) return "";
  if (typeof value === "string" || typeof value === "number") return value;
  if (isRecord(value)) return printPersonName(value as PersonName);
  return fail(path, "a value must be text, a number, null, or a name");
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isAttribute(value: Record<string, unknown>): boolean {
  return "vr" in value || "Value" in value || "InlineBinary" in value || "BulkDataURI" in value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fail(path: string, why: string): never {
  throw new RangeError(`Cannot read ${path}: ${why} (PS3.18 F.2)`);
}
