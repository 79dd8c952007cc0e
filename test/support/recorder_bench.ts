/** A recorder on a directory of its own, with a clock that stands still and files that can fail. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Recorder, type RecorderOptions } from "../../proxy/recorder/recorder.ts";
import type { CaptureRecord } from "../../src/capture/record.ts";
import { encodeRecord, trafficOf } from "../../src/capture/record.ts";
import { fileOwner } from "../../src/io/file_owner.ts";
import { type FileSystem, nodeFileSystem } from "../../src/io/file_system.ts";
import type { Role } from "../../src/role.ts";
import { damageOf, mulberry32, readAll, recordsOf, STARTED_WALL_US } from "./captures.ts";

export class RecorderBench implements Disposable {
  readonly parent = mkdtempSync(join(tmpdir(), "dicomtap-"));
  readonly directory: string;
  readonly recorder: Recorder;
  readonly reports: string[] = [];
  /** What was given to the recorder, by association and sender. */
  readonly sent = new Map<string, number>();
  now = 1_000_000;
  wall = STARTED_WALL_US;
  #ids = 0;

  constructor(options: Partial<RecorderOptions> = {}) {
    this.directory = options.directory ?? join(this.parent, "captures");
    this.recorder = new Recorder({
      facts: {
        product: "dicomtap 0.1.0",
        runtime: "test",
        host: "test-host",
        routes: [{ listen: "127.0.0.1:11112", to: "127.0.0.1:104" }],
        payload: "full",
        redaction: "none",
      },
      fileSystem: nodeFileSystem,
      owner: fileOwner(),
      clock: { micros: () => this.now, wallMicros: () => this.wall },
      captureId: () => {
        this.#ids += 1;
        return Uint8Array.from({ length: 16 }, (_, i) => this.#ids * 16 + i);
      },
      report: (text) => this.reports.push(text),
      fsync: "never",
      ...options,
      directory: this.directory,
    });
  }

  give(...records: CaptureRecord[]): void {
    for (const record of records) {
      this.recorder.consume(encodeRecord(record));
      if (record.kind === "data" || record.kind === "gap") {
        const key = `${record.association} ${record.sender}`;
        this.sent.set(key, (this.sent.get(key) ?? 0) + trafficOf(record));
      }
    }
  }

  open(association: number): void {
    const facts = { requestor: "127.0.0.1:1", acceptor: "127.0.0.1:104", wall_us: this.wall };
    this.give({ kind: "open", association, at: this.tick(), facts });
  }

  data(association: number, size: number, sender: Role = "requestor"): void {
    const at = this.tick();
    const bytes = NOISE.subarray(at % 1_000, (at % 1_000) + size);
    this.give({ kind: "data", association, sender, at, bytes });
  }

  /** Octets that never came because the queue was full. */
  gap(association: number, length: number, sender: Role = "requestor"): void {
    const at = this.tick();
    this.give({ kind: "gap", association, sender, at, length, why: "recorder queue full" });
  }

  close(association: number): void {
    this.give({ kind: "close", association, at: this.tick(), how: "closed", by: "requestor" });
  }

  /** One whole association: opened, `chunks` times `size` octets, closed. */
  associate(association: number, { chunks, size }: { chunks: number; size: number }): void {
    this.open(association);
    for (let i = 0; i < chunks; i++) {
      this.data(association, size, i % 2 === 0 ? "requestor" : "acceptor");
    }
    this.close(association);
  }

  tick(): number {
    this.now += 1;
    return this.now;
  }

  /** Lets a second pass, as the recorder's thread does. */
  second(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.now += 1_000_000;
      this.wall += 1_000_000;
      this.recorder.flush();
    }
  }

  names(): string[] {
    return readdirSync(this.directory)
      .filter((name) => name.endsWith(".dcap"))
      .sort();
  }

  files(): { name: string; bytes: Uint8Array }[] {
    return this.names().map((name) => ({
      name,
      bytes: new Uint8Array(readFileSync(join(this.directory, name))),
    }));
  }

  /** What all files hold together. */
  read(): Reading {
    const reading: Reading = {
      records: [],
      damage: 0,
      told: new Map(),
      gaps: 0,
      lost: 0,
      spans: 0,
    };
    const where = new Map<number, string>();
    for (const { name, bytes } of this.files()) {
      const items = readAll(bytes);
      reading.damage += damageOf(items).length;
      for (const record of recordsOf(items)) {
        reading.records.push(record);
        if (record.kind === "lost") reading.lost += record.length;
        if (record.kind === "gap") reading.gaps += record.length;
        if (!("association" in record)) continue;
        const before = where.get(record.association);
        if (before !== undefined && before !== name) reading.spans += 1;
        where.set(record.association, name);
        if (record.kind !== "data" && record.kind !== "gap") continue;
        const key = `${record.association} ${record.sender}`;
        const length = record.kind === "data" ? record.bytes.length : record.length;
        reading.told.set(key, (reading.told.get(key) ?? 0) + length);
      }
    }
    return reading;
  }

  [Symbol.dispose](): void {
    this.recorder.close();
    rmSync(this.parent, { recursive: true, force: true });
  }
}

const random = mulberry32(77);
const NOISE = Uint8Array.from({ length: 101_000 }, () => random() * 256);

export interface Reading {
  readonly records: CaptureRecord[];
  damage: number;
  /** Recorded octets and gaps, by association and sender. */
  readonly told: Map<string, number>;
  gaps: number;
  lost: number;
  /** Records that are in another file than the one before of the same association. */
  spans: number;
}

export type Operation = "create" | "write" | "truncate" | "sync" | "remove" | "rename" | "list";

/** The real file system with faults: `fault` is asked before each operation. */
export function faultyFileSystem(
  fault: (operation: Operation, count: number) => string | undefined,
): FileSystem {
  const counts = new Map<Operation, number>();
  const check = (operation: Operation) => {
    const count = (counts.get(operation) ?? 0) + 1;
    counts.set(operation, count);
    const code = fault(operation, count);
    if (code === undefined) return;
    throw Object.assign(new Error(`${code}: injected`), { code });
  };
  const real = nodeFileSystem;
  return {
    ...real,
    create(path) {
      check("create");
      return real.create(path);
    },
    write(descriptor, bytes, position) {
      try {
        check("write");
      } catch (error) {
        // As a full disk does it: some of the octets are there before the error comes.
        real.write(descriptor, bytes.subarray(0, bytes.length >> 1), position);
        throw error;
      }
      return real.write(descriptor, bytes, position);
    },
    truncate(descriptor, size) {
      check("truncate");
      real.truncate(descriptor, size);
    },
    sync() {
      check("sync"); // no test here cuts the power, so the disk is spared
    },
    remove(path) {
      check("remove");
      real.remove(path);
    },
    rename(from, to) {
      check("rename");
      real.rename(from, to);
    },
    list(path) {
      check("list");
      return real.list(path);
    },
  };
}
