/** Requests and responses of the services as steps of a script, on one presentation context. */

import type { TransferSyntax } from "../../src/dataset/transfer_syntax.ts";
import { IMPLICIT_LITTLE } from "../../src/dataset/transfer_syntax.ts";
import { COMMAND_FIELDS, type CommandName, isResponse } from "../../src/dimse/command_field.ts";
import { otherRole, type Role } from "../../src/role.ts";
import type { UserInformationSubItem } from "../../src/ul/pdu.ts";
import type { Values } from "./dimse_stream.ts";
import { ac, answer, proposal, rq, type Script, type Step, says } from "./scripted_association.ts";
import { type Content, dataSetOf } from "./service_data.ts";

export interface Said {
  readonly command: CommandName;
  readonly values?: Values;
  readonly data?: Content | Uint8Array;
  /** Who invokes; the requestor unless told. The other AE answers. */
  readonly by?: Role;
  readonly syntax?: TransferSyntax;
}

const CONTEXT = 1;

/** One message. */
export function message({ command, values = {}, data, by = "requestor", syntax }: Said): Step {
  const sender = isResponse(COMMAND_FIELDS.get(command) ?? 0) ? otherRole(by) : by;
  const dataSet =
    data === undefined || data instanceof Uint8Array
      ? data
      : dataSetOf(data, syntax ?? IMPLICIT_LITTLE);
  return says(sender, command, {
    values,
    on: CONTEXT,
    ...(dataSet === undefined ? {} : { dataSet }),
  });
}

/** An association with one context. */
export function scriptOn(
  abstractSyntax: string,
  { steps, syntax }: { readonly steps: readonly Step[]; readonly syntax?: string },
): Script {
  return { ...negotiatedOn(abstractSyntax, [], syntax), steps };
}

/** `more`: sub-items of both AEs. */
export function negotiatedOn(
  abstractSyntax: string,
  more: readonly UserInformationSubItem[],
  syntax: string = IMPLICIT_LITTLE.uid,
): Pick<Script, "rq" | "ac"> {
  return {
    rq: rq({ contexts: [proposal(CONTEXT, abstractSyntax, [syntax])], more }),
    ac: ac({ contexts: [answer(CONTEXT, 0, [syntax])], more }),
  };
}

/** A request and its final response, both of the same class. */
export function exchange(
  operation: "N-CREATE" | "N-SET" | "N-GET" | "N-ACTION" | "N-DELETE" | "N-EVENT-REPORT",
  about: {
    readonly id: number;
    readonly sopClass: string;
    readonly instance?: string | undefined;
    readonly type?: number;
    readonly data?: Content | Uint8Array | undefined;
    readonly status?: number;
    readonly reply?: Content | Uint8Array;
    /** Of the response; that of the request unless told, null for none. */
    readonly named?: string | null;
    readonly by?: Role;
  },
): readonly [Step, Step] {
  const { id, sopClass, instance, type, data, status = 0, reply, by = "requestor" } = about;
  const affected = operation === "N-CREATE" || operation === "N-EVENT-REPORT";
  const prefix = affected ? "Affected" : "Requested";
  const numbered =
    type === undefined
      ? {}
      : operation === "N-ACTION"
        ? { ActionTypeID: type }
        : { EventTypeID: type };
  const named = about.named === undefined ? instance : (about.named ?? undefined);
  return [
    message({
      command: `${operation}-RQ`,
      by,
      values: {
        [`${prefix}SOPClassUID`]: sopClass,
        MessageID: id,
        ...(instance === undefined ? {} : { [`${prefix}SOPInstanceUID`]: instance }),
        ...numbered,
      },
      ...(data === undefined ? {} : { data }),
    }),
    message({
      command: `${operation}-RSP`,
      by,
      values: {
        AffectedSOPClassUID: sopClass,
        MessageIDBeingRespondedTo: id,
        Status: status,
        ...(named === undefined ? {} : { AffectedSOPInstanceUID: named }),
      },
      ...(reply === undefined ? {} : { data: reply }),
    }),
  ];
}
