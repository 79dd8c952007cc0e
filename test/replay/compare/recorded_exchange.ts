/** Recorded exchanges made of values, as a capture would give them. */

import type { RecordedExchange } from "../../../replay/compare/compare_exchange.ts";
import type { RecordedAssociation, RecordedMessage } from "../../../replay/recorded.ts";
import { encodeDataSet } from "../../../src/dataset/encode_data_set.ts";
import { dataSetFromJson } from "../../../src/dataset/json_input.ts";
import { EXPLICIT_LITTLE } from "../../../src/dataset/transfer_syntax.ts";
import type { CommandValue } from "../../../src/dimse/command_set.ts";
import type { AssociationJson } from "../../../src/observe/summary.ts";
import type { Role } from "../../../src/role.ts";
import { recordedOctets } from "../rewrite/recorded_octets.ts";

export interface MessageSketch {
  readonly command: string;
  readonly sender?: Role;
  readonly values?: Readonly<Record<string, CommandValue>>;
  /** As DICOM JSON with keywords. */
  readonly data?: unknown;
  readonly respondsTo?: number;
}

export function recordedAssociation(
  sketches: readonly MessageSketch[],
  { callingAeTitle = "CT1", calledAeTitle = "PACS", wallUs = undefined as number | undefined } = {},
): RecordedAssociation {
  const responses = new Map<number, number[]>();
  for (const [index, { respondsTo }] of sketches.entries()) {
    if (respondsTo === undefined) continue;
    responses.set(respondsTo, [...(responses.get(respondsTo) ?? []), index]);
  }
  const messages = sketches.map((sketch, index): RecordedMessage => {
    const { command, respondsTo, values = {}, data } = sketch;
    const canceledBy = (responses.get(index) ?? []).find(
      (at) => sketches[at]?.command === "C-CANCEL-RQ",
    );
    return {
      index,
      sender: sketch.sender ?? (command.endsWith("-RSP") ? "acceptor" : "requestor"),
      contextId: 1,
      command,
      values,
      at: index * 1000,
      endedAt: index * 1000 + 500,
      respondsTo,
      responses: responses.get(index) ?? [],
      canceledBy,
      dataSet:
        data === undefined
          ? undefined
          : recordedOctets(encodeDataSet(dataSetFromJson(data), { syntax: EXPLICIT_LITTLE }), {
              syntax: EXPLICIT_LITTLE.uid,
            }),
      complete: true,
      fragmentLengths: () => [],
    };
  });
  const summary: Partial<AssociationJson> = {
    kind: "association",
    capture: "x.dcap",
    id: 1,
    started: null,
    duration_ms: 1,
    calling_ae_title: callingAeTitle,
    called_ae_title: calledAeTitle,
    requestor: { address: "192.0.2.1:1" },
    acceptor: { address: "192.0.2.2:104" },
    outcome: "released",
    contexts: [],
    findings: [],
  };
  return {
    capture: "x.dcap",
    id: 1,
    captureId: new Uint8Array(16),
    openedAt: 0,
    wallUs,
    summary: summary as AssociationJson,
    request: undefined,
    answer: undefined,
    answeredAt: undefined,
    contexts: [],
    messages,
    end: { how: "released", by: "requestor", at: 1 },
    problems: [],
  };
}

/** The exchange of the first request. */
export function recordedExchange(sketches: readonly MessageSketch[]): RecordedExchange {
  const association = recordedAssociation(sketches);
  return { association, request: association.messages[0] as RecordedMessage };
}
