/**
 * A data set as the page shows it: a tree of elements, with what each says in words.
 *
 * Rule: names and identifiers of patients are masked unless they are asked for, inside of masked
 * sequences everything is. Bounded: `MAX_NODES` elements, `MAX_ITEMS` items of a sequence,
 * `MAX_TEXT` characters of a value; what is not shown is counted.
 */
import type { DataSet } from "../../dataset/data_set.ts";
import { elementName, printFragments, printValue } from "../../dataset/dump.ts";
import type { DataElement, FragmentsElement } from "../../dataset/element.ts";
import { elementStrings } from "../../dataset/element_value.ts";
import { isPatientElement } from "../../dataset/patient_elements.ts";
import { hexTag } from "../../dataset/tag.ts";
import { vrFacts } from "../../dataset/vr.ts";
import { uidEntry } from "../../dictionary/uids.ts";
import { escapeControls } from "../../escape.ts";
import { formatSize, plural } from "../../units.ts";
import type { ElementNode } from "../api_types.ts";

const MAX_NODES = 20_000;
const MAX_ITEMS = 500;
const MAX_TEXT = 1_000;

/** Characters of a value that is shown in hexadecimal. */
const MAX_OCTETS = 96;

export interface TreeOfElements {
  readonly elements: readonly ElementNode[];
  /** Something was masked. */
  readonly masked: boolean;
}

export function dataSetTree(
  dataSet: DataSet,
  { showPatient }: { readonly showPatient: boolean },
): TreeOfElements {
  const tree = new Tree(showPatient);
  const elements = tree.nodes(dataSet, false);
  return { elements, masked: tree.masked };
}

class Tree {
  masked = false;
  readonly #showPatient: boolean;
  #left = MAX_NODES;

  constructor(showPatient: boolean) {
    this.#showPatient = showPatient;
  }

  nodes(dataSet: DataSet, inMasked: boolean): ElementNode[] {
    const nodes: ElementNode[] = [];
    for (const element of dataSet.elements) {
      if (this.#left-- <= 0) break;
      nodes.push(this.#node(element, { dataSet, inMasked }));
    }
    return nodes;
  }

  #node(
    element: DataElement,
    { dataSet, inMasked }: { readonly dataSet: DataSet; readonly inMasked: boolean },
  ): ElementNode {
    const { tag, vr, offset } = element;
    const masked = !this.#showPatient && (inMasked || isPatientElement(tag, vr));
    const node = {
      tag: hexTag(tag),
      keyword: elementName(dataSet, tag),
      vr: escapeControls(vr),
      offset,
    };
    switch (element.kind) {
      case "value": {
        const { bytes } = element;
        const hidden = masked && bytes.length > 0;
        if (hidden) this.masked = true;
        const width = isOctets(vr) ? MAX_OCTETS : MAX_TEXT;
        const value = hidden ? "***" : printValue(element, { dataSet, width });
        const words = hidden ? null : uidWords(element, dataSet);
        return { ...node, length: bytes.length, value, words, masked: hidden };
      }
      case "bulk":
        return {
          ...node,
          length: element.length,
          value: null,
          words: formatSize(element.length),
          masked,
        };
      case "fragments":
        return {
          ...node,
          length: lengthOf(element),
          value: null,
          words: printFragments(element),
          masked,
        };
      case "sequence": {
        const shown = element.items.slice(0, MAX_ITEMS);
        const more = element.items.length - shown.length;
        return {
          ...node,
          length: 0,
          value: null,
          words: plural(element.items.length, "item"),
          masked,
          items: shown.map((item) => ({ elements: this.nodes(item, masked) })),
          ...(more > 0 ? { more } : {}),
        };
      }
      default:
        return element satisfies never;
    }
  }
}

function isOctets(vr: string): boolean {
  const kind = vrFacts(vr)?.kind;
  return kind === undefined || kind === "octets";
}

function uidWords(element: DataElement & { readonly kind: "value" }, dataSet: DataSet) {
  if (element.vr !== "UI") return null;
  const names = elementStrings(element, dataSet.characterSet).flatMap(
    (uid) => uidEntry(uid)?.name ?? [],
  );
  return names.length === 0 ? null : names.join(", ");
}

function lengthOf({ fragments }: FragmentsElement): number {
  return fragments.reduce((sum, { length }) => sum + length, 0);
}
