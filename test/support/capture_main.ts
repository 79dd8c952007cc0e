/**
 * A process of its own that records a fixed load, or reads a capture: to compare what the runtimes
 * write and read.
 *
 *     capture_main.ts write DIRECTORY     capture_main.ts read CAPTURE
 */
import { createHash } from "node:crypto";
import { Recorder } from "../../proxy/recorder/recorder.ts";
import { readIndex } from "../../src/capture/index_block.ts";
import { readCapture } from "../../src/capture/reader.ts";
import { encodeRecord } from "../../src/capture/record.ts";
import { fileOwner } from "../../src/io/file_owner.ts";
import { FileSource } from "../../src/io/file_source.ts";
import { nodeFileSystem } from "../../src/io/file_system.ts";
import { GOLDEN_RECORDS } from "../capture/golden_records.ts";
import { captureFacts, STARTED_WALL_US, someRecords } from "./captures.ts";

const [what, path = ""] = process.argv.slice(2);
if (what === "write") write(path);
else console.log(read(path));

function write(directory: string): void {
  let now = 0;
  const { product, routes, payload, redaction } = captureFacts();
  const recorder = new Recorder({
    directory,
    facts: { product, routes, payload, redaction, runtime: "stubbed", host: "stubbed" },
    fileSystem: nodeFileSystem,
    owner: fileOwner(),
    clock: { micros: () => now, wallMicros: () => STARTED_WALL_US + now },
    captureId: () => captureFacts().capture_id,
    summarise: (association) => ({ association, text: "Größe", large: 2 ** 40, half: 0.5 }),
    report: (text) => {
      throw new Error(text);
    },
  });
  recorder.open();
  const load = someRecords({ count: 20, chunks: 60, size: 700 }).map((record) =>
    "association" in record ? { ...record, association: record.association + 1 } : record,
  );
  for (const record of [...GOLDEN_RECORDS, ...load]) {
    now += 1_000;
    recorder.consume(encodeRecord(record));
    if (now % 100_000 === 0) recorder.flush();
  }
  recorder.close();
}

/** A digest of all that a reader sees. */
function read(file: string): string {
  const hash = createHash("sha256");
  const tell = (value: unknown) =>
    hash.update(
      JSON.stringify(value, (_, v) => (v instanceof Uint8Array ? { octets: [...v] } : v)) ?? "",
    );
  const source = new FileSource(file);
  for (const item of readCapture(source)) {
    tell(item.item === "record" ? encodeRecord(item.record) : item);
  }
  tell(readIndex(source));
  source.close();
  return hash.digest("hex");
}
