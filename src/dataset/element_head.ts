/**
 * The head of an element: tag, VR and length in the three forms of PS3.5 7.1.2 and 7.1.3, and of an
 * item (7.5). One mutable object is filled for each element, so that a head costs no allocation.
 */
import type { Level } from "./level.ts";
import { isUpper, type VrFacts, vrFacts, vrOfOctets } from "./vr.ts";

/** What was odd about a head. The reader words it, where it knows the path. */
export type HeadProblem = "" | "unknown VR" | "no VR" | "explicit VR";

export class ElementHead {
  tag = 0;
  /** As on the wire; empty where the head has none (implicit VR, items). */
  vr = "";
  facts: VrFacts | undefined = undefined;
  length = 0;
  /** Octets of the head itself. */
  size = 0;
  problem: HeadProblem = "";

  /**
   * Reads a head from `at`. False, with nothing changed that matters, where the octets up to
   * `limit` do not hold it.
   */
  read(bytes: Uint8Array, at: number, limit: number, level: Level): boolean {
    if (limit - at < 8) return false;
    const big = level.bigEndian;
    const group = big ? u16be(bytes, at) : u16le(bytes, at);
    const element = big ? u16be(bytes, at + 2) : u16le(bytes, at + 2);
    this.tag = group * 0x10000 + element;
    this.vr = "";
    this.facts = undefined;
    this.problem = "";
    this.size = 8;
    if (group === 0xfffe || level.kind === "sequence" || level.kind === "fragments") {
      this.length = big ? u32be(bytes, at + 4) : u32le(bytes, at + 4);
      return true;
    }
    if (level.explicit) return this.#readExplicit(bytes, at, limit, big);
    this.length = big ? u32be(bytes, at + 4) : u32le(bytes, at + 4);
    if ((level.elements === 0 || level.doubtful) && looksExplicit(bytes, at)) {
      if (!this.#readExplicit(bytes, at, limit, big)) return false;
      this.problem = "explicit VR";
    }
    return true;
  }

  #readExplicit(bytes: Uint8Array, at: number, limit: number, big: boolean): boolean {
    const first = bytes[at + 4] as number;
    const second = bytes[at + 5] as number;
    const facts = vrOfOctets(first, second);
    let long = facts?.long ?? false;
    if (facts === undefined) {
      if (isUpper(first) && isUpper(second)) {
        this.problem = "unknown VR";
        // what is added to Table 6.2-1 has the long form (6.2.2), its reserved octets are zero
        long = bytes[at + 6] === 0 && bytes[at + 7] === 0;
      } else if ((bytes[at + 6] as number) === 0 && (bytes[at + 7] as number) === 0 && !big) {
        // no letters, and a 16-bit length would be zero: this is how Implicit VR looks
        this.problem = "no VR";
        this.length = u32le(bytes, at + 4);
        return true;
      } else {
        this.problem = "unknown VR";
      }
      this.vr = String.fromCharCode(first, second);
    } else {
      this.vr = facts.vr;
    }
    this.facts = facts;
    if (!long) {
      this.length = big ? u16be(bytes, at + 6) : u16le(bytes, at + 6);
      return true;
    }
    if (limit - at < 12) return false;
    this.size = 12;
    this.length = big ? u32be(bytes, at + 8) : u32le(bytes, at + 8);
    return true;
  }

  /** Implicit VR: the VR that the dictionary gave. */
  setVr(vr: string): void {
    this.vr = vr;
    this.facts = vrFacts(vr);
  }
}

/**
 * A VR of Table 6.2-1 stands where Implicit VR has its length: as a length these letters would mean
 * 16,705 octets and more in the very first element, which are tags and UIDs there.
 */
function looksExplicit(bytes: Uint8Array, at: number): boolean {
  const facts = vrOfOctets(bytes[at + 4] as number, bytes[at + 5] as number);
  if (facts === undefined) return false;
  return facts.long ? bytes[at + 6] === 0 && bytes[at + 7] === 0 : true;
}

function u16le(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function u16be(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function u32le(bytes: Uint8Array, at: number): number {
  return u16le(bytes, at) + u16le(bytes, at + 2) * 0x10000;
}

function u32be(bytes: Uint8Array, at: number): number {
  return u16be(bytes, at) * 0x10000 + u16be(bytes, at + 2);
}
