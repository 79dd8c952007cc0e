/**
 * Something wrong with a data set. Told, never thrown: the reader goes on with what can still be
 * read, and the bytes stay as they came.
 */
export interface DataSetFinding {
  /** Stable name of the rule, `data-set-...`. */
  readonly id: DataSetRule;
  readonly severity: "error" | "warning" | "note";
  /** Section of the standard that asks otherwise. */
  readonly section: string;
  /** What was found, in one clause: names the element, values as they came, no full stop. */
  readonly text: string;
  /** Where: "(0040,A730)[2].(0008,0100)", items counted from 0; empty at the data set itself. */
  readonly path: string;
  /** Of the first octet in question, counted from the start of the (inflated) data set. */
  readonly offset: number;
}

export type DataSetRule = keyof typeof RULES;

/** Severity and section of each rule. `error`: something could not be read as it was meant. */
const RULES = {
  "data-set-truncated": ["error", "PS3.5 7.1"],
  "data-set-outruns-parent": ["error", "PS3.5 7.5"],
  "data-set-not-an-item": ["error", "PS3.5 7.5"],
  "data-set-stray-delimiter": ["warning", "PS3.5 7.5"],
  "data-set-delimiter-length": ["warning", "PS3.5 7.5"],
  "data-set-undefined-length": ["error", "PS3.5 7.1.1"],
  "data-set-too-deep": ["error", "PS3.5 7.5"],
  "data-set-too-many": ["error", "PS3.5 7.1"],
  "data-set-odd-length": ["warning", "PS3.5 7.1.1"],
  "data-set-order": ["warning", "PS3.5 7.1"],
  "data-set-unknown-vr": ["warning", "PS3.5 6.2"],
  "data-set-wrong-vr": ["warning", "PS3.5 6.2"],
  "data-set-value-length": ["warning", "PS3.5 6.2"],
  "data-set-value-form": ["warning", "PS3.5 6.2"],
  "data-set-value-count": ["warning", "PS3.5 6.4"],
  "data-set-missing-vr": ["error", "PS3.5 7.1.2"],
  "data-set-explicit-vr": ["error", "PS3.5 7.1.3"],
  "data-set-foreign-group": ["warning", "PS3.5 7.1"],
  "data-set-trailing": ["warning", "PS3.5 7.1"],
  "data-set-gap": ["note", "PS3.5 7.1"],
  "data-set-deflate": ["error", "PS3.5 A.5"],
  "data-set-deflate-limit": ["error", "PS3.5 A.5"],
  "data-set-offset-table": ["warning", "PS3.5 A.4"],
  "data-set-character-set": ["warning", "PS3.5 6.1.2.3"],
  "part10-preamble": ["note", "PS3.10 7.1"],
  "part10-prefix": ["error", "PS3.10 7.1"],
  "part10-meta": ["error", "PS3.10 7.1"],
  "part10-meta-length": ["warning", "PS3.10 7.1"],
  "part10-transfer-syntax": ["error", "PS3.10 7.1"],
} as const satisfies Readonly<Record<string, readonly [DataSetFinding["severity"], string]>>;

/** A finding with the severity and section of its rule. */
export function dataSetFinding(
  id: DataSetRule,
  at: { readonly text: string; readonly path?: string; readonly offset: number },
): DataSetFinding {
  const [severity, section] = RULES[id];
  return { id, severity, section, text: at.text, path: at.path ?? "", offset: at.offset };
}

/** In one line: "(0010,0010) at 132: length 3 is odd (PS3.5 7.1.1)". */
export function printFinding(finding: DataSetFinding): string {
  const where = finding.path === "" ? "" : `${finding.path} `;
  return `${where}at ${finding.offset}: ${finding.text} (${finding.section})`;
}
