/** Values that are too long to hold, by their hashes: pixel data above all. */
import { createHash } from "node:crypto";
import { swapped } from "../../src/dataset/byte_order.ts";
import type { DataElement } from "../../src/dataset/element.ts";
import type { Comparing } from "./comparison.ts";
import { nameOf } from "./ignore_rules.ts";

/** Of both sides: SHA-256 by the offset of the value in its data set. */
export interface BulkHashes {
  readonly recorded: ReadonlyMap<number, string> | undefined;
  readonly live: ReadonlyMap<number, string> | undefined;
}

/** Values that at least one side only has the hash of. */
export function sameBulk(
  one: DataElement,
  other: DataElement,
  { comparing, bulk }: { readonly comparing: Comparing; readonly bulk: BulkHashes },
): boolean {
  if ((one.kind === "fragments") !== (other.kind === "fragments")) {
    comparing.notes.add(`${nameOf(one.tag)} is compressed on one side only and is not compared`);
    return true;
  }
  const a = digestOf(one, bulk.recorded);
  const b = digestOf(other, bulk.live);
  if (Math.abs(a.length - b.length) > 1) return false;
  if (a.sha256 === undefined || b.sha256 === undefined || a.bigEndian !== b.bigEndian) {
    comparing.notes.add(`of ${nameOf(one.tag)} only the length is compared`);
    return true;
  }
  return a.length !== b.length || a.sha256 === b.sha256;
}

interface Digest {
  readonly length: number;
  readonly sha256: string | undefined;
  readonly bigEndian: boolean;
}

function digestOf(element: DataElement, bulk: ReadonlyMap<number, string> | undefined): Digest {
  switch (element.kind) {
    case "bulk":
      return { ...element, sha256: bulk?.get(element.offset) };
    case "fragments": {
      const length = element.fragments.slice(1).reduce((sum, one) => sum + one.length, 0);
      return { length, sha256: bulk?.get(element.offset), bigEndian: false };
    }
    case "value": {
      const bytes = element.bigEndian ? swapped(element.bytes, element.vr) : element.bytes;
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      return { length: bytes.length, sha256, bigEndian: false };
    }
    case "sequence":
      return { length: 0, sha256: undefined, bigEndian: false };
    default:
      return element satisfies never;
  }
}
