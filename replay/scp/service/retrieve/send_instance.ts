/** One C-STORE sub-operation (PS3.4 C.4.2.2.2, C.4.3.2.1). */
import type { CommandValues } from "../../../../src/io/association.ts";
import type { ServiceUser } from "../../../../src/service/service_user.ts";
import type { AgreedContext } from "../../../../src/ul/negotiate.ts";
import type { RecordedInstance } from "../archive/recorded_instance.ts";
import { storeWay } from "./store_contexts.ts";
import type { SubOperationResult } from "./sub_operations.ts";

export interface SendOptions {
  readonly user: ServiceUser;
  /** Those that may be used; all of the association, unless told. */
  readonly contexts?: readonly AgreedContext[];
  readonly priority?: number;
  /** Move Originator Application Entity Title and Message ID (PS3.7 9.1.1.1). */
  readonly values?: CommandValues;
}

/**
 * What the receiver made of it. Failed: no context for it, or its octets are not in the capture.
 * Rejects where the association ended.
 */
export async function sendInstance(
  instance: RecordedInstance,
  options: SendOptions,
): Promise<SubOperationResult> {
  const { user, contexts = user.association.contexts } = options;
  const way = instance.dataSet.complete ? storeWay(instance, contexts) : undefined;
  if (way === undefined) return "failed";
  const invocation = user.invoke({
    operation: "C-STORE",
    sopClass: instance.sopClassUid,
    sopInstanceUid: instance.sopInstanceUid,
    contextId: way.context.id,
    priority: options.priority === 1 || options.priority === 2 ? options.priority : 0,
    dataSet: way.octets(),
    ...(options.values !== undefined && { values: options.values }),
  });
  const { statusClass } = await invocation.final();
  if (statusClass === "success") return "completed";
  return statusClass === "warning" ? "warning" : "failed";
}
