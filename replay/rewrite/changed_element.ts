/** One element with another value: of UI, AE, DA or DT, or of a sequence that came as UN. */
import type { HeadForm } from "../../src/dataset/data_set_reader.ts";
import { plainHead } from "../../src/dataset/encode_head.ts";
import { joined, latin1Bytes } from "../../src/dataset/octets.ts";
import { IMPLICIT_LITTLE } from "../../src/dataset/transfer_syntax.ts";
import { vrFacts } from "../../src/dataset/vr.ts";
import { elementByTag } from "../../src/dictionary/elements.ts";
import { latin1 } from "../../src/latin1.ts";
import { type Edit, withEdits } from "./edits.ts";
import { encoded, syntaxOf } from "./element_octets.ts";

/** An element's head, and where it begins in the data set. */
export interface Head extends HeadForm {
  readonly start: number;
}

export interface FoundValue {
  /** As on the wire, or by the dictionary in Implicit VR. */
  readonly vr: string;
  readonly bytes: Uint8Array;
  readonly head: Head;
}

export interface Changes {
  /** The new text; undefined where it stays. */
  readonly text: ((tag: number, vr: string, text: string) => string | undefined) | undefined;
  /** The edits of a sequence in Implicit VR Little Endian. */
  within(sequence: Uint8Array): readonly Edit[];
}

/** The whole element anew; undefined where nothing changes. */
export function changedElement(
  tag: number,
  { vr, bytes, head }: FoundValue,
  changes: Changes,
): Uint8Array | undefined {
  if (bytes.length === 0 || changes.text === undefined) return undefined;
  const known = vrOf(tag, vr);
  const octets =
    known === "SQ"
      ? changedItems(tag, bytes, changes)
      : changedText(tag, { vr: known, bytes }, changes);
  if (octets === undefined) return undefined;
  const element = { kind: "value", tag, vr, offset: 0, bytes: octets, bigEndian: false } as const;
  return encoded(element, syntaxOf(head));
}

/** The VR that counts: what came as UN is read as PS3.6 has it (PS3.5 6.2.2). */
export function vrOf(tag: number, vr: string): string {
  return vr === "UN" || vrFacts(vr) === undefined ? (elementByTag(tag)?.vr ?? vr) : vr;
}

export function textOf(bytes: Uint8Array): string {
  return latin1(bytes, 0, bytes.length).replace(/[\0 ]+$/, "");
}

function changedText(
  tag: number,
  { vr, bytes }: { readonly vr: string; readonly bytes: Uint8Array },
  { text }: Changes,
): Uint8Array | undefined {
  if (vr !== "UI" && vr !== "AE" && vr !== "DA" && vr !== "DT") return undefined;
  const other = text?.(tag, vr, textOf(bytes));
  if (other === undefined) return undefined;
  const padding = vr === "UI" ? "\0" : " ";
  return latin1Bytes(other.length % 2 === 0 ? other : other + padding);
}

/** UN of defined length holds its items in Implicit VR, in any transfer syntax (6.2.2). */
function changedItems(tag: number, bytes: Uint8Array, changes: Changes): Uint8Array | undefined {
  const head = plainHead({ tag, length: bytes.length }, IMPLICIT_LITTLE);
  const sequence = joined([head, bytes]);
  const edits = changes.within(sequence);
  return edits.length === 0 ? undefined : withEdits(sequence, edits).subarray(head.length);
}
