/**
 * What PS3.5 6.2 and PS3.6 ask of values: longest length, characters, number of values, character
 * set. For what a reader has kept; reading itself takes any octets.
 *
 * Rule: an identifier of a query may hold ranges, wild cards and lists (PS3.4 C.2.2.2); with `query`
 * nothing is said of those.
 */
import { elementByTag } from "../dictionary/elements.ts";
import { asciiText, strictly } from "./character_set.ts";
import type { DataSet } from "./data_set.ts";
import type { ValueElement } from "./element.ts";
import { elementStrings } from "./element_value.ts";
import { type DataSetFinding, type DataSetRule, dataSetFinding } from "./finding.ts";
import { isPatientElement } from "./patient_elements.ts";
import { printTag } from "./tag.ts";
import { type VrFacts, vrFacts } from "./vr.ts";

export interface ValueRulesOptions {
  /** The data set is the Identifier of a C-FIND, C-MOVE or C-GET request. */
  readonly query?: boolean;
  /** 100. */
  readonly maxFindings?: number;
}

/** Findings on the values of a data set and of the items in it, in their order. */
export function valueFindings(dataSet: DataSet, options: ValueRulesOptions = {}): DataSetFinding[] {
  const findings: DataSetFinding[] = [];
  checkDataSet(dataSet, {
    findings,
    query: options.query ?? false,
    most: options.maxFindings ?? 100,
    path: "",
  });
  return findings;
}

interface Checking {
  readonly findings: DataSetFinding[];
  readonly query: boolean;
  readonly most: number;
  /** Of the item, with a dot behind it. */
  readonly path: string;
}

const SPECIFIC_CHARACTER_SET = 0x00080005;

function checkDataSet(dataSet: DataSet, checking: Checking): void {
  for (const element of dataSet.elements) {
    if (checking.findings.length >= checking.most) return;
    if (element.kind === "sequence") {
      for (const [at, item] of element.items.entries()) {
        const path = `${checking.path}${printTag(element.tag)}[${at}].`;
        checkDataSet(item, { ...checking, path });
      }
    } else if (element.kind === "value" && element.bytes.length > 0) {
      checkElement(element, { dataSet, checking });
    }
  }
}

function checkElement(
  element: ValueElement,
  { dataSet, checking }: { dataSet: DataSet; checking: Checking },
): void {
  const facts = vrFacts(element.vr);
  if (facts === undefined || facts.kind === "sequence") return;
  const { tag, vr, bytes } = element;
  const tell = (id: DataSetRule, text: string): void => {
    if (checking.findings.length >= checking.most) return;
    const path = checking.path + printTag(tag);
    checking.findings.push(dataSetFinding(id, { text, path, offset: element.offset }));
  };
  const unit = facts.kind === "tag" ? 4 : facts.unit;
  if (bytes.length % unit !== 0) {
    tell(
      "data-set-value-length",
      `${bytes.length} octets are no multiple of the ${unit} of VR ${vr}`,
    );
  }
  if (facts.kind === "octets") return;
  if (facts.kind !== "text" && facts.kind !== "ascii") {
    checkCount(element, { count: Math.floor(bytes.length / unit), query: checking.query, tell });
    return;
  }
  const values = elementStrings(element, dataSet.characterSet);
  checkCount(element, { count: values.length, query: checking.query, tell });
  if (tag === SPECIFIC_CHARACTER_SET) {
    for (const term of dataSet.characterSet.unknown) {
      tell("data-set-character-set", `the character set "${printable(term)}" is not known`);
    }
  }
  if (values.some((value) => value.includes("\ufffd"))) {
    const terms = facts.kind === "text" ? dataSet.characterSet.terms.join("\\") : "";
    tell(
      "data-set-character-set",
      `the value has octets that ${printable(terms) || "the default repertoire"} does not have`,
    );
  }
  const set = dataSet.characterSet;
  const { assumed } = set;
  const isText = facts.kind === "text";
  if (isText && assumed !== undefined && asciiText(bytes, set) === undefined) {
    const meant = elementStrings(element, strictly(set));
    if (meant.some((value, at) => value !== values[at])) {
      const text = `octets from 80H without an escape sequence, read as ISO ${assumed}`;
      tell("data-set-character-set", text);
    }
  }
  for (const value of values) {
    const problem = valueProblem(value, { facts, query: checking.query, tag });
    if (problem !== undefined) tell(problem.id, problem.text);
  }
}

