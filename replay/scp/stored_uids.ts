/**
 * What a C-STORE teaches: under which UIDs a modality stores the study, the series and the instance
 * that the recording has under others, so that queries and retrieves speak of them (live_uids.ts).
 *
 * Elements with one UID outside of sequences are paired by tag: those of PS3.3 C.7, not references.
 */

import { BoundedMap } from "../../src/observe/service/bounded_map.ts";
import type { RecordedAssociation, RecordedDataSet } from "../recorded.ts";
import { UidWatch } from "../rewrite/sent_uids.ts";
import { exchangesOf, type RecordedExchange } from "./library.ts";
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
  { exchange, server }: StoredInPlace,
): Promise<void> {
  const { dataSet } = exchange.request;
  const study = studyOf(live);
  if (dataSet === undefined || study === undefined) return;
  const isSame = live.get(SOP_INSTANCE_UID) === exchange.sopInstanceUid;
  if (isSame && server.instances.isEmpty) return;
  const recorded = await uidsOf(dataSet);
  const pairs = Array.from(live, ([tag, uid]) => [recorded.get(tag) ?? uid, uid] as const);
  server.instances.learnCopy(study, pairs);
}

/** Under which its instances are one copy; undefined where no instance is named. */
function studyOf(live: UidsByTag): string | undefined {
  const sopInstanceUid = live.get(SOP_INSTANCE_UID);
  return sopInstanceUid && (live.get(STUDY_INSTANCE_UID) ?? sopInstanceUid);
}

/**
 * In the place of which recorded instances live ones come. That is not always the one whose answer is
 * given: when all were used, the last answer is given again.
 */
export class Counterparts {
  /** How many recorded ones of a list were stored with a live study, by both. */
  readonly #stored = new BoundedMap<string, number>(MAX_COUNTED);
  readonly #lists = new WeakMap<RecordedAssociation, Map<string, readonly RecordedExchange[]>>();

  /**
   * The recorded one that answers, unless another live instance came in its place: then the first one
   * of its association and SOP class that this live study has not yet. Where it has all of them and a
   * new series comes, the study is stored once more; one that is refused begins no copy.
   */
  of(
    live: UidsByTag,
    { exchange, server, isTaken }: StoredInPlace & { readonly isTaken: boolean },
  ): RecordedExchange {
    const { instances } = server;
    const { association, sopClassUid, sopInstanceUid = "" } = exchange;
    const taken = instances.liveOf(sopInstanceUid);
    const study = studyOf(live);
    if (study === undefined || taken === undefined || taken === live.get(SOP_INSTANCE_UID)) {
      return exchange;
    }
    const all = this.#stores({ association, sopClassUid });
    const key = `${study} ${sopClassUid} ${association.capture} ${association.id}`;
    let at = this.#stored.get(key) ?? 0;
    // another SOP class of the study may have begun a copy since then
    if (at > 0 && !instances.isInCopy(study, all[at - 1]?.sopInstanceUid ?? "")) at = 0;
    while (at < all.length && instances.isInCopy(study, all[at]?.sopInstanceUid ?? "")) at++;
    this.#stored.set(key, at);
    const series = live.get(SERIES_INSTANCE_UID);
    const isOfCopy = series === undefined || instances.isOfCopy(study, series);
    if (at < all.length || isOfCopy) return all[at] ?? exchange;
    if (isTaken) instances.beginCopy(study);
    return all[0] ?? exchange;
  }

  #stores({
    association,
    sopClassUid,
  }: Pick<RecordedExchange, "association" | "sopClassUid">): readonly RecordedExchange[] {
    const lists = this.#lists.get(association) ?? new Map<string, readonly RecordedExchange[]>();
    this.#lists.set(association, lists);
    let list = lists.get(sopClassUid);
    if (list === undefined) {
      const isStore = (one: RecordedExchange) =>
        one.operation === "C-STORE" && one.sopClassUid === sopClassUid;
      list = [...exchangesOf(association)].filter(isStore);
      lists.set(sopClassUid, list);
    }
    return list;
  }
}

interface StoredInPlace {
  readonly exchange: RecordedExchange;
  readonly server: LiveServer;
}

/** Live studies for which it is known how far their stores have come. */
const MAX_COUNTED = 1_000;

/** Read once; none where the octets are not in the capture. */
async function uidsOf(dataSet: RecordedDataSet): Promise<UidsByTag> {
  const known = KNOWN.get(dataSet);
  if (known !== undefined) return known;
  const stored = new StoredUids(dataSet.transferSyntax);
  try {
    for await (const octets of dataSet.passing?.() ?? dataSet.octets()) {
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
const SERIES_INSTANCE_UID = 0x0020000e;
