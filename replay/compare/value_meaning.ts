/**
 * A value as text that is the same wherever the meaning is (PS3.5 6.2): padding, byte order, VRs that
 * say the same, character sets and the ways to write a number or a name make no difference.
 */
import { createHash } from "node:crypto";
import { swapped } from "../../src/dataset/byte_order.ts";
import { DEFAULT_CHARACTER_SET } from "../../src/dataset/character_set.ts";
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { ValueElement } from "../../src/dataset/element.ts";
import { elementNumbers, elementStrings } from "../../src/dataset/element_value.ts";
import { type VrKind, vrFacts } from "../../src/dataset/vr.ts";
import { elementByTag } from "../../src/dictionary/elements.ts";

/** `text` of values between backslashes, `number` likewise, `octets` in hexadecimal or hashed. */
export interface ValueMeaning {
  readonly kind: "text" | "number" | "octets";
  readonly text: string;
}

export function valueMeaning(element: ValueElement, holder: DataSet): ValueMeaning {
  const known = typed(element);
  const kind = vrFacts(known.vr)?.kind;
  if (known.vr === "DS" || known.vr === "IS") return { kind: "number", text: decimals(known) };
  switch (kind) {
    case "text":
    case "ascii": {
      const values = elementStrings(known, holder.characterSet);
      return { kind: "text", text: values.map((value) => plain(value, known.vr)).join("\\") };
    }
    case "integer":
    case "float":
      return { kind: "number", text: elementNumbers(known).map(String).join("\\") };
    case "tag":
      return { kind: "text", text: elementStrings(known, holder.characterSet).join("\\") };
    default:
      return octetMeaning(known);
  }
}

/** The value's octets alone, for two elements that are not of one kind. */
export function octetMeaning(element: ValueElement): ValueMeaning {
  const little = element.bigEndian ? swapped(element.bytes, element.vr) : element.bytes;
  // one octet of padding makes a length even
  const end =
    little.length > 0 && PADDING.has(little.at(-1) ?? -1) ? little.length - 1 : little.length;
  const bytes = little.subarray(0, end);
  if (bytes.length <= SHOWN) return { kind: "octets", text: Buffer.from(bytes).toString("hex") };
  const hash = createHash("sha256").update(bytes).digest("hex");
  return { kind: "octets", text: `${little.length} octets, SHA-256 ${hash}` };
}

/** As PS3.6 has it, where it came as UN (PS3.5 6.2.2); UN is always little endian. */
export function typed(element: ValueElement): ValueElement {
  const kind: VrKind | undefined = vrFacts(element.vr)?.kind;
  if (kind !== undefined && element.vr !== "UN") return element;
  const vr = elementByTag(element.tag)?.vr;
  if (vr === undefined || vrFacts(vr) === undefined || vr === "SQ") return element;
  return { ...element, vr };
}

const PADDING: ReadonlySet<number> = new Set([0x00, 0x20]);
const SHOWN = 64;

function decimals(element: ValueElement): string {
  const texts = elementStrings(element, DEFAULT_CHARACTER_SET);
  return elementNumbers(element)
    .map((number, at) =>
      Number.isNaN(Number(number)) ? (texts[at] ?? "") : String(Number(number)),
    )
    .join("\\");
}

function plain(value: string, vr: string): string {
  switch (vr) {
    case "PN": // empty components and groups at the end say nothing (6.2.1.1)
      return value
        .split("=")
        .map((group) => group.replace(/[ ^]+$/, "").replace(/ *\^ */g, "^"))
        .join("=")
        .replace(/=+$/, "");
    case "TM": // "12:30" is how ACR-NEMA wrote it; a fraction of zeros is none
      return value
        .replaceAll(":", "")
        .replace(/(\.\d*?)0+$/, "$1")
        .replace(/\.$/, "");
    case "DA":
      return value.replace(/(\d{4})\.(\d{2})\.(\d{2})/g, "$1$2$3");
    default:
      return value;
  }
}
