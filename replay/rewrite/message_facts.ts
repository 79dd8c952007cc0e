/** What a filter may ask about one recorded message and its responses. */
import type { DataSet } from "../../src/dataset/data_set.ts";
import { elementStrings } from "../../src/dataset/element_value.ts";
import { commandElement } from "../../src/dimse/command_dictionary.ts";
import type { FilterFacts } from "../../src/filter/facts.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";

/** Everything is known: the recording is over. */
export function messageFacts(
  message: RecordedMessage,
  association: RecordedAssociation,
): FilterFacts {
  const { summary } = association;
  const { values, contextId, dataSet } = message;
  const context = association.contexts.find(({ id }) => id === contextId);
  const statuses = [message, ...message.responses.map((index) => association.messages[index])]
    .map((one) => one?.values["Status"])
    .filter((status) => typeof status === "number");
  const ended = message.responses.map((index) => association.messages[index]?.endedAt ?? 0);
  return {
    complete: true,
    negotiated: true,
    callingAeTitle: summary.calling_ae_title ?? undefined,
    calledAeTitle: summary.called_ae_title ?? undefined,
    source: summary.requestor.address,
    destination: summary.acceptor.address,
    commands: [message.command],
    sopClassUids: texts(values["AffectedSOPClassUID"] ?? values["RequestedSOPClassUID"]),
    sopInstanceUids: texts(values["AffectedSOPInstanceUID"] ?? values["RequestedSOPInstanceUID"]),
    transferSyntaxUids: texts(context?.transferSyntax),
    contextIds: [contextId],
    statuses,
    outcome: summary.outcome,
    findings: summary.findings.filter((finding) => finding.message === message.index),
    durationMs: Math.max(0, message.endedAt, ...ended) / 1000 - message.at / 1000,
    size: dataSet?.length ?? 0,
    messages: 1 + message.responses.length,
    startedAt: summary.started === null ? undefined : Date.parse(summary.started),
    tagValues: (path) => tagValues(path, message),
  };
}

function texts(value: unknown): string[] {
  return typeof value === "string" && value !== "" ? [value] : [];
}

/** Values at a path of tags in the command set or the data set; none where they are not known. */
export function tagValues(
  path: readonly number[],
  message: Pick<RecordedMessage, "values"> & { readonly dataSet: Readable | undefined },
): Iterable<string> {
  const [tag = -1] = path;
  if (tag <= 0xffff) {
    const value = message.values[commandElement(tag)?.keyword ?? ""];
    if (value === undefined) return [];
    return Array.isArray(value) ? value.map(String) : [String(value ?? "")];
  }
  try {
    return message.dataSet === undefined ? [] : valuesAt(message.dataSet.read(), path);
  } catch {
    return []; // not in the capture, so nobody knows
  }
}

interface Readable {
  read(): DataSet;
}

function* valuesAt(dataSet: DataSet, path: readonly number[]): Generator<string> {
  const [tag = 0, ...rest] = path;
  const element = dataSet.element(tag);
  if (element === undefined) return;
  if (rest.length > 0) {
    if (element.kind !== "sequence") return;
    for (const item of element.items) yield* valuesAt(item, rest);
    return;
  }
  const values = element.kind === "value" ? elementStrings(element, dataSet.characterSet) : [];
  yield* values.length === 0 ? [""] : values;
}
