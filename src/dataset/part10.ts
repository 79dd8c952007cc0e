/**
 * DICOM files (PS3.10 7.1): preamble, prefix, File Meta Information, data set. Read as they come,
 * and written.
 *
 * Rule: whatever stands before the data set, the data set is read: without preamble, without prefix,
 * without or with a broken meta group, findings say so and the encoding is guessed.
 */
import { escapeControls } from "../escape.ts";
import type { DataSet } from "./data_set.ts";
import { DataSetReader, type DataSetReaderOptions } from "./data_set_reader.ts";
import type { DataSetSink } from "./data_set_sink.ts";
import { type DataSetFinding, type DataSetRule, dataSetFinding } from "./finding.ts";
import {
  guessSyntax,
  looksLikeMeta,
  metaEnd,
  prefixAt,
  programInPreamble,
} from "./part10_layout.ts";
import { readDataSet } from "./read_data_set.ts";
import {
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  type TransferSyntax,
  transferSyntax,
} from "./transfer_syntax.ts";

export interface Part10Head {
  /** File Meta Information; empty where there is none. */
  readonly meta: DataSet;
  /** Of the data set: as the meta group says, or guessed. */
  readonly syntax: TransferSyntax;
  /** As the meta group has it; undefined where it has none. */
  readonly transferSyntaxUid: string | undefined;
  /** Where the data set begins in the file. */
  readonly dataSetOffset: number;
  /** Offsets count from the start of the file. */
  readonly findings: readonly DataSetFinding[];
}

export type Part10Options = Omit<DataSetReaderOptions, "syntax">;

/** Octets that are looked at for a head; a meta group is some hundreds. */
const MAX_HEAD = 0x100000;
/** Octets that show whether there is a prefix at any of the places where it is looked for. */
const LAST_PREFIX = 260;

export class Part10Reader {
  readonly #openSink: (head: Part10Head) => DataSetSink | undefined;
  readonly #options: Part10Options;
  #pending: Uint8Array = new Uint8Array(0);
  #filled = 0;
  #reader: DataSetReader | undefined;
  #opened = false;

  /** `openSink` is called once, when the head is read: the sink of the data set, if it is wanted. */
  constructor(
    openSink: (head: Part10Head) => DataSetSink | undefined,
    options: Part10Options = {},
  ) {
    this.#openSink = openSink;
    this.#options = options;
  }

