/**
 * C-MOVE and C-GET performed: each instance is stored, counted and told (PS3.4 C.4.2.3, C.4.3.3).
 *
 * - C-MOVE stores on associations of its own to the Move Destination, and says there for whom (Move
 *   Originator AE Title and Message ID, PS3.7 9.1.1.1).
 * - C-GET stores on the association that asked, where its requestor took the SCP role for the storage
 *   class (PS3.7 D.3.3.4).
 *
 * Rule: a C-CANCEL-RQ is obeyed between two sub-operations; what is under way is ended first.
 */
import { formatAddress } from "../../../../src/address.ts";
import { numberValue } from "../../../../src/service/service_message.ts";
import type { ServiceUser } from "../../../../src/service/service_user.ts";
import type { LiveAnswer, LiveRequest } from "../../responder.ts";
import type { RecordedInstance } from "../archive/recorded_instance.ts";
import { type Destination, type DestinationTimeouts, openAt } from "../destination.ts";
import { sendInstance } from "./send_instance.ts";
import { type Batch, batches } from "./store_contexts.ts";
import { SubOperations } from "./sub_operations.ts";

/** SCPs differ in whether a pending response follows the last sub-operation too. */
export type Telling = "none" | "all" | "all but the last";

export interface RetrieveOptions {
  readonly request: LiveRequest;
  /** Which sub-operations are followed by a pending response; the final one tells all. */
  readonly tells: Telling;
}

export interface MoveOptions extends RetrieveOptions {
  readonly destination: Destination;
  readonly timeouts: DestinationTimeouts;
}

export async function* performMove(
  instances: readonly RecordedInstance[],
  options: MoveOptions,
): AsyncGenerator<LiveAnswer> {
  const { request, tells } = options;
  const counted = new SubOperations(instances.length);
  for (const batch of batches(instances)) {
    if (request.canceled.aborted) break;
    for await (const done of movedBatch(batch, options)) {
      counted.count(done.result, done.sopInstanceUid);
      if (request.canceled.aborted) break;
      if (isTold(tells, counted)) yield counted.pending();
    }
  }
  yield counted.remaining > 0 ? counted.canceled() : counted.final();
}

export async function* performGet(
  instances: readonly RecordedInstance[],
  { request, tells }: RetrieveOptions,
): AsyncGenerator<LiveAnswer> {
  const { user } = request.association;
  // What is stored goes to the requestor: it must have taken the SCP role.
  const contexts = user.association.contexts.filter(({ roles }) => roles.scp);
  const priority = numberValue(request.values, "Priority") ?? 0;
  const counted = new SubOperations(instances.length);
  for (const instance of instances) {
    if (request.canceled.aborted) break;
    const result = await request.association.inTurn(() => {
      return sendInstance(instance, { user, contexts, priority });
    });
    counted.count(result, instance.sopInstanceUid);
    if (isTold(tells, counted)) yield counted.pending();
  }
  yield counted.remaining > 0 ? counted.canceled() : counted.final();
}

function isTold(tells: Telling, { remaining }: SubOperations): boolean {
  return tells === "all" || (tells === "all but the last" && remaining > 0);
}

interface Done {
  readonly sopInstanceUid: string;
  readonly result: "completed" | "warning" | "failed";
}

/** The instances of one association. Where that fails, those that are left have failed. */
async function* movedBatch(
  { proposals, instances }: Batch,
  options: MoveOptions,
): AsyncGenerator<Done> {
  const { request, destination, timeouts } = options;
  const { server, association, messageId, values } = request;
  const priority = numberValue(values, "Priority") ?? 0;
  const originator = {
    MoveOriginatorApplicationEntityTitle: association.callingAeTitle,
    MoveOriginatorMessageID: messageId,
  };
  let user: ServiceUser | undefined;
  let lost = false;
  const give = (error: unknown): void => {
    const why = error instanceof Error ? error.message : String(error);
    const to = `${destination.aeTitle} (${formatAddress(destination)})`;
    if (!lost) server.warn(`C-MOVE to ${to}: ${why}`);
    lost = true;
  };
  try {
    const plays = instances[0]?.broughtOn;
    user = await openAt(destination, { request, contexts: proposals, timeouts, plays });
  } catch (error) {
    give(error);
  }
  try {
    for (const instance of instances) {
      let result: Done["result"] = "failed";
      if (user !== undefined && !lost) {
        const sending = sendInstance(instance, { user, priority, values: originator });
        result = await sending.catch((error: unknown) => {
          give(error);
          return "failed" as const;
        });
      }
      yield { sopInstanceUid: instance.sopInstanceUid, result };
    }
  } finally {
    await user?.[Symbol.asyncDispose]();
  }
}
