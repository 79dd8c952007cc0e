/**
 * The load of the benchmarks: compiles load.c once, writes the PDUs that it sends, and runs it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { commandPdus, dataSetPdus } from "../../src/dimse/fragment.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import type { AssociateItem } from "../../src/ul/pdu.ts";
import { freePort } from "../support/ports.ts";
import type { Scope } from "../support/process.ts";
import { findProgram, ROOT } from "../support/runtimes.ts";

/** One C-STORE of the bulk load carries this much. */
export const STORE_SIZE = 2 ** 20;

const VERIFICATION = "1.2.840.10008.1.1";
const SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";
const IMPLICIT = "1.2.840.10008.1.2";
const MAXIMUM_LENGTH = 16_384;

export class Load {
  readonly #scope: Scope;
  readonly #program: string;
  readonly #pdus: string;

  private constructor(scope: Scope, program: string, pdus: string) {
    this.#scope = scope;
    this.#program = program;
    this.#pdus = pdus;
  }

  /** `undefined` when this machine has no C compiler. */
  static async build(scope: Scope): Promise<Load | undefined> {
    const cc = findProgram("cc");
    if (cc === undefined) return undefined;
    const folder = scope.tempDir();
    const program = join(folder, "load");
    const source = join(ROOT, "test/bench/load.c");
    const built = await scope.run([cc, "-O2", "-pthread", "-o", program, source]);
    if (built.code !== 0) throw new Error(`Cannot compile load.c: ${built.stderr}`);
    const pdus = join(folder, "pdus");
    writeFileSync(pdus, pdusFile());
    return new Load(scope, program, pdus);
  }

  /** Starts the acceptor that answers all of this; gives its port. */
  async accept(): Promise<number> {
    const port = await freePort();
    const running = this.#scope.start([this.#program, "accept", String(port), this.#pdus]);
    await running.line(/ready/);
    return port;
  }

  /** Seconds for `messages` C-STOREs of `STORE_SIZE` on each of `connections` associations. */
  async bulk(port: number, messages: number, connections = 1): Promise<number> {
    const { seconds } = await this.#run("bulk", port, [messages, connections]);
    return seconds ?? Number.NaN;
  }

  /** Round trips of a C-ECHO on one association, in microseconds. */
  async ping(port: number, count: number): Promise<{ readonly p50: number; readonly p99: number }> {
    const { p50 = Number.NaN, p99 = Number.NaN } = await this.#run("ping", port, [count]);
    return { p50, p99 };
  }

  /** Seconds for `count` associations with one C-ECHO each, from `threads` requestors. */
  async rate(port: number, count: number, threads: number): Promise<number> {
    const { seconds } = await this.#run("rate", port, [count, threads]);
    return seconds ?? Number.NaN;
  }

  /** Opens `count` associations that do nothing until the scope is closed. */
  async hold(scope: Scope, port: number, count: number): Promise<void> {
    // stdin of a started program is empty, so `sleep` holds it open.
    const command = `sleep 600 | "$0" hold ${port} "$1" ${count}`;
    const running = scope.start(["sh", "-c", command, this.#program, this.#pdus]);
    await running.line(/held/);
  }

  async #run(
    what: string,
    port: number,
    args: readonly number[],
  ): Promise<Readonly<Record<string, number>>> {
    const command = [this.#program, what, String(port), this.#pdus, ...args.map(String)];
    const { code, stdout, stderr } = await this.#scope.run(command, { limitMs: 300_000 });
    if (code !== 0) throw new Error(`load ${what} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Record<string, number>;
  }
}

/** RQ, AC, C-ECHO-RQ, C-ECHO-RSP, C-STORE: each with its length in front, little endian. */
function pdusFile(): Buffer {
  const options = { contextId: 1, maximumLength: MAXIMUM_LENGTH };
  const command = (values: Parameters<typeof encodeCommandSet>[0], contextId = 1) =>
    Buffer.concat([...commandPdus(encodeCommandSet(values), { ...options, contextId })]);
  const echo = { AffectedSOPClassUID: VERIFICATION, CommandDataSetType: 0x0101 };
  const store = command(
    {
      AffectedSOPClassUID: SECONDARY_CAPTURE,
      CommandField: 0x0001,
      MessageID: 7,
      Priority: 0,
      CommandDataSetType: 1,
      AffectedSOPInstanceUID: "2.25.4711",
    },
    3,
  );
  const data = [...dataSetPdus(pixelDataSet(), { ...options, contextId: 3 })];
  return Buffer.concat(
    [
      encodePdu({ ...association, type: "A-ASSOCIATE-RQ", items: items(requested) }),
      encodePdu({ ...association, type: "A-ASSOCIATE-AC", items: items(accepted) }),
      command({ ...echo, CommandField: 0x0030, MessageID: 1 }),
      command({ ...echo, CommandField: 0x8030, MessageIDBeingRespondedTo: 1, Status: 0 }),
      Buffer.concat([store, ...data]),
    ].flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

const association = {
  protocolVersion: 1,
  calledAeTitle: "BENCH-SCP",
  callingAeTitle: "BENCH-SCU",
} as const;

const requested: readonly AssociateItem[] = [VERIFICATION, SECONDARY_CAPTURE].map((uid, index) => ({
  item: "presentation context RQ",
  id: 2 * index + 1,
  items: [
    { item: "abstract syntax", uid },
    { item: "transfer syntax", uid: IMPLICIT },
  ],
}));

const accepted: readonly AssociateItem[] = [1, 3].map((id) => ({
  item: "presentation context AC",
  id,
  result: 0,
  items: [{ item: "transfer syntax", uid: IMPLICIT }],
}));

function items(contexts: readonly AssociateItem[]): readonly AssociateItem[] {
  return [
    { item: "application context", name: "1.2.840.10008.3.1.1.1" },
    ...contexts,
    {
      item: "user information",
      items: [
        { item: "maximum length", maximumLength: MAXIMUM_LENGTH },
        { item: "implementation class UID", uid: "2.25.1" },
      ],
    },
  ];
}

/** (7FE0,0010) and a value that fills the data set to `STORE_SIZE`. */
function pixelDataSet(): Buffer {
  const bytes = Buffer.alloc(STORE_SIZE, 0x5a);
  bytes.writeUInt16LE(0x7fe0, 0);
  bytes.writeUInt16LE(0x0010, 2);
  bytes.writeUInt32LE(STORE_SIZE - 8, 4);
  return bytes;
}
