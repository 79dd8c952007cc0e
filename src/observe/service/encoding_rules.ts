/**
 * What the head of a data set shows of its encoding: PS3.5 7 and 10, Annex A. Is it written in the
 * transfer syntax that was negotiated, and are pixel data where and how that syntax has them?
 */
import type { DataElement } from "../../dataset/element.ts";
import type { DataSetFinding } from "../../dataset/finding.ts";
import { isPrivate, printTag } from "../../dataset/tag.ts";
import type { TransferSyntax } from "../../dataset/transfer_syntax.ts";
import { valueFindings } from "../../dataset/value_rules.ts";
import { vrOfOctets } from "../../dataset/vr.ts";
import { elementByTag } from "../../dictionary/elements.ts";
import { uidName } from "../../dictionary/uids.ts";
import type { RuleId } from "../rule_catalogue.ts";
import type { DataSetHead } from "./data_set_head.ts";
import type { Say, ServiceMessage } from "./service_message.ts";

const PIXEL_DATA = 0x7fe00010;
const PIXEL_DATA_PROVIDER_URL = 0x00287fe0;
/** Findings of one data set that are told one by one. */
const MAX_TOLD = 3;
const MAX_PATH = 60;

/** `values`: look at each value too, which costs more than reading the data set. */
export function checkEncoding(
  message: ServiceMessage,
  { values }: { readonly values: boolean },
): void {
  const { head, say } = message;
  if (head === undefined || head.bytes.length === 0) return;
  if (hasForeignGroups(head, say)) return;
  const actual = otherEncoding(head);
  if (actual !== undefined) {
    const due = uidName(head.syntax.uid);
    say("data-set-transfer-syntax", `The data set reads as ${actual}, negotiated is ${due}`);
    return;
  }
  tell(head.findings, say);
  const isRead = head.findings.every(({ severity }) => severity !== "error");
  if (values && isRead) tell(valuesOf(message, head), say);
  if (message.command === "C-STORE-RQ") checkPixelData(head, say);
}

/** Of values that were seen whole: PS3.5 6.1, 6.2, 6.4. */
function valuesOf({ command }: ServiceMessage, head: DataSetHead): readonly DataSetFinding[] {
  return valueFindings(head.seen, { query: QUERIES.has(command), maxFindings: MAX_OF_VALUES });
}

/** Enough to count. */
const MAX_OF_VALUES = 50;
const QUERIES: ReadonlySet<string> = new Set(["C-FIND-RQ", "C-MOVE-RQ", "C-GET-RQ"]);

/**
 * What the first element shows where it is not of the negotiated syntax. A data set begins with an
 * element that PS3.6 or a vendor has, and that ends inside it: three encodings are told apart by
 * that. undefined where the negotiated one may be right, or none is.
 */
function otherEncoding({ bytes, syntax, cut }: DataSetHead): string | undefined {
  if (bytes.length < 8 || syntax.deflated) return undefined;
  const due = ENCODINGS.find((one) => one.is(syntax));
  if (due === undefined || isPlausible(bytes, due, cut)) return undefined;
  return ENCODINGS.find((one) => one !== due && isPlausible(bytes, one, cut))?.name;
}

interface Encoding {
  readonly name: string;
  readonly explicit: boolean;
  readonly little: boolean;
  readonly is: (syntax: TransferSyntax) => boolean;
}

const ENCODINGS: readonly Encoding[] = [
  {
    name: "Explicit VR Little Endian",
    explicit: true,
    little: true,
    is: ({ explicit, bigEndian }) => explicit && !bigEndian,
  },
  {
    name: "Explicit VR Big Endian",
    explicit: true,
    little: false,
    is: ({ explicit, bigEndian }) => explicit && bigEndian,
  },
  {
    name: "Implicit VR Little Endian",
    explicit: false,
    little: true,
    is: ({ explicit }) => !explicit,
  },
];

const UNDEFINED_LENGTH = 0xffffffff;

function isPlausible(bytes: Uint8Array, encoding: Encoding, cut: boolean): boolean {
  const { explicit, little } = encoding;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const tag = view.getUint16(0, little) * 0x1_0000 + view.getUint16(2, little);
  if (!isPrivate(tag) && elementByTag(tag) === undefined) return false;
  const facts = vrOfOctets(bytes[4] as number, bytes[5] as number);
  if (!explicit) {
    return facts === undefined && fitsIn(view.getUint32(4, little), { from: 8, bytes, cut });
  }
  if (facts === undefined) return false;
  if (!facts.long) return fitsIn(view.getUint16(6, little), { from: 8, bytes, cut });
  return bytes.length >= 12 && fitsIn(view.getUint32(8, little), { from: 12, bytes, cut });
}

