/**
 * Values to set from a file, a row a repetition: patients of a load test, for example.
 *
 * The file is CSV (RFC 4180): its first line names the columns, and `${column}` in the value of `--set`
 * is that column of the row. Values are text as it stands; what holds commas or quotation marks stands
 * in quotation marks, which are written twice inside.
 */

export interface ValueTable {
  readonly columns: readonly string[];
  /** As many values as columns each; at least one row. */
  readonly rows: readonly (readonly string[])[];
}

/** Throws a RangeError with the line's number. */
export function readValueTable(text: string): ValueTable {
  const [head, ...rows] = [...records(text.replace(/^\ufeff/, ""))];
  const columns = (head?.values ?? []).map((name) => name.trim());
  for (const [at, name] of columns.entries()) {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name)) {
      throw new RangeError(
        `Cannot read line 1: "${name.slice(0, 80)}" is no name of a column, such as PatientID`,
      );
    }
    const isTwice = columns.indexOf(name) !== at;
    if (isTwice || TEMPLATES.has(name)) {
      const why = isTwice ? "is there twice" : "has a meaning of its own";
      throw new RangeError(`Cannot read line 1: column "${name}" ${why}`);
    }
  }
  if (rows.length === 0) throw new RangeError("Cannot read values: there is no row below line 1");
  for (const { line, values } of rows) {
    if (values.length === columns.length) continue;
    throw new RangeError(
      `Cannot read line ${line}: ${values.length} values for ${columns.length} columns`,
    );
  }
  return { columns, rows: rows.map(({ values }) => values) };
}

/** The values of the n-th repetition, from 1, by column; from the first row again after the last. */
export function valuesOf(table: ValueTable, repetition: number): ReadonlyMap<string, string> {
  const row = table.rows[(repetition - 1) % table.rows.length] ?? [];
  return new Map(table.columns.map((name, at) => [name, row[at] ?? ""]));
}

interface CsvRecord {
  /** On which it begins, from 1. */
  readonly line: number;
  readonly values: readonly string[];
}

/** Lines without anything are none. */
function* records(text: string): Generator<CsvRecord> {
  let line = 1;
  let count = 0;
  let at = 0;
  while (at < text.length) {
    const began = line;
    const values: string[] = [];
    for (;;) {
      FIELD.lastIndex = at;
      const [whole = "", quoted, plain = "", ending = ""] = FIELD.exec(text) ?? [];
      if (whole === "" && at < text.length) {
        throw new RangeError(`Cannot read line ${line}: a quotation mark is not closed`);
      }
      values.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
      at += whole.length;
      line += whole.match(/\n/g)?.length ?? 0;
      if (ending !== ",") break;
    }
    if (values.length === 1 && values[0] === "") continue;
    if (++count > MAX_ROWS) throw new RangeError(`Cannot read more than ${MAX_ROWS} rows`);
    yield { line: began, values };
  }
}

/** A value in quotation marks or without, and what follows it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n][^,\r\n]*)?)(,|\r?\n|$)/y;
const MAX_ROWS = 1_000_000;

/** Names that a template has without any table (set_rule.ts). */
export const TEMPLATES: ReadonlySet<string> = new Set(["counter", "repeat", "uuid"]);
