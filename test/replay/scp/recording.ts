/** Captures of conversations that a test makes up: a scripted PACS, a live SCU, a recorder between. */

import type { RequestEvent, ServedAssociationEvent } from "../../../replay/events.ts";
import { ReplayRecorder } from "../../../replay/record/replay_recorder.ts";
import type { ReplayScpOptions } from "../../../replay/scp/options.ts";
import { type ReplayScp, replayAsScp } from "../../../replay/scp/replay_as_scp.ts";
import type { DataSet } from "../../../src/dataset/data_set.ts";
import { dataSetFromJson } from "../../../src/dataset/json_input.ts";
import { type OpenOptions, openAssociation } from "../../../src/service/open_association.ts";
import { type ServeOptions, serveAssociations } from "../../../src/service/serve_associations.ts";
import type { OperationRequest } from "../../../src/service/service_message.ts";
import type { ServiceUser } from "../../../src/service/service_user.ts";
import type { Scope } from "../../support/process.ts";

export const VERIFICATION = "1.2.840.10008.1.1";
export const STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
export const CT = "1.2.840.10008.5.1.4.1.1.2";
export const PRINTER = "1.2.840.10008.5.1.1.16";
export const PRINTER_INSTANCE = "1.2.840.10008.5.1.1.17";
export const IMPLICIT = "1.2.840.10008.1.2";
export const EXPLICIT = "1.2.840.10008.1.2.1";

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Records what `play` says to a PACS that answers by `pacs`; gives the capture's path. */
export async function recording(
  scope: Scope,
  pacs: Omit<ServeOptions, "port" | "host">,
  play: (to: Target) => Promise<void>,
): Promise<string> {
  const recorder = new ReplayRecorder({
    directory: scope.tempDir(),
    sources: [],
    report: (text) => {
      throw new Error(text);
    },
  });
  const server = await serveAssociations({
    host: "127.0.0.1",
    port: 0,
    ...pacs,
    tap: () => recorder.connection("acceptor").tap,
  });
  try {
    await play({ host: server.host, port: server.port });
    await server.drained();
  } finally {
    await server.close();
    await recorder.close();
  }
  return recorder.path;
}

/** The capture answers, without pauses unless told, and what it told so far. */
export interface Playing {
  readonly scp: ReplayScp;
  readonly to: Target;
  readonly requests: RequestEvent[];
  readonly associations: ServedAssociationEvent[];
  readonly warnings: string[];
}

export async function playing(
  scope: Scope,
  captures: string | readonly string[],
  options: Partial<ReplayScpOptions> = {},
): Promise<Playing> {
  const requests: RequestEvent[] = [];
  const associations: ServedAssociationEvent[] = [];
  const warnings: string[] = [];
  const scp = await replayAsScp({
    captures: typeof captures === "string" ? [captures] : captures,
    speed: Number.POSITIVE_INFINITY,
    onEvent: (event) => {
      if (event.event === "request") requests.push(event);
      else associations.push(event);
    },
    onWarning: (text) => warnings.push(text),
    ...options,
  });
  scope.defer(() => scp.close());
  return { scp, to: { host: scp.host, port: scp.port }, requests, associations, warnings };
}

export type Said = Pick<
  OpenOptions,
  "contexts" | "callingAeTitle" | "calledAeTitle" | "perform" | "signal"
>;

/** One association with the usual AE titles. */
export async function associated<T>(
  to: Target,
  options: Said,
  work: (user: ServiceUser) => Promise<T>,
): Promise<T> {
  const user = await openAssociation({
    ...to,
    callingAeTitle: "MODALITY",
    calledAeTitle: "PACS",
    dimseTimeout: 30_000,
    ...options,
  });
  try {
    return await work(user);
  } finally {
    await user[Symbol.asyncDispose]();
  }
}

/** A study query: statuses and the Patient IDs of its answers. */
export async function find(
  user: ServiceUser,
  keys: Keys,
  more: Partial<OperationRequest> = {},
): Promise<readonly string[]> {
  const answers: string[] = [];
  const query = { QueryRetrieveLevel: "STUDY", PatientID: "", ...keys };
  const invocation = user.invoke({
    operation: "C-FIND",
    sopClass: STUDY_FIND,
    dataSet: dataSet(query),
    ...more,
  });
  for await (const response of invocation) {
    const identifier = await response.read();
    const id = identifier === undefined ? "" : ` ${identifier.text("PatientID") ?? ""}`;
    answers.push(`${hex(response.status)}${id}`);
  }
  return answers;
}

/** "A700". */
export function hex(status: number): string {
  return status.toString(16).toUpperCase().padStart(4, "0");
}

/** Values by keyword; "" has none; a list of objects is a sequence. */
export interface Keys {
  readonly [keyword: string]: string | readonly Keys[];
}

export function dataSet(keys: Keys): DataSet {
  return dataSetFromJson(model(keys));
}

function model(keys: Keys): unknown {
  return Object.fromEntries(
    Object.entries(keys).map(([keyword, value]) => {
      if (value === "") return [keyword, {}];
      return [keyword, { Value: typeof value === "string" ? value.split("\\") : value.map(model) }];
    }),
  );
}
