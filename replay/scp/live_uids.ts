/**
 * Requests and answers between a recording and a live side that has other UIDs for the same studies,
 * series and instances (instance_map.ts): what is asked is looked up by recorded UIDs, what is answered
 * speaks of the live ones.
 *
 * Rule: a worklist is not what its SCU stored: the UIDs in it are those of who scheduled (PS3.4 K).
 */
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { RecordedDataSet } from "../recorded.ts";
import { rewrittenDataSet } from "../rewrite/rewritten_data_set.ts";
import { namesKinds } from "../rewrite/uids.ts";
import type { LiveUid } from "./instance_map.ts";
import { uidsIn, withOtherUids } from "./other_uids.ts";
import type { LiveRequest } from "./responder.ts";
import type { RecordedInstance } from "./service/archive/recorded_instance.ts";
import { isSchedule } from "./service/query/schedule_classes.ts";

/** The data set of a request as the recording would have it. */
export async function recordedIdentifier(request: LiveRequest): Promise<DataSet | undefined> {
  const identifier = await request.identifier();
  const { instances } = request.server;
  if (identifier === undefined || instances.isEmpty) return identifier;
  return withOtherUids(identifier, (uid) => instances.recordedOf(uid));
}

/**
 * What recorded UIDs are in the answers to a query or retrieve; undefined where they are themselves.
 */
export async function liveUids(request: LiveRequest): Promise<LiveUid | undefined> {
  const { operation, sopClassUid, server } = request;
  if (server.instances.isEmpty || !QUERIES.has(operation)) return undefined;
  if (isSchedule(sopClassUid)) return undefined;
  const identifier = await request.identifier();
  return server.instances.meant(identifier === undefined ? [] : uidsIn(identifier));
}

/** A recorded instance under its live UIDs; octets that name none of them stay as they are. */
export function liveInstance(instance: RecordedInstance, live: LiveUid): RecordedInstance {
  const { sopInstanceUid, dataSet } = instance;
  return {
    ...instance,
    sopInstanceUid: live(sopInstanceUid) ?? sopInstanceUid,
    dataSet: withLiveOctets(dataSet, live),
  };
}

function withLiveOctets(recorded: RecordedDataSet, live: LiveUid): RecordedDataSet {
  const rules = {
    text: (tag: number, vr: string, text: string): string | undefined => {
      if (vr !== "UI" || namesKinds(tag)) return undefined;
      const uids = text.split("\\");
      const others = uids.map((uid) => live(uid) ?? uid);
      return others.every((uid, at) => uid === uids[at]) ? undefined : others.join("\\");
    },
  };
  const { transferSyntax, length, complete } = recorded;
  const to = transferSyntax;
  const octets = () => rewrittenDataSet(recorded, { to, rules, notice: () => undefined });
  return { transferSyntax, length, complete, octets, read: () => recorded.read() };
}

const QUERIES: ReadonlySet<string> = new Set(["C-FIND", "C-GET", "C-MOVE"]);
