/**
 * Answers of an SCP that takes one message after another: each C-FIND has pending responses and no
 * final one before its C-CANCEL-RQ (PS3.7 9.3.2.3), and each C-CANCEL-RQ is noted.
 */
import { commandField } from "../../src/dimse/command_field.ts";
import type { AcceptOptions, Reply } from "../../src/io/accept_associations.ts";

export interface CanceledFinds {
  readonly handle: NonNullable<AcceptOptions["handle"]>;
  /** The operation that each C-CANCEL-RQ named. */
  readonly canceled: number[];
}

/** `begun` is called when the first of two pending responses is out. */
export function canceledFinds({ begun }: { readonly begun?: () => void } = {}): CanceledFinds {
  const canceled: number[] = [];
  return {
    canceled,
    async *handle({ command, commandSet: { values } }) {
      if (command === "C-CANCEL-RQ") {
        const id = Number(values["MessageIDBeingRespondedTo"]);
        canceled.push(id);
        if (canceled.indexOf(id) === canceled.length - 1) yield reply(id, 0xfe00);
        return;
      }
      const id = Number(values["MessageID"]);
      yield reply(id, 0xff00);
      begun?.();
      yield reply(id, 0xff00);
    },
  };
}

function reply(messageId: number, status: number): Reply {
  const CommandField = commandField("C-FIND-RSP");
  return { values: { CommandField, MessageIDBeingRespondedTo: messageId, Status: status } };
}
