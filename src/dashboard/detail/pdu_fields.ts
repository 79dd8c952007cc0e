/**
 * The fields of one PDU with their places, so that a click on a field marks its octets: PS3.8 9.3.
 * Items of association control are in `item_fields.ts`.
 */
import { printTag } from "../../dimse/command_dictionary.ts";
import { readCommandSet } from "../../dimse/command_set.ts";
import {
  abortReasonName,
  abortSourceName,
  hex2,
  pduTypeName,
  rejectReasonName,
  rejectResultName,
  rejectSourceName,
} from "../../ul/names.ts";
import { pduSection } from "../../ul/pdu_type.ts";
import type { PduField } from "../api_types.ts";
import { commandWords } from "./command_words.ts";
import { FieldReader } from "./field_reader.ts";
import { itemFields } from "./item_fields.ts";

/** `bytes`: the PDU from its first octet on, or as much of it as is at hand. */
export function pduFields(
  bytes: Uint8Array,
  { showPatient }: { readonly showPatient: boolean },
): readonly PduField[] {
  const reader = new FieldReader(bytes);
  const type = reader.number("PDU-type", 1, (value) => ({
    value: hex2(value),
    words: pduTypeName(value),
    section: pduSection(value),
  }));
  reader.octets("reserved", 1);
  reader.number("PDU-length", 4, (value) => ({ words: `${value} octets follow` }));
  switch (type) {
    case 0x01:
    case 0x02:
      associate(reader);
      break;
    case 0x03:
      reject(reader);
      break;
    case 0x04:
      while (reader.left > 0) pdv(reader, { bytes, showPatient });
      break;
    case 0x05:
    case 0x06:
      reader.octets("reserved", 4);
      break;
    case 0x07:
      abort(reader);
      break;
    default:
      reader.rest("octets of an unknown PDU");
  }
  reader.rest("trailing octets");
  return reader.fields;
}

function associate(reader: FieldReader): void {
  reader.number("Protocol-version", 2, (value) => ({
    words: (value & 1) === 1 ? "version 1" : "bit 0 is not set",
  }));
  reader.octets("reserved", 2);
  reader.text("Called-AE-title", 16);
  reader.text("Calling-AE-title", 16);
  reader.octets("reserved", 32);
  itemFields(reader);
}

function reject(reader: FieldReader): void {
  reader.octets("reserved", 1);
  reader.number("Result", 1, (value) => ({ words: rejectResultName(value) }));
  const source = reader.number("Source", 1, (value) => ({ words: rejectSourceName(value) }));
  reader.number("Reason/Diag.", 1, (value) => ({ words: rejectReasonName(source, value) }));
}

function abort(reader: FieldReader): void {
  reader.octets("reserved", 1);
  reader.octets("reserved", 1);
  const source = reader.number("Source", 1, (value) => ({ words: abortSourceName(value) }));
  reader.number("Reason/Diag.", 1, (value) => ({ words: abortReasonName(source, value) }));
}

/** PS3.8 9.3.5.1 and Annex E.2. */
function pdv(
  reader: FieldReader,
  { bytes, showPatient }: { readonly bytes: Uint8Array; readonly showPatient: boolean },
): void {
  let declared = 0;
  for (let i = 0; i < 4; i++) declared = declared * 256 + reader.peek(i);
  const masked = showPatient ? {} : { value: "not shown", words: "may hold patient data" };
  if (declared < 2 || reader.left < PDV_HEAD) {
    reader.rest(DATA_FRAGMENT, { ...masked, words: "no PDV can be read here" });
    return;
  }
  const header = reader.peek(5);
  const isCommand = (header & 1) === 1;
  reader.group("Presentation-data-value item", 4 + declared, (inner) => {
    inner.number("Item-length", 4, (value) => ({ words: `${value} octets follow` }));
    const id = inner.number("Presentation-context-ID", 1);
    inner.number("Message-control-header", 1, (value) => ({
      value: hex2(value),
      words: `${isCommand ? "command set" : "data set"}, ${(value & 2) === 2 ? "last fragment" : "more follow"}`,
      section: "PS3.8 E.2",
    }));
    if (header === COMMAND_LAST) {
      inner.group("command set", inner.left, (set) => {
        commandFields(set, bytes);
        return { section: "PS3.7 6.3.1" };
      });
    } else if (isCommand) inner.rest("fragment of a command set");
    else inner.rest(DATA_FRAGMENT, masked);
    const what = isCommand ? "command set" : "data set";
    return { words: `context ${id}, ${what}`, section: "PS3.8 9.3.5.1" };
  });
}

/** Name of fields that are hidden unless patient data is asked for. */
export const DATA_FRAGMENT = "fragment of a data set";

const COMMAND_LAST = 0x03;
const PDV_HEAD = 6;

/** Where the whole command set is in one fragment, as it nearly always is. */
function commandFields(reader: FieldReader, bytes: Uint8Array): void {
  const start = reader.at;
  const { elements } = readCommandSet(bytes.subarray(start, start + reader.left));
  if (elements[0]?.tag !== undefined && elements[0].tag > 0xffff) return; // the rest of a longer one
  for (const element of elements) {
    const name = element.keyword ?? printTag(element.tag);
    reader.group(name, 8 + element.length, (inner) => {
      inner.octets("Tag", 4, { value: printTag(element.tag) });
      inner.octets("Length", 4, { value: String(element.length) });
      const value = printCommandValue(element.value);
      const words = commandWords(element.keyword ?? "", element.value);
      inner.rest("Value", { value, words });
      return { value, words };
    });
  }
}

export function printCommandValue(value: unknown): string {
  return Array.isArray(value) ? value.join("\\") : value === null ? "" : String(value);
}
