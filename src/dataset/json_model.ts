/**
 * The DICOM JSON Model (PS3.18 Annex F): a data set as JSON. Text is UTF-8 whatever the data set's
 * character set was, so Specific Character Set then says ISO_IR 192 (F.2.2); group lengths are
 * left out (F.2.2); long values and pixel data are given by BulkDataURI (F.2.6).
 */
import { base64 } from "./base64.ts";
import { swapped } from "./byte_order.ts";
import type { DataSet } from "./data_set.ts";
import type { BulkElement, DataElement, FragmentsElement, ValueElement } from "./element.ts";
import { decimalNumber, elementNumbers, elementStrings, stringsBy } from "./element_value.ts";
import { isPatientElement } from "./patient_elements.ts";
import { type PersonName, personName } from "./person_name.ts";
import { hexTag } from "./tag.ts";
import { vrFacts } from "./vr.ts";

export type JsonModel = { [tag: string]: JsonAttribute };

export interface JsonAttribute {
  vr: string;
  Value?: JsonValue[];
  InlineBinary?: string;
  BulkDataURI?: string;
}

export type JsonValue = string | number | null | PersonName | JsonModel;

export interface JsonOptions {
  /** Where bulk can be fetched; by default a reference by offset and length in the data set. */
  readonly bulkDataUri?: (place: BulkPlace) => string;
  /** Names and identifiers of patients, and private values, are given as `***`. */
  readonly maskPatient?: boolean;
  /** Longest InlineBinary in octets; a longer value is bulk. 1 KiB. */
  readonly inlineLimit?: number;
}

export interface BulkPlace {
  readonly tag: number;
  /** Octets of the data set's stream, inflated ones where it is deflated. */
  readonly offset: number;
  readonly length: number;
}

const SPECIFIC_CHARACTER_SET = 0x00080005;

export function dataSetToJson(dataSet: DataSet, options: JsonOptions = {}): JsonModel {
  const json: JsonModel = {};
  const { maskPatient = false } = options;
  for (const element of dataSet.elements) {
    const { tag } = element;
    if ((tag & 0xffff) === 0) continue;
    json[hexTag(tag)] =
      maskPatient && isPatientElement(tag, element.vr)
        ? maskedJson(element)
        : attributeJson(element, dataSet, options);
  }
  return json;
}

/** Three plain arguments, as this runs for every element. */
function attributeJson(
  element: DataElement,
  dataSet: DataSet,
  options: JsonOptions,
): JsonAttribute {
  switch (element.kind) {
    case "value":
      return valueJson(element, dataSet, options);
    case "bulk":
    case "fragments":
      return bulkJson(element, options);
    case "sequence": {
      if (element.items.length === 0) return { vr: "SQ" };
      return { vr: "SQ", Value: element.items.map((item) => dataSetToJson(item, options)) };
    }
    default:
      return element satisfies never;
  }
}

/** What is there stays to be seen, not what it says. */
function maskedJson(element: DataElement): JsonAttribute {
  const vr = vrFacts(element.vr) === undefined ? "UN" : element.vr;
  const empty = element.kind === "value" && element.bytes.length === 0;
  if (empty || element.kind === "sequence") return { vr };
  return { vr, Value: [vr === "PN" ? { Alphabetic: "***" } : "***"] };
}

/**
 * The model as text, attributes in ascending order of their tags as F.2.2 has it. `JSON.stringify`
 * cannot: JavaScript puts names that look like integers, "30060010", before "00080005".
 */
export function printJsonModel(model: JsonModel): string {
  const attributes = Object.keys(model)
    .sort()
    .map((tag) => `${JSON.stringify(tag)}:${printAttribute(model[tag] as JsonAttribute)}`);
  return `{${attributes.join(",")}}`;
}

function printAttribute(attribute: JsonAttribute): string {
  if (attribute.vr !== "SQ" || attribute.Value === undefined) return JSON.stringify(attribute);
  const items = attribute.Value.map((item) => printJsonModel(item as JsonModel));
  return `{"vr":"SQ","Value":[${items.join(",")}]}`;
}

function valueJson(element: ValueElement, dataSet: DataSet, options: JsonOptions): JsonAttribute {
  const { vr, bytes } = element;
  const facts = vrFacts(vr);
  if (bytes.length === 0) return { vr: facts === undefined ? "UN" : vr };
  switch (facts?.kind) {
    case "text":
    case "ascii": {
      if (element.tag === SPECIFIC_CHARACTER_SET) return { vr, Value: ["ISO_IR 192"] };
      const texts = stringsBy(facts, element, dataSet.characterSet);
      const one = vr === "PN" ? nameJson : vr === "DS" || vr === "IS" ? decimalJson : orNull;
      return { vr, Value: texts.length === 1 ? [one(texts[0] as string)] : texts.map(one) };
    }
    case "tag":
      return { vr, Value: [...elementStrings(element, dataSet.characterSet)] };
    case "integer":
    case "float":
      return { vr, Value: elementNumbers(element).map(numberJson) };
    default: {
      if (bytes.length > (options.inlineLimit ?? 1024)) {
        return bulkJson({ ...element, kind: "bulk", length: bytes.length }, options);
      }
      const little = element.bigEndian ? swapped(bytes, vr) : bytes; // F.2.7
      return { vr: facts === undefined ? "UN" : vr, InlineBinary: base64(little) };
    }
  }
}

/** F.2.3.1: a number where it is one; text that is none is kept as it came. */
function decimalJson(text: string): JsonValue {
  const number = decimalNumber(text);
  return Number.isFinite(number) ? number : orNull(text);
}

/** JSON has no NaN, and no integers beyond 2^53 that every reader keeps (F.2.3). */
function numberJson(number: number | bigint): JsonValue {
  if (typeof number === "bigint") {
    const small = number >= Number.MIN_SAFE_INTEGER && number <= Number.MAX_SAFE_INTEGER;
    return small ? Number(number) : String(number);
  }
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "inf" : "-inf";
  return Object.is(number, -0) ? 0 : number;
}

function nameJson(text: string): JsonValue {
  return text === "" ? null : personName(text);
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}

function bulkJson(element: BulkElement | FragmentsElement, options: JsonOptions): JsonAttribute {
  const place = element.kind === "bulk" ? element : fragmentsPlace(element);
  const uri = (options.bulkDataUri ?? defaultUri)(place);
  return { vr: vrFacts(element.vr) === undefined ? "UN" : element.vr, BulkDataURI: uri };
}

/** From the first fragment's octets to the last one's, item heads between them included. */
function fragmentsPlace(element: FragmentsElement): BulkPlace {
  const first = element.fragments[0];
  const last = element.fragments.at(-1);
  if (first === undefined || last === undefined) return { ...element, length: 0 };
  return {
    tag: element.tag,
    offset: first.offset,
    length: last.offset + last.length - first.offset,
  };
}

function defaultUri({ offset, length }: BulkPlace): string {
  return `?offset=${offset}&length=${length}`;
}
