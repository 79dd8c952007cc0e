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
      const isQuoted = text[at] === '"';
      const end = isQuoted ? endOfQuoted(text, at) : endOfPlain(text, at);
      if (end === undefined) {
        throw new RangeError(`Cannot read line ${line}: a quotation mark is not closed`);
      }
      const written = text.slice(at, end);
      values.push(isQuoted ? written.slice(1, -1).replaceAll('""', '"') : written);
      line += written.match(/\n/g)?.length ?? 0;
      const ending = endingAt(text, end);
      if (ending === undefined) {
        const why = "neither a comma nor the end of the line follows a value (RFC 4180)";
        throw new RangeError(`Cannot read line ${line} as CSV: ${why}`);
      }
      if (ending.endsWith("\n")) line += 1;
      at = end + ending.length;
      if (ending !== ",") break;
    }
    if (values.length === 1 && values[0] === "") continue;
    if (++count > MAX_ROWS) throw new RangeError(`Cannot read more than ${MAX_ROWS} rows`);
    yield { line: began, values };
  }
}

/** Behind the mark that closes it. By hand: a pattern needs a place on the stack for each mark in it. */
function endOfQuoted(text: string, at: number): number | undefined {
  for (let mark = text.indexOf('"', at + 1); mark >= 0; mark = text.indexOf('"', mark + 2)) {
    if (text[mark + 1] !== '"') return mark + 1;
  }
  return undefined;
}

function endOfPlain(text: string, at: number): number {
  PLAIN.lastIndex = at;
  return at + (PLAIN.exec(text)?.[0].length ?? 0);
}

/** What follows a value. */
function endingAt(text: string, at: number): string | undefined {
  ENDING.lastIndex = at;
  return ENDING.exec(text)?.[0];
}

const PLAIN = /[^,\r\n]*/y;
const ENDING = /,|\r?\n|$/y;
const MAX_ROWS = 1_000_000;

/** Names that a template has without any table (set_rule.ts). */
export const TEMPLATES: ReadonlySet<string> = new Set(["counter", "repeat", "uuid"]);
