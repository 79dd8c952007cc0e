/** A data set or item while its edits are found: what is set in it, and how much it grows. */
import type { CharacterSet } from "../../src/dataset/character_set.ts";
import type { TransferSyntax } from "../../src/dataset/transfer_syntax.ts";
import type { Edit } from "./edits.ts";
import { u32 } from "./element_octets.ts";
import type { SetElement, SetLevel } from "./set_tree.ts";

/** The data set or an item. */
export class EditLevel {
  readonly set: SetLevel | undefined;
  readonly outer: EditLevel | undefined;
  readonly item: { offset: number; length: number; bigEndian: boolean } | undefined;
  /** What is set and was dealt with. */
  readonly done = new Set<SetElement>();
  characterSet: CharacterSet;
  syntax: TransferSyntax;
  /** Behind the last element. */
  end: number;
  /** Octets that came in, less those that went. */
  delta = 0;
  /** The group that has a group length, while it lasts (7.2). */
  group: { readonly number: number; readonly length: GroupLength; delta: number } | undefined;

  constructor(options: {
    readonly syntax: TransferSyntax;
    readonly start: number;
    readonly characterSet: CharacterSet;
    readonly set: SetLevel | undefined;
    readonly outer?: EditLevel;
    readonly item?: { offset: number; length: number; bigEndian: boolean };
  }) {
    this.syntax = options.syntax;
    this.end = options.start;
    this.characterSet = options.characterSet;
    this.set = options.set;
    this.outer = options.outer;
    this.item = options.item;
  }

  add(octets: number): void {
    this.delta += octets;
    if (this.group !== undefined) this.group.delta += octets;
  }

  openGroup(number: number, length: GroupLength, edits: Edit[]): void {
    this.closeGroup(edits);
    this.group = { number, length: { ...length, bytes: new Uint8Array(length.bytes) }, delta: 0 };
  }

  closeGroup(edits: Edit[]): void {
    const { group } = this;
    this.group = undefined;
    if (group === undefined || group.delta === 0) return;
    const { offset, bytes, bigEndian } = group.length;
    const length = new DataView(bytes.buffer).getUint32(0, !bigEndian);
    const changed = u32(length + group.delta, bigEndian);
    edits.push({ start: offset, end: offset + 4, bytes: changed });
  }
}

export interface GroupLength {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly bigEndian: boolean;
}
