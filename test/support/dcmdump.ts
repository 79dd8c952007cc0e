/**
 * What DCMTK's dcmdump prints of a file, as values, and the same of our own reader: for comparing
 * the two element by element.
 */
import { spawnSync } from "node:child_process";
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { DataElement } from "../../src/dataset/element.ts";
import { elementNumbers, elementTags } from "../../src/dataset/element_value.ts";
import { hexTag } from "../../src/dataset/tag.ts";
import { vrFacts } from "../../src/dataset/vr.ts";

export interface DumpedElement {
  /** Sequences and items around it, as indentation has it. */
  readonly depth: number;
  /** "00100010". */
  readonly tag: string;
  readonly vr: string;
  /** In octets; undefined where it is undefined, or where dcmdump computes it anew. */
  readonly length: number | undefined;
  /** Octets of text as ISO 8859-1 and without padding, numbers and octets as dcmdump prints them. */
  readonly value: string;
}

/** Runs dcmdump on a file; undefined where it refuses it. */
export function dcmdump(program: string, path: string): DumpedElement[] | undefined {
  const { stdout, status } = spawnSync(program, ["-q", "+E", "+L", "-Un", path], {
    encoding: "latin1",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0 && stdout === "") return undefined;
  return parseDump(stdout);
}

const HEAD = /^( *)\(([0-9a-f]{4}),([0-9a-f]{4})\) (\S\S) (.*)$/s;
const TAIL = /^(.*?) *# +(u\/l|-?\d+), *\d+ [^\n]*$/s;

function parseDump(text: string): DumpedElement[] {
  const elements: DumpedElement[] = [];
  let open = "";
  for (const line of text.split("\n")) {
    open = open === "" ? line : `${open}\n${line}`;
    const head = HEAD.exec(open);
    if (head === null) {
      open = "";
      continue;
    }
    const tail = TAIL.exec(head[5] ?? "");
    if (tail === null) continue; // a value with line ends
    open = "";
    const value = tail[1] ?? "";
    const isText = value.startsWith("[") && value.endsWith("]");
    elements.push({
      depth: (head[1] ?? "").length / 2,
      tag: `${head[2]}${head[3]}`.toUpperCase(),
      vr: head[4] ?? "",
      length: tail[2] === "u/l" ? undefined : Number(tail[2]),
      value: isText ? value.slice(1, -1) : value,
    });
  }
  return elements;
}

/** The same list from a data set as we read it. `bytes` is the (inflated) stream, for bulk. */
export function dumped(dataSet: DataSet, bytes: Uint8Array, depth = 0): DumpedElement[] {
  const elements: DumpedElement[] = [];
  for (const element of dataSet.elements) {
    const tag = hexTag(element.tag);
    const { vr } = element;
    switch (element.kind) {
      case "value":
      case "bulk": {
        const octets =
          element.kind === "value"
            ? element.bytes
            : bytes.subarray(element.offset, element.offset + element.length);
        const value = printValue({ ...element, kind: "value", bytes: octets });
        elements.push({ depth, tag, vr, length: octets.length, value });
        break;
      }
      case "sequence":
        elements.push({ depth, tag, vr, length: undefined, value: "sequence" });
        for (const item of element.items) {
          elements.push({
            depth: depth + 1,
            tag: "FFFEE000",
            vr: "na",
            length: undefined,
            value: "item",
          });
          elements.push(...dumped(item, bytes, depth + 2));
        }
        break;
      case "fragments":
        elements.push({ depth, tag, vr, length: undefined, value: "fragments" });
        for (const { offset, length } of element.fragments) {
          const value = hexOctets(bytes.subarray(offset, offset + length));
          elements.push({ depth: depth + 1, tag: "FFFEE000", vr: "pi", length, value });
        }
        break;
      default:
        element satisfies never;
    }
  }
  return elements;
}

function printValue(element: DataElement & { kind: "value" }): string {
  const facts = vrFacts(element.vr);
  const { bytes } = element;
  if (bytes.length === 0) return "(no value available)";
  switch (facts?.kind) {
    case "text":
    case "ascii":
      return Buffer.from(bytes)
        .toString("latin1")
        .replace(/[ \0]+$/, "");
    case "tag":
      return elementTags(element)
        .map((tag) => `(${hexTag(tag).slice(0, 4)},${hexTag(tag).slice(4)})`.toLowerCase())
        .join("\\");
    case "integer":
    case "float":
      return elementNumbers(element).join("\\");
    default:
      return element.vr === "OW" ? hexWords(bytes, element.bigEndian) : hexOctets(bytes);
  }
}

function hexOctets(bytes: Uint8Array): string {
  if (bytes.length === 0) return "(no value available)";
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("\\");
}

function hexWords(bytes: Uint8Array, bigEndian: boolean): string {
  const words: string[] = [];
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const [high, low] = bigEndian ? [bytes[at], bytes[at + 1]] : [bytes[at + 1], bytes[at]];
    words.push((((high as number) << 8) | (low as number)).toString(16).padStart(4, "0"));
  }
  return words.join("\\");
}
