/**
 * A data set as `show -vv` prints it and as `show --json -vv` has it.
 *
 * Rule: names and identifiers of patients are masked in both unless they are asked for.
 * Rule: what is shown is the head of the data set; what is not shown is counted.
 */
import { dumpDataSet } from "../dataset/dump.ts";
import { printFinding } from "../dataset/finding.ts";
import { dataSetToJson } from "../dataset/json_model.ts";
import { uidEntry } from "../dictionary/uids.ts";
import { escapeControls } from "../escape.ts";
import { readHead } from "../meaning/read_head.ts";
import type { ObservedMessage } from "../observe/association_sink.ts";
import type { DataSetJson } from "../observe/summary.ts";
import { formatCount, formatSize } from "../units.ts";
import type { Paint } from "./paint.ts";

const MARGIN = " ".repeat(15);

/** Lines of one data set. */
const MAX_LINES = 2_000;

/** Findings of one data set; `show` counts them with the others where they are observed. */
const MAX_FINDINGS = 5;

export function* dumpLines(
  observed: ObservedMessage,
  { showPatient, paint }: { readonly showPatient: boolean; readonly paint: Paint },
): Generator<string> {
  const head = readHead(observed);
  if (head === undefined) {
    if (observed.message.dataSet !== undefined) {
      yield paint.dim(`${MARGIN}of an unknown transfer syntax: not decoded`);
    }
    return;
  }
  let count = 0;
  const options = { showPatient, uidName: (uid: string) => uidEntry(uid)?.name };
  for (const line of dumpDataSet(head.dataSet, options)) {
    count++;
    if (count <= MAX_LINES) yield `${MARGIN}${line}`;
  }
  if (count > MAX_LINES)
    yield paint.dim(`${MARGIN}and ${formatCount(count - MAX_LINES)} lines more`);
  for (const finding of head.findings.slice(0, MAX_FINDINGS)) {
    // that a head ends somewhere is no fault of the data set
    if (head.missing > 0 && finding.id === "data-set-truncated") continue;
    yield paint.yellow(`${MARGIN}${escapeControls(printFinding(finding))}`);
  }
  if (head.missing > 0) {
    const more = `${formatSize(head.missing)} more are not decoded`;
    yield paint.dim(
      `${MARGIN}the first ${formatSize(observed.message.dataSet?.head.length ?? 0)}; ${more}`,
    );
  }
}

/** With the DICOM JSON Model of its head in `json` (PS3.18 F). */
export function withJsonModel(
  data: DataSetJson,
  observed: ObservedMessage,
  options: { readonly showPatient: boolean },
): DataSetJson {
  const head = readHead(observed);
  if (head === undefined) return data;
  const missing = head.missing > 0 ? { json_missing: head.missing } : {};
  return {
    ...data,
    json: dataSetToJson(head.dataSet, { maskPatient: !options.showPatient }),
    ...missing,
  };
}
