/**
 * What a C-STORE teaches: under which UIDs a modality stores the study, the series and the instance
 * that the recording has under others, so that queries and retrieves speak of them (live_uids.ts).
 *
 * Elements with one UID outside of sequences are paired by tag: those of PS3.3 C.7, not references.
 */

import type { RecordedDataSet } from "../recorded.ts";
import { UidWatch } from "../rewrite/sent_uids.ts";
import type { RecordedExchange } from "./library.ts";
import type { LiveServer } from "./responder.ts";

/** By tag; none where an element has several. */
export type UidsByTag = ReadonlyMap<number, string>;

/** Gathers the UIDs of a data set from its first octets. */
export class StoredUids {
  readonly uids: UidsByTag;
  readonly #watch: UidWatch;

  /** `syntax`: UID of the transfer syntax that the octets are in. */
  constructor(syntax: string) {
    const uids = new Map<number, string>();
    const several = new Set<number>();
    this.uids = uids;
    this.#watch = new UidWatch({
      syntax,
      found: (uid, tag) => {
        if (uids.delete(tag)) several.add(tag);
        else if (uid !== "" && !several.has(tag)) uids.set(tag, uid);
      },
    });
  }

  get done(): boolean {
    return this.#watch.done;
  }

  receive(octets: Uint8Array): void {
    this.#watch.receive(octets);
  }
}

/** `live` was stored in the place of a recorded instance, and was taken. */
export async function learnStored(
  live: UidsByTag,
  { exchange, server }: { readonly exchange: RecordedExchange; readonly server: LiveServer },
): Promise<void> {
  const { dataSet } = exchange.request;
  const sopInstanceUid = live.get(SOP_INSTANCE_UID);
  if (dataSet === undefined || sopInstanceUid === undefined) return;
  const isSame = sopInstanceUid === exchange.sopInstanceUid;
  if (isSame && server.instances.isEmpty) return;
  const recorded = await uidsOf(dataSet);
  const pairs = Array.from(live, ([tag, uid]) => [recorded.get(tag) ?? uid, uid] as const);
  server.instances.learnCopy(live.get(STUDY_INSTANCE_UID) ?? sopInstanceUid, pairs);
}

/** Read once; none where the octets are not in the capture. */
async function uidsOf(dataSet: RecordedDataSet): Promise<UidsByTag> {
  const known = KNOWN.get(dataSet);
  if (known !== undefined) return known;
  const stored = new StoredUids(dataSet.transferSyntax);
  try {
    for await (const octets of dataSet.octets()) {
      stored.receive(octets);
      if (stored.done) break;
    }
  } catch {
    // not in the capture, or no longer in the file: there is nothing to pair
  }
  KNOWN.set(dataSet, stored.uids);
  return stored.uids;
}

const KNOWN = new WeakMap<RecordedDataSet, UidsByTag>();
const SOP_INSTANCE_UID = 0x00080018;
const STUDY_INSTANCE_UID = 0x0020000d;
