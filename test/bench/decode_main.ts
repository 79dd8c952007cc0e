/**
 * Reads the same Part 10 files again and again with each decoder, in turns:
 *
 *     decode_main.ts '{"files": [...], "rounds": 5, "dcmjs": FOLDER, "dicomParser": FOLDER}'
 *
 * Prints one line: how many files all of them read, and milliseconds for one pass over those, round
 * by round. A folder that is absent is a decoder that is not there.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { dataSetToJson } from "../../src/dataset/json_model.ts";
import { readPart10 } from "../../src/dataset/part10.ts";

export interface DecodeArguments {
  readonly files: readonly string[];
  readonly rounds: number;
  readonly dcmjs: string | undefined;
  readonly dicomParser: string | undefined;
}

export type Decoder = "elements" | "values" | "dicom-parser" | "dcmjs";

export interface DecodeFigures {
  readonly files: number;
  readonly bytes: number;
  readonly ms: Readonly<Partial<Record<Decoder, readonly number[]>>>;
}

type Decode = (bytes: Uint8Array) => unknown;

/** A turn takes this long at least, so that the clock and the collector count for little. */
const TURN_MS = 150;

const options = JSON.parse(process.argv[2] ?? "{}") as DecodeArguments;
const decoders = new Map<Decoder, Decode>([
  ["elements", (bytes) => readPart10(bytes)],
  ["values", (bytes) => dataSetToJson(readPart10(bytes).dataSet)],
]);
const require = createRequire(import.meta.url);
if (options.dicomParser !== undefined) {
  const { parseDicom } = require(options.dicomParser) as { parseDicom: Decode };
  decoders.set("dicom-parser", parseDicom);
}
if (options.dcmjs !== undefined) {
  const dcmjs = require(options.dcmjs) as Dcmjs;
  dcmjs.log.setLevel("silent");
  decoders.set("dcmjs", ({ buffer }) => dcmjs.data.DicomMessage.readFile(buffer));
}

interface Dcmjs {
  readonly log: { setLevel(level: string): void };
  readonly data: { readonly DicomMessage: { readFile(buffer: ArrayBufferLike): unknown } };
}

const files = options.files.map((path) => new Uint8Array(readFileSync(path)).slice());
const readable = files.filter((bytes) =>
  [...decoders.values()].every((read) => reads(read, bytes)),
);
const ms = new Map<Decoder, number[]>([...decoders.keys()].map((name) => [name, []]));
for (let round = -1; round < options.rounds; round++) {
  for (const [name, decode] of decoders) {
    const took = turn(decode);
    if (round >= 0) ms.get(name)?.push(took); // the first one is to get warm
  }
}
const bytes = readable.reduce((sum, one) => sum + one.length, 0);
const figures: DecodeFigures = { files: readable.length, bytes, ms: Object.fromEntries(ms) };
process.stdout.write(`${JSON.stringify(figures)}\n`);

function turn(decode: Decode): number {
  const start = performance.now();
  let passes = 0;
  while (performance.now() - start < TURN_MS) {
    for (const file of readable) decode(file);
    passes++;
  }
  return (performance.now() - start) / passes;
}

/** Some of the files are there because decoders fail on them. */
function reads(decode: Decode, file: Uint8Array): boolean {
  try {
    decode(file);
    return true;
  } catch {
    return false;
  }
}
