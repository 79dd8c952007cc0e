/** The hostile data sets of the shared corpus, as a receiver of the message would read them. */
import assert from "node:assert/strict";
import { test } from "vitest";
import { framesOf } from "../../src/dataset/encapsulation.ts";
import { printFinding } from "../../src/dataset/finding.ts";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import {
  DEFLATED_LITTLE,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
  type TransferSyntax,
} from "../../src/dataset/transfer_syntax.ts";
import { valueFindings } from "../../src/dataset/value_rules.ts";
import { hasCorpus, readCorpus, readCorpusJson } from "../support/corpus.ts";

interface Hostile {
  readonly id: string;
  readonly hex?: string;
  readonly file?: string;
}

/** Presentation contexts of the association that these streams belong to. */
const CONTEXTS: Readonly<Record<number, TransferSyntax>> = {
  3: IMPLICIT_LITTLE,
  5: EXPLICIT_LITTLE,
  7: IMPLICIT_LITTLE,
  9: DEFLATED_LITTLE,
};

/** What must be told of each. */
const TOLD: Readonly<Record<string, RegExp>> = {
  "ds-nesting-65": /too-deep/,
  "ds-zero-length-items": /^$/,
  "ds-sequence-longer-than-dataset": /truncated/,
  "ds-stray-delimiters": /stray-delimiter/,
  "ds-truncated-2-bytes": /truncated/,
  "ds-empty": /^$/,
  "ds-odd-length": /odd-length/,
  "ds-unordered-duplicate": /order/,
  "ds-group-0002-and-0000": /foreign-group/,
  "ds-explicit-vr-5069": /unknown-vr|missing-vr/,
  "ds-explicit-vr-3f3f": /unknown-vr|missing-vr/,
  "ds-deflate-bomb-64m": /trailing/, // all zeros: no need to inflate the rest
  "ds-pixel-no-delimiter": /truncated/,
  "ds-pixel-10000-empty-fragments": /^$/,
  "ds-pixel-bot-bad": /offset-table/,
  "ds-charset-bad-escape": /character-set/,
};

/** PDV fragments of the data set, and the context they came on (PS3.8 9.3.5). */
function dataSetOf(stream: Uint8Array): { bytes: Uint8Array; contextId: number } {
  const parts: Uint8Array[] = [];
  let contextId = 0;
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  for (let at = 0; at + 6 <= stream.length; ) {
    const end = at + 6 + view.getUint32(at + 2);
    for (let pdv = at + 6; stream[at] === 4 && pdv + 6 <= end; ) {
      const next = pdv + 4 + view.getUint32(pdv);
      contextId = stream[pdv + 4] as number;
      if (((stream[pdv + 5] as number) & 1) === 0) parts.push(stream.subarray(pdv + 6, next));
      pdv = next;
    }
    at = end;
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)), contextId };
}

test.skipIf(!hasCorpus)(
  "D-01: each hostile data set of the corpus is told of, none is thrown on",
  () => {
    const all = readCorpusJson("malformed.json") as readonly Hostile[];
    const hostile = all.filter(
      ({ id, hex, file }) => id.startsWith("ds-") && (hex ?? file) !== undefined,
    );
    let slowest = 0;
    for (const { id, hex, file } of hostile) {
      const stream =
        hex === undefined ? readCorpus(file ?? "") : new Uint8Array(Buffer.from(hex, "hex"));
      const { bytes, contextId } = dataSetOf(stream);
      const started = performance.now();
      const read = readDataSet(bytes, { syntax: CONTEXTS[contextId] ?? IMPLICIT_LITTLE });
      slowest = Math.max(slowest, performance.now() - started);
      const pixels = read.dataSet.element("PixelData");
      const frames = pixels?.kind === "fragments" ? framesOf(pixels, read.dataSet).findings : [];
      const findings = [...read.findings, ...frames, ...valueFindings(read.dataSet)];
      const ids = findings.map((finding) => finding.id).join(" ");
      assert.match(ids, TOLD[id] ?? /^$/, `${id}: ${findings.map(printFinding).join("\n")}`);
    }
    console.log(`D-01: ${hostile.length} hostile data sets told, slowest ${slowest.toFixed(0)} ms`);
    assert.ok(hostile.length >= 16);
  },
);
