/**
 * What is open around the octet that is read next: the data set, sequences, items, fragments.
 *
 * Why objects in a pool and not recursion: nesting comes from the wire, so its limit is ours to set
 * and not the stack's; and an item costs no allocation.
 */
import { printTag } from "./tag.ts";

export type LevelKind = "data set" | "sequence" | "item" | "fragments";

export class Level {
  kind: LevelKind = "data set";
  /** Offset behind the last octet, of what is around where a delimiter ends it, or Infinity. */
  end = Number.POSITIVE_INFINITY;
  /** The length field said where it ends; else a delimiter does, or the end of what is around. */
  defined = true;
  /** Of the sequence; of an item the sequence's. */
  tag = 0;
  explicit = true;
  bigEndian = false;
  /** An element of it was not encoded as declared: each is looked at anew. */
  doubtful = false;
  /** Items begun so far. */
  items = 0;
  /** Elements begun so far, and the tag of the last one. */
  elements = 0;
  lastTag = -1;
  /** Pixel Representation (0028,0103) says which of US and SS is meant. */
  signed = false;
  /** Private creators by their tag, where VRs are looked up by them. */
  creators: Map<number, string> | undefined;
}

export class Levels {
  readonly #pool: Level[] = [new Level()];
  #depth = 0;
  /** Sequences that are open. */
  #nesting = 0;
  top: Level = this.#pool[0] as Level;

  /** 0 at the data set itself; sequences and items count one each. */
  get depth(): number {
    return this.#depth;
  }

  get nesting(): number {
    return this.#nesting;
  }

  push(kind: LevelKind, tag: number, end: number): Level {
    const outer = this.top;
    this.#depth++;
    let level = this.#pool[this.#depth];
    if (level === undefined) {
      level = new Level();
      this.#pool.push(level);
    }
    level.kind = kind;
    level.tag = tag;
    level.defined = end !== Number.POSITIVE_INFINITY;
    // a child cannot outrun its parent
    level.end = Math.min(end, outer.end);
    level.explicit = outer.explicit;
    level.doubtful = outer.doubtful;
    level.bigEndian = outer.bigEndian;
    level.items = 0;
    level.elements = 0;
    level.lastTag = -1;
    level.signed = outer.signed;
    level.creators = undefined;
    if (kind === "sequence") this.#nesting++;
    this.top = level;
    return level;
  }

  /** The level around the innermost one. */
  outer(): Level {
    return this.#pool[Math.max(0, this.#depth - 1)] as Level;
  }

  /** Closes the innermost one and returns it. */
  pop(): Level {
    const closed = this.top;
    this.#depth--;
    if (closed.kind === "sequence") this.#nesting--;
    this.top = this.#pool[this.#depth] as Level;
    return closed;
  }

  /** "(0040,A730)[2].(0008,0100)" for the element `tag` here; made only for findings. */
  path(tag?: number): string {
    const parts: string[] = [];
    for (let depth = 1; depth <= this.#depth; depth++) {
      const level = this.#pool[depth] as Level;
      if (level.kind === "sequence" || level.kind === "fragments") parts.push(printTag(level.tag));
      else parts[parts.length - 1] += `[${(this.#pool[depth - 1] as Level).items - 1}]`;
    }
    if (tag !== undefined) parts.push(printTag(tag));
    return parts.join(".");
  }
}
