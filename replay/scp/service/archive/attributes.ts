/**
 * What an archive remembers of an instance: the attributes that queries ask for. Everything else
 * stays in the capture.
 *
 * Rule: read up to the pixels and no further; what is long, private or of overlays is left out.
 * Rule: instances of a series are alike. An element that is as in the one before is that element, so
 * that a hundred thousand instances fit into memory.
 */
import { DataSet } from "../../../../src/dataset/data_set.ts";
import { DataSetBuilder } from "../../../../src/dataset/data_set_builder.ts";
import { DataSetReader } from "../../../../src/dataset/data_set_reader.ts";
import type { DataSetSink } from "../../../../src/dataset/data_set_sink.ts";
import type { DataElement } from "../../../../src/dataset/element.ts";
import { isPrivate } from "../../../../src/dataset/tag.ts";
import { transferSyntax } from "../../../../src/dataset/transfer_syntax.ts";
import type { RecordedDataSet } from "../../../recorded.ts";
import { findElement } from "../query/candidate.ts";

/** Octets of a value that is remembered: names, descriptions, short texts. */
const MAX_VALUE = 1024;
const MAX_ELEMENTS = 2000;
const MAX_ITEMS = 256;
const MAX_DEPTH = 8;
/** Curves, overlays, pixels, padding (PS3.6 group 50xx and above). */
const NO_MORE = 0x50000000;

/** Undefined where the transfer syntax is not known. Never fails: what can be read is. */
export async function attributesOf(recorded: RecordedDataSet): Promise<DataSet | undefined> {
  const syntax = transferSyntax(recorded.transferSyntax);
  if (syntax === undefined) return undefined;
  const builder = new DataSetBuilder({ syntax, maxKept: 2 ** 20 });
  let isPast = false;
  const sink = watched(builder, (tag) => {
    isPast ||= tag >= NO_MORE;
  });
  const reader = new DataSetReader(sink, {
    syntax,
    valueLimit: MAX_VALUE,
    maxElements: 100_000,
    maxItems: 100_000,
  });
  try {
    for await (const piece of recorded.octets()) {
      reader.receive(piece);
      if (isPast) break;
    }
  } catch {
    // The capture does not hold all of it: the attributes until there are known.
  }
  reader.end();
  return builder.dataSet;
}

/** Tells the tags of what may be long where it begins; the builder knows them at its end. */
function watched(sink: DataSetSink, began: (tag: number) => void): DataSetSink {
  return {
    value: (...element) => sink.value(...element),
    bulkStart: (tag, ...rest) => {
      began(tag);
      sink.bulkStart(tag, ...rest);
    },
    bulkEnd: (length) => sink.bulkEnd(length),
    sequenceStart: (...sequence) => sink.sequenceStart(...sequence),
    itemStart: (...item) => sink.itemStart(...item),
    itemEnd: () => sink.itemEnd(),
    sequenceEnd: () => sink.sequenceEnd(),
    fragmentsStart: (tag, ...rest) => {
      began(tag);
      sink.fragmentsStart(tag, ...rest);
    },
    fragmentStart: (...fragment) => sink.fragmentStart(...fragment),
    fragmentEnd: (length) => sink.fragmentEnd(length),
    fragmentsEnd: () => sink.fragmentsEnd(),
    piece: (bytes) => sink.piece(bytes),
    finding: (finding) => sink.finding(finding),
    end: (...end) => sink.end(...end),
  };
}

/** A copy with what queries ask for, sharing with `like` the elements that are the same in both. */
export function remembered(dataSet: DataSet, like?: DataSet): DataSet {
  const sharing = like?.characterSet.terms.join() === dataSet.characterSet.terms.join();
  return copied(dataSet, { like: sharing ? like : undefined, outer: undefined, depth: 0 });
}

/** Octets of its values: what it may cost. */
export function sizeOf(dataSet: DataSet, like?: DataSet): number {
  let size = 0;
  for (const element of dataSet.elements) {
    if (like !== undefined && findElement(like, element.tag) === element) continue;
    if (element.kind === "value") size += ELEMENT_COST + element.bytes.length;
    if (element.kind !== "sequence") continue;
    for (const item of element.items) size += ELEMENT_COST + sizeOf(item);
  }
  return size;
}

interface Copying {
  readonly like: DataSet | undefined;
  readonly outer: DataSet | undefined;
  readonly depth: number;
}

function copied(dataSet: DataSet, { like, outer, depth }: Copying): DataSet {
  const elements: DataElement[] = [];
  const copy = new DataSet(elements, { outer });
  for (const element of dataSet.elements.slice(0, MAX_ELEMENTS)) {
    if (isPrivate(element.tag) || element.tag >= NO_MORE || (element.tag & 0xffff) === 0) continue;
    const before = like && findElement(like, element.tag);
    if (before !== undefined && isSame(before, element)) elements.push(before);
    else if (element.kind === "value") elements.push(element);
    else if (element.kind === "sequence" && depth < MAX_DEPTH) {
      const inner: Copying = { like: undefined, outer: copy, depth: depth + 1 };
      const items = element.items.slice(0, MAX_ITEMS).map((item) => copied(item, inner));
      elements.push({ ...element, items });
    }
  }
  return copy;
}

function isSame(a: DataElement, b: DataElement): boolean {
  if (a.kind === "value" && b.kind === "value") {
    if (a.vr !== b.vr || a.bigEndian !== b.bigEndian) return false;
    return a.bytes.length === b.bytes.length && a.bytes.every((octet, at) => octet === b.bytes[at]);
  }
  if (a.kind !== "sequence" || b.kind !== "sequence" || a.items.length !== b.items.length) {
    return false;
  }
  return a.items.every((item, at) => {
    const other = b.items[at]?.elements ?? [];
    return (
      item.elements.length === other.length &&
      item.elements.every((element, index) => isSame(element, other[index] as DataElement)) &&
      item.elements.every(({ tag }, index) => tag === other[index]?.tag)
    );
  });
}

/** Of an element as an object, about. */
const ELEMENT_COST = 100;