/** Number of values, PS3.6 column VM. */
function checkCount(
  element: ValueElement,
  {
    count,
    query,
    tell,
  }: { count: number; query: boolean; tell: (id: DataSetRule, text: string) => void },
): void {
  const vm = elementByTag(element.tag)?.vm;
  // a query may list UIDs (PS3.4 C.2.2.2.2)
  if (vm === undefined || (vm === "1" && count === 1) || (query && element.vr === "UI")) return;
  const [least = "1", most = least] = vm.split("-");
  const repeated = most.endsWith("n");
  const step = repeated ? Number(most.slice(0, -1) || "1") : 1;
  const fits = count >= Number(least) && (repeated ? count % step === 0 : count <= Number(most));
  if (fits) return;
  const counted = count === 1 ? "1 value" : `${count} values`;
  tell("data-set-value-count", `${counted}, PS3.6 gives ${vm}`);
}

interface Problem {
  readonly id: DataSetRule;
  readonly text: string;
}

function valueProblem(
  value: string,
  { facts: { vr }, query, tag }: { facts: VrFacts; query: boolean; tag: number },
): Problem | undefined {
  // wild cards, and two quotation marks for an empty value (PS3.4 C.2.2.2.4, C.2.2.2.6)
  if (query && (/[*?]/.test(value) || value === '""')) return undefined;
  const ranged = query && (vr === "DA" || vr === "TM" || vr === "DT");
  const longest = LONGEST[vr];
  if (longest !== undefined && value.length > longest && !ranged) {
    const groups = vr === "PN" ? value.split("=") : [value];
    if (groups.some((group) => [...group].length > longest)) {
      const text = `${[...value].length} characters, VR ${vr} has at most ${longest}`;
      return { id: "data-set-value-length", text };
    }
  }
  const form = ranged ? RANGE[vr] : FORM[vr];
  if (form === undefined || value === "" || form.test(value)) return undefined;
  const shown = isPatientElement(tag, vr) ? "***" : printable(value); // P-05
  return { id: "data-set-value-form", text: `"${shown}" is no value of VR ${vr}` };
}

/** Characters of one value, Table 6.2-1; of PN of one component group. */
const LONGEST: Readonly<Record<string, number>> = {
  AE: 16,
  CS: 16,
  DS: 16,
  DT: 26,
  IS: 12,
  LO: 64,
  LT: 10240,
  PN: 64,
  SH: 16,
  ST: 1024,
  UI: 64,
};

/** Characters of one value, Table 6.2-1; DA and TM with the punctuation of ACR-NEMA. */
const FORM: Readonly<Record<string, RegExp>> = {
  AE: /^[\x20-\x5b\x5d-\x7e]+$/,
  AS: /^\d{3}[DWMY]$/,
  CS: /^[A-Z0-9 _]+$/,
  DA: /^(\d{8}|\d{4}\.\d\d\.\d\d)$/,
  DS: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/,
  DT: /^\d{4}(\d\d){0,5}(\.\d{1,6})?([+-]\d{4})?$/,
  IS: /^[+-]?\d+$/,
  TM: /^(\d\d(\d\d(\d\d(\.\d{1,6})?)?)?|\d\d:\d\d(:\d\d(\.\d{1,6})?)?)$/,
  UI: /^(0|[1-9]\d*)(\.(0|[1-9]\d*))*$/,
};

/**
 * A date or a time, or two of them with a hyphen between, of which one may be missing (PS3.4
 * C.2.2.2.5). Of DT anything: its values have hyphens themselves.
 */
const RANGE: Readonly<Record<string, RegExp>> = {
  DA: /^(?!-$)(\d{8}|\d{4}\.\d\d\.\d\d)?(-(\d{8}|\d{4}\.\d\d\.\d\d)?)?$/,
  TM: /^(?!-$)(\d\d(:?\d\d(:?\d\d(\.\d{1,6})?)?)?)?(-(\d\d(:?\d\d(:?\d\d(\.\d{1,6})?)?)?)?)?$/,
};

/** At most 64 characters, without controls. */
function printable(text: string): string {
  return text.slice(0, 64).replace(/[^\x20-\x7e]/g, "\ufffd");
}
