import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, test } from "vitest";
import { MemorySource } from "../../src/capture/byte_source.ts";
import { readIndex } from "../../src/capture/index_block.ts";
import { type CaptureRecord, encodeRecord } from "../../src/capture/record.ts";
import { verifyCapture } from "../../src/capture/verify.ts";
import { runtime } from "../../src/io/runtime.ts";
import { damageOf, readAll, recordsOf, someRecords } from "../support/captures.ts";
import { partnerPython } from "../support/partner.ts";
import { ROOT, startableRuntimes } from "../support/runtimes.ts";
import { GOLDEN_RECORDS } from "./golden_records.ts";

const FOLDER = fileURLToPath(new URL("../captures/v1/", import.meta.url));
const golden = (name: string) => new Uint8Array(readFileSync(join(FOLDER, name)));
const LOAD = someRecords({ count: 5, chunks: 12, size: 90 });

const python = partnerPython(["msgpack"], "python3-msgpack");

describe("Golden captures of format version 1", () => {
  test("R-18: every file of every released version is read, as it was meant then", () => {
    const expected: Record<string, { records: readonly CaptureRecord[]; damages: number }> = {
      "small.dcap": { records: GOLDEN_RECORDS, damages: 0 },
      "blocks.dcap": { records: LOAD, damages: 0 },
      "unfinished.dcap": { records: GOLDEN_RECORDS, damages: 0 },
      "joined.dcap": { records: [...GOLDEN_RECORDS, ...LOAD], damages: 0 },
      "later.dcap": { records: GOLDEN_RECORDS, damages: 0 },
    };
    const names = readdirSync(FOLDER).sort();
    for (const name of names) {
      const items = readAll(golden(name));
      const facts = expected[name];
      if (facts === undefined) continue;
      assert.deepEqual(recordsOf(items).map(hex), facts.records.map(hex), name);
      assert.equal(damageOf(items).length, facts.damages, name);
    }
    const [torn] = damageOf(readAll(golden("torn.dcap")));
    assert.deepEqual([torn?.kind, torn?.offset, torn?.length], ["cut off", 9_833, 92]);
    const [damaged] = damageOf(readAll(golden("damaged.dcap")));
    assert.deepEqual(
      [damaged?.kind, damaged?.offset, damaged?.length, damaged?.blocks],
      ["damaged", 2_185, 956, 1],
    );
    assert.equal(
      verifyCapture(new MemorySource(golden("later.dcap"))).captures[0]?.unknownRecords,
      1,
    );
    const [index] = readIndex(new MemorySource(golden("small.dcap"))) ?? [];
    assert.deepEqual(index?.entries, [
      {
        association: 1,
        openedAt: 5_000_100,
        closedAt: 5_002_500,
        places: [0x118, 0x3bb],
        summary: { kind: "example", association: 1 },
      },
    ]);
    console.log(`R-18: ${names.length} of ${names.length} golden files read`);
  });

  test("FORMAT.md explains the octets of small.dcap as they are", () => {
    const text = readFileSync(join(ROOT, "src/capture/FORMAT.md"), "utf8");
    const bytes = golden("small.dcap");
    let compared = 0;
    for (const line of text.split("\n")) {
      const match = /^ {4}([0-9a-f]{8}) +(.*)$/.exec(line);
      if (match === null) continue;
      const offset = Number.parseInt(match[1] ?? "", 16);
      const shown = (match[2] ?? "").split(/ {3,}| \.\.\./)[0] ?? "";
      const octets = Buffer.from(shown.replaceAll(" ", ""), "hex");
      assert.ok(octets.length > 0, line);
      assert.deepEqual(Buffer.from(bytes.subarray(offset, offset + octets.length)), octets, line);
      compared += octets.length;
    }
    assert.ok(compared > 300, `${compared}`);
  });

  test.skipIf(python === undefined)("a Python script of 56 lines reads a capture", () => {
    const script = join(ROOT, "test/capture/read_capture.py");
    assert.ok(readFileSync(script, "utf8").split("\n").length < 60);
    for (const [name, records] of [
      ["small.dcap", GOLDEN_RECORDS],
      ["blocks.dcap", LOAD],
    ] as const) {
      const { stdout, stderr, status } = spawnSync(python ?? "", [script, join(FOLDER, name)], {
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      const lines = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      assert.equal(lines[0].header.product, "dicomtap 0.1.0");
      const seen = lines.slice(1, -1).filter((record) => record[0] !== "position");
      assert.equal(seen.length, records.length);
      for (const [i, record] of records.entries()) {
        assert.equal(seen[i][0], record.kind);
        if (record.kind !== "data") continue;
        assert.equal(seen[i][4], Buffer.from(record.bytes).toString("hex"));
        assert.deepEqual(seen[i].slice(1, 4), [
          record.association,
          record.sender === "requestor" ? 0 : 1,
          record.at,
        ]);
      }
    }
  });

  test("R-19: the three runtimes write the same octets and read each other's captures", () => {
    const folder = mkdtempSync(join(tmpdir(), "dicomtap-"));
    try {
      const runtimes = startableRuntimes();
      const run = (command: readonly string[], ...args: string[]): string => {
        const [program = "", ...rest] = command;
        const { stdout, stderr, status } = spawnSync(
          program,
          [...rest, join(ROOT, "test/support/capture_main.ts"), ...args],
          { encoding: "utf8", cwd: ROOT },
        );
        assert.equal(status, 0, stderr);
        return stdout.trim();
      };
      const commands = runtimes.map(({ name, command }) =>
        name === "node" && !(runtime.name === "node" && runtime.typescript)
          ? [...command, "--import", "tsx"]
          : command,
      );
      const files = runtimes.map(({ name }, i) => {
        const directory = join(folder, name);
        run(commands[i] ?? [], "write", directory);
        const [file = ""] = readdirSync(directory).filter((entry) => entry.endsWith(".dcap"));
        return join(directory, file);
      });
      const digests = files.map((file) =>
        createHash("sha256").update(readFileSync(file)).digest("hex"),
      );
      assert.equal(new Set(digests).size, 1, "the same octets");
      const seen = files.flatMap((file) => commands.map((command) => run(command, "read", file)));
      assert.equal(new Set(seen).size, 1, "the same reading");
      const octets = readFileSync(files[0] ?? "").length;
      console.log(
        `R-19: ${runtimes.map((r) => r.name).join(", ")}: ${octets} octets the same, ` +
          `${seen.length} of ${runtimes.length ** 2} cross-readings the same`,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function hex(record: CaptureRecord): string {
  return Buffer.from(encodeRecord(record)).toString("hex");
}