  receive(chunk: Uint8Array): void {
    if (this.#opened) {
      this.#reader?.receive(chunk);
      return;
    }
    if (this.#filled > 0) this.#keep(chunk);
    const bytes = this.#filled === 0 ? chunk : this.#pending.subarray(0, this.#filled);
    const end = headEnd(bytes);
    if (end !== undefined || bytes.length >= MAX_HEAD) {
      this.#open(bytes, end ?? lastHeadEnd(bytes));
    } else if (this.#filled === 0) this.#keep(chunk);
  }

  end(): void {
    if (!this.#opened) {
      const bytes = this.#pending.subarray(0, this.#filled);
      this.#open(bytes, lastHeadEnd(bytes));
    }
    this.#reader?.end();
  }

  #open(bytes: Uint8Array, end: number): void {
    this.#opened = true;
    const head = readHead(bytes, end);
    const sink = this.#openSink(head);
    this.#pending = new Uint8Array(0);
    if (sink === undefined) return;
    this.#reader = new DataSetReader(sink, { ...this.#options, syntax: head.syntax });
    this.#reader.receive(bytes.subarray(head.dataSetOffset));
  }

  #keep(chunk: Uint8Array): void {
    const filled = this.#filled + chunk.length;
    if (filled > this.#pending.length) {
      const grown = new Uint8Array(Math.max(filled, 2 * this.#filled, 1024));
      grown.set(this.#pending.subarray(0, this.#filled));
      this.#pending = grown;
    }
    this.#pending.set(chunk, this.#filled);
    this.#filled = filled;
  }
}

export interface Part10File extends Part10Head {
  readonly dataSet: DataSet;
  readonly whole: boolean;
}

/** Reads a file that is at hand whole. Values are views on it. Never fails, findings tell. */
export function readPart10(bytes: Uint8Array, options: Part10Options = {}): Part10File {
  const head = readHead(bytes, headEnd(bytes) ?? lastHeadEnd(bytes));
  const body = bytes.subarray(head.dataSetOffset);
  const { dataSet, whole, findings } = readDataSet(body, { ...options, syntax: head.syntax });
  const start = head.syntax.deflated ? 0 : head.dataSetOffset;
  const moved = findings.map((one) => ({ ...one, offset: one.offset + start }));
  return { ...head, dataSet, whole, findings: [...head.findings, ...moved] };
}

/** Where the data set begins, or undefined where more octets are needed to know. */
function headEnd(bytes: Uint8Array): number | undefined {
  const start = prefixAt(bytes);
  // the prefix may still come, at another place than this one
  if (start !== 128 && bytes.length < LAST_PREFIX) return undefined;
  const end = metaEnd(bytes, start === undefined ? 0 : start + 4);
  // the first element's VR may be needed to guess the encoding
  return end === undefined || bytes.length < end + 6 ? undefined : end;
}

/** The same where no more octets come. */
function lastHeadEnd(bytes: Uint8Array): number {
  const start = prefixAt(bytes);
  const from = start === undefined ? 0 : start + 4;
  return metaEnd(bytes, from) ?? bytes.length;
}

function readHead(bytes: Uint8Array, end: number): Part10Head {
  const findings: DataSetFinding[] = [];
  const tell = (id: DataSetRule, text: string, offset = 0): void => {
    findings.push(dataSetFinding(id, { text, offset }));
  };
  const prefix = prefixAt(bytes);
  if (prefix === undefined) tell("part10-prefix", "no preamble and prefix DICM");
  else if (prefix !== 128) tell("part10-prefix", `the prefix DICM stands at ${prefix}, not at 128`);
  const program = programInPreamble(bytes.subarray(0, prefix ?? 0));
  if (program !== undefined) tell("part10-preamble", program);

  const start = prefix === undefined ? 0 : prefix + 4;
  const metaSyntax = looksLikeMeta(bytes, start) === "implicit" ? IMPLICIT_LITTLE : EXPLICIT_LITTLE;
  const read = readDataSet(bytes.subarray(start, end), { syntax: metaSyntax, meta: true });
  const meta = read.dataSet;
  for (const one of read.findings) findings.push({ ...one, offset: one.offset + start });
  if (meta.elements.length === 0) tell("part10-meta", "no File Meta Information", start);
  const declared = meta.number(0x00020000);
  const groupStart = meta.element(0x00020000);
  if (meta.elements.length > 0 && declared === undefined) {
    tell("part10-meta-length", "no group length (0002,0000)", start);
  } else if (declared !== undefined && groupStart !== undefined) {
    const counted = end - start - groupStart.offset - 4;
    if (counted !== declared) {
      tell(
        "part10-meta-length",
        `group length (0002,0000) is ${declared}, ${counted} octets follow`,
        start,
      );
    }
  }
  const uid = meta.text(0x00020010);
  const known = uid === undefined ? undefined : transferSyntax(uid);
  const syntax = known ?? guessSyntax(bytes, end);
  if (uid === undefined) {
    if (meta.elements.length > 0) tell("part10-transfer-syntax", "no Transfer Syntax UID", start);
  } else if (known === undefined) {
    tell(
      "part10-transfer-syntax",
      `the transfer syntax ${escapeControls(uid.slice(0, 64))} is not known; it looks like ${syntax.uid}`,
      start,
    );
  }
  return { meta, syntax, transferSyntaxUid: uid, dataSetOffset: end, findings };
}
