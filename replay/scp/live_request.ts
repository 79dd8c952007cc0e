/** A request as its performer got it, for responders: its data set is read once or streamed once. */
import type { DataSet } from "../../src/dataset/data_set.ts";
import type { CommandName } from "../../src/dimse/command_field.ts";
import type { PerformRequest } from "../../src/service/service_message.ts";
import type { LiveAssociation, LiveRequest, LiveServer } from "./responder.ts";

export interface HeldRequest extends LiveRequest {
  /** Reads to its end what nobody has begun to read: the requestor is still sending. */
  drain(): Promise<void>;
  /** The named state when it came. */
  readonly state: string | undefined;
}

export function liveRequest(
  request: PerformRequest,
  on: {
    readonly association: LiveAssociation;
    readonly server: LiveServer;
    /** In place of the request's own, where somebody listens in. */
    readonly dataSet?: AsyncIterable<Uint8Array> | undefined;
  },
): HeldRequest {
  const { association, server, dataSet = request.dataSet } = on;
  let begun = false;
  let read: Promise<DataSet | undefined> | undefined;
  const { operation, messageId, values, context, sopClassUid, sopInstanceUid, canceled } = request;
  const stream = dataSet && {
    [Symbol.asyncIterator]: () => {
      begun = true;
      return dataSet[Symbol.asyncIterator]();
    },
  };
  return {
    operation,
    command: `${operation}-RQ` satisfies CommandName,
    messageId,
    values,
    context,
    sopClassUid,
    sopInstanceUid,
    canceled,
    dataSet: stream,
    identifier: () => {
      if (read === undefined && begun) throw new TypeError("Cannot read a data set twice");
      begun = true;
      read ??= request.read();
      return read;
    },
    drain: async () => {
      if (begun || stream === undefined) return;
      begun = true;
      await request.through(() => undefined); // not kept
    },
    association,
    server,
    state: server.states.current,
  };
}
