/**
 * Sparks for the rows that are shown, read from the captures.
 *
 * Rule: a look takes `BUDGET_MS` and reads no association of more than `MAX_LENGTH` octets; rows that
 * go without one get it the next time, or never.
 */
import { AssociationReader } from "../../inspect/read_association.ts";
import { FileSource } from "../../io/file_source.ts";
import type { Entry } from "./entry.ts";
import { sparkOf } from "./spark.ts";

const BUDGET_MS = 40;
const MAX_LENGTH = 4_194_304;

export function fillSparks(
  entries: readonly Entry[],
  pathOf: (capture: string) => string | undefined,
): void {
  const until = performance.now() + BUDGET_MS;
  const files = new Map<string, { source: FileSource; reader: AssociationReader } | undefined>();
  for (const entry of entries) {
    if (performance.now() > until) break;
    const { found, capture } = entry;
    if (entry.spark !== undefined || found === undefined) continue;
    if (entry.bytes > MAX_LENGTH) {
      entry.spark = null;
      continue;
    }
    if (!files.has(capture)) files.set(capture, openFile(pathOf(capture)));
    const file = files.get(capture);
    if (file !== undefined) entry.spark = sparkOf(file.reader.records(found));
  }
  for (const file of files.values()) file?.source.close();
}

function openFile(path: string | undefined) {
  if (path === undefined) return undefined;
  try {
    const source = new FileSource(path);
    return { source, reader: new AssociationReader(source) };
  } catch {
    return undefined; // it went away
  }
}
