/**
 * Writes the golden captures of this format version to test/captures/v1. Run it once for a version,
 * never again: the files are what released programs wrote, and every later reader reads them.
 *
 *     npx tsx test/capture/make_golden.ts
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { packValue } from "../../src/capture/msgpack.ts";
import { captureFacts, concat, someRecords, writeCapture } from "../support/captures.ts";
import { GOLDEN_RECORDS } from "./golden_records.ts";

const folder = new URL("../captures/v1/", import.meta.url);
const facts = { ...captureFacts(), runtime: "node 20.20.2", host: "golden" };

const small = writeCapture(GOLDEN_RECORDS, {
  facts,
  blockSize: 65_536,
  summary: (association) => ({ kind: "example", association }),
});
const blocks = writeCapture(someRecords({ count: 5, chunks: 12, size: 90 }), {
  facts,
  blockSize: 1_024,
});
const files: Record<string, Uint8Array> = {
  "small.dcap": small,
  "blocks.dcap": blocks,
  "unfinished.dcap": writeCapture(GOLDEN_RECORDS, { facts, unfinished: true }),
  "torn.dcap": blocks.subarray(0, blocks.length - 1_000),
  "damaged.dcap": blocks.map((octet, i) => (i === 2_500 ? octet ^ 0xff : octet)),
  "joined.dcap": concat(small, blocks),
  "later.dcap": writeCapture(GOLDEN_RECORDS, {
    facts,
    strange: { after: 3, bytes: packValue(["teleport", 1, { why: "a later minor version" }]) },
  }),
};
mkdirSync(folder, { recursive: true });
for (const [name, bytes] of Object.entries(files)) {
  const path = new URL(name, folder);
  if (existsSync(path)) throw new Error(`${name} is there already: golden files do not change`);
  writeFileSync(path, bytes);
}
