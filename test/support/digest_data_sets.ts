/**
 * A program for each runtime: reads the files that are named, and prints for each the SHA-256 of
 * everything that comes out of the data set codec: dump, JSON Model, findings, octets written.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { inflateRawSync } from "node:zlib";
import { dumpDataSet } from "../../src/dataset/dump.ts";
import { encodeDataSet } from "../../src/dataset/encode_data_set.ts";
import { printFinding } from "../../src/dataset/finding.ts";
import { dataSetToJson, printJsonModel } from "../../src/dataset/json_model.ts";
import { readPart10 } from "../../src/dataset/part10.ts";

for (const path of process.argv.slice(2)) {
  const bytes = new Uint8Array(readFileSync(path));
  const file = readPart10(bytes);
  const hash = createHash("sha256");
  for (const line of dumpDataSet(file.meta, { showPatient: true })) hash.update(`${line}\n`);
  for (const line of dumpDataSet(file.dataSet, { showPatient: true })) hash.update(`${line}\n`);
  for (const finding of file.findings) hash.update(`${printFinding(finding)}\n`);
  hash.update(printJsonModel(dataSetToJson(file.dataSet)));
  const stored = bytes.subarray(file.dataSetOffset);
  const body = file.whole && file.syntax.deflated ? new Uint8Array(inflateRawSync(stored)) : stored;
  if (file.whole) {
    const bulk = (offset: number, length: number) => body.subarray(offset, offset + length);
    hash.update(encodeDataSet(file.dataSet, { syntax: { ...file.syntax, deflated: false }, bulk }));
  }
  console.log(`${hash.digest("hex")} ${basename(path)}`);
}
