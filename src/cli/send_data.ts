/** The data set of a request: from a file, from `Keyword=value` operands, or both. */
import { readFile } from "node:fs/promises";
import type { DataSet } from "../dataset/data_set.ts";
import { printFinding } from "../dataset/finding.ts";
import { dataSetFromJson } from "../dataset/json_input.ts";
import { readPart10 } from "../dataset/part10.ts";
import { escapeControls } from "../escape.ts";
import { AssignmentError, assigned } from "../service/assignments.ts";
import { formatSize } from "../units.ts";
import { usageError } from "./command_error.ts";
import { keywordHint } from "./keyword_hint.ts";
import { explainSystemError } from "./system_error.ts";

/** Undefined where neither is given. `path` is of DICOM JSON (PS3.18 F) or of a DICOM file. */
export async function requestDataSet(
  path: string | undefined,
  assignments: readonly string[],
): Promise<DataSet | undefined> {
  const base = path === undefined ? undefined : await readDataFile(path);
  return assignments.length === 0 ? base : assign(assignments, base);
}

/** A data set that a person composed is small; a file to store goes by c-store. */
const MAX_FILE = 64 * 2 ** 20;

async function readDataFile(path: string): Promise<DataSet> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw explainSystemError(error, path) ?? error;
  });
  const shown = escapeControls(path);
  if (bytes.length > MAX_FILE) {
    throw usageError(
      `Cannot use ${shown} as a data set: ${formatSize(bytes.length)} are more than ${formatSize(MAX_FILE)}`,
      "Images are sent by dicomtap send c-store.",
    );
  }
  const first = bytes.find((octet) => octet > 0x20 && octet !== 0xef);
  if (first === OPENING_BRACE || first === OPENING_BRACKET) return readJson(bytes, shown);
  const { dataSet, meta, findings } = readPart10(bytes, { valueLimit: MAX_FILE });
  if (dataSet.elements.length === 0 || meta.elements.length === 0) {
    const why = findings[0] === undefined ? "" : ` (${escapeControls(printFinding(findings[0]))})`;
    throw usageError(`Cannot use ${shown}: it is neither DICOM JSON nor a DICOM file${why}`);
  }
  return dataSet;
}

function readJson(bytes: Uint8Array, shown: string): DataSet {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`Cannot read ${shown} as JSON: ${escapeControls(why)}`);
  }
  // Answers of DICOMweb are lists of data sets (PS3.18 F.2.1).
  if (Array.isArray(json) && json.length !== 1) {
    throw usageError(`Cannot use ${shown}: it has ${json.length} data sets, one is needed`);
  }
  try {
    return dataSetFromJson(Array.isArray(json) ? json[0] : json);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw usageError(`${shown}: ${escapeControls(error.message)}`);
  }
}

function assign(assignments: readonly string[], base: DataSet | undefined): DataSet {
  try {
    return assigned(assignments, base);
  } catch (error) {
    if (!(error instanceof AssignmentError)) throw error;
    throw usageError(escapeControls(error.message), keywordHint(error));
  }
}

const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;