function fitsIn(length: number, at: { from: number; bytes: Uint8Array; cut: boolean }): boolean {
  if (length === UNDEFINED_LENGTH) return true;
  // a first value of more than a megabyte is no first value
  return at.cut ? length < 0x10_0000 : at.from + length <= at.bytes.length;
}

/** Group 0000 is that of command sets, 0002 that of files; both stay out of data sets (PS3.5 7.1). */
function hasForeignGroups(head: DataSetHead, say: Say): boolean {
  const foreign = head.dataSet.elements.filter(({ tag }) => FOREIGN_GROUPS.includes(tag >>> 16));
  const [first] = foreign;
  if (first === undefined) return false;
  const group = first.tag >>> 16;
  const what = group === 0 ? "elements of a command set" : "File Meta Information";
  const more = foreign.length === 1 ? "" : ` and ${foreign.length - 1} more`;
  say(
    "data-set-group",
    `The data set holds ${what}: ${printTag(first.tag)}${more}; groups begin at 0008 here`,
  );
  return true;
}

const FOREIGN_GROUPS: readonly number[] = [0x0000, 0x0002];

/** What the reader found: each rule once, errors first. */
function tell(findings: readonly DataSetFinding[], say: Say): void {
  const seen = new Set<string>();
  const ranked = [...findings].sort(
    (a, b) => Number(a.severity !== "error") - Number(b.severity !== "error"),
  );
  let told = 0;
  for (const { id, severity, path, offset, text, section } of ranked) {
    if (severity === "note" || seen.has(id)) continue;
    seen.add(id);
    if (told++ === MAX_TOLD) return;
    const count = findings.filter((one) => one.id === id).length;
    const times = count === 1 ? "" : `, ${count} times`;
    const where = path === "" ? "" : ` ${shortened(path)}`;
    say(ruleOf({ id, severity }), `Data set${where} at ${offset}: ${text}${times}`, section);
  }
}

/**
 * Forms of values are notes: archives are full of values that are none of their VR, and nobody
 * changes old instances any more. What cannot be read as text is a warning: a person sees it.
 */
function ruleOf({ id, severity }: Pick<DataSetFinding, "id" | "severity">): RuleId {
  if (id === "data-set-character-set") return id;
  if (id.startsWith("data-set-value-")) return "data-set-value";
  return severity === "error" ? "data-set-malformed" : "data-set-irregular";
}

/** The innermost element matters; what is around it may be 64 sequences. */
function shortened(path: string): string {
  return path.length <= MAX_PATH ? path : `…${path.slice(-MAX_PATH)}`;
}

/** JPIP: pixel data are behind a URL (PS3.5 A.6, A.7, A.11, A.12). */
const BY_REFERENCE: ReadonlySet<string> = new Set(
  ["94", "95", "204", "205"].map((last) => `1.2.840.10008.1.2.4.${last}`),
);

function checkPixelData(head: DataSetHead, say: Say): void {
  const { syntax } = head;
  const pixels = head.dataSet.element(PIXEL_DATA);
  if (BY_REFERENCE.has(syntax.uid)) {
    checkReference(head, { pixels, say });
    return;
  }
  if (pixels === undefined) return;
  const name = uidName(syntax.uid);
  if (pixels.kind === "fragments" && !syntax.encapsulated) {
    say("pixel-data-encapsulated", `Pixel Data are encapsulated, and ${name} is native`);
  } else if (pixels.kind !== "fragments" && syntax.encapsulated) {
    say("pixel-data-native", `Pixel Data have a defined length, and ${name} encapsulates them`);
  }
}

function checkReference(
  head: DataSetHead,
  { pixels, say }: { pixels: DataElement | undefined; say: Say },
): void {
  const name = uidName(head.syntax.uid);
  if (pixels !== undefined) {
    say("pixel-data-reference", `Pixel Data in the data set, and ${name} has them behind a URL`);
  } else if (head.isEmpty(PIXEL_DATA_PROVIDER_URL)) {
    say("pixel-data-reference", `No Pixel Data Provider URL (0028,7FE0), which ${name} needs`);
  }
  if (head.has(PIXEL_DATA_PROVIDER_URL)) {
    say(
      "pixel-data-url",
      `Pixel data are behind a URL, Pixel Data Provider URL (0028,7FE0); they are not on this association, and dicomtap never fetches them`,
    );
  }
}
