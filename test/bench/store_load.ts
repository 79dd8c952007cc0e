/**
 * B-5: real C-STORE traffic, DCMTK's storescu and dcmsend to storescp, through each contender.
 * TCP_NODELAY=1 for all of DCMTK: without it Debian's build waits some 44 ms a message.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { NO_DELAY } from "../support/dcmtk_servers.ts";
import { freePort } from "../support/ports.ts";
import { inScope, type Scope } from "../support/process.ts";
import { findProgram } from "../support/runtimes.ts";
import {
  type Contender,
  HAPROXY,
  recordFolder,
  startDicomtap,
  startHaproxy,
} from "./contenders.ts";
import type { Plan } from "./relay_load.ts";
import { notMeasured, type Row, ratios, show, spread } from "./report.ts";
import { inTurns, type Values, valuesOf } from "./rounds.ts";

const KIB = 1024;
const MIB = KIB * KIB;
/** haproxy forwards, tcpdump records. */
const BESIDE = "haproxy with tcpdump -w beside it";
const SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";

/** Files of one size, in the two shapes that C-STORE is measured with. */
export function storeLoads(short: boolean) {
  return short
    ? [{ name: "5 x 512 KiB", count: 5, size: 512 * KIB }]
    : [
        { name: "500 x 512 KiB", count: 500, size: 512 * KIB },
        { name: "20 x 50 MiB", count: 20, size: 50 * MIB },
      ];
}

export async function storeRows(plan: Plan): Promise<readonly Row[]> {
  const { short, rounds } = plan;
  const missing = ["storescp", "storescu", "dcmsend"].filter(
    (name) => findProgram(name) === undefined,
  );
  if (missing.length > 0) {
    return [notMeasured("B-5", "C-STORE", `${missing.join(", ")} missing: apt-get install dcmtk`)];
  }
  return await inScope(async (scope) => {
    const to = await startStorescp(scope);
    const contenders = await startAll(scope, plan, to);
    const rows: Row[] = [];
    for (const load of storeLoads(short)) {
      const folder = writeFiles(scope, load);
      for (const tool of ["storescu", "dcmsend"] as const) {
        const what = `${tool} ${load.name}`;
        const values = await inTurns(contenders, Math.min(rounds, 3), async ({ name, port }) => {
          const sending = { tool, port, folder };
          return name === BESIDE ? await sendBeside(sending) : await send(scope, sending);
        });
        for (const { name } of contenders) {
          const measured = `${show(spread(valuesOf(values, name)), 0)} ms`;
          rows.push({ id: "B-5", what: `${what}, ${name}`, measured, target: "", met: undefined });
        }
        for (const { name, mode } of contenders) {
          if (mode === undefined) continue;
          const ratio = ratios(valuesOf(values, name), valuesOf(values, HAPROXY));
          const most = mode === "record" ? 1.15 : 1.0;
          rows.push({
            id: "B-5",
            what: `${what}, ${name}, time x haproxy`,
            measured: show(ratio),
            target: `<= ${most.toFixed(2)}`,
            met: ratio.median <= most,
          });
          if (mode === "record") rows.push(againstTcpdump(values, { what, name }));
        }
      }
    }
    return rows;
  });
}

/** A recording proxy against one that does not record, and a recorder that is no proxy. */
function againstTcpdump(
  values: Values,
  { what, name }: { readonly what: string; readonly name: string },
): Row {
  const row = `${what}, ${name}, time x (${BESIDE})`;
  const beside = valuesOf(values, BESIDE);
  if (beside.length === 0) {
    const why =
      "tcpdump, haproxy or the right to capture is missing: apt-get install tcpdump haproxy";
    return notMeasured("B-5", row, why);
  }
  const ratio = ratios(valuesOf(values, name), beside);
  const met = ratio.median <= 1;
  return { id: "B-5", what: row, measured: show(ratio), target: "<= 1.00", met };
}

/** The time of the sending alone; tcpdump listens before it begins. */
async function sendBeside(sending: Sending): Promise<number> {
  return await inScope(async (scope) => {
    await startTcpdump(scope, sending.port);
    return await send(scope, sending);
  });
}

/** Writes what passes a port where dicomtap writes its captures. Fails without the right to. */
async function startTcpdump(scope: Scope, port: number): Promise<void> {
  const file = join(recordFolder(scope), "beside.pcap");
  const what = ["tcp", "port", String(port)];
  const running = scope.start(["tcpdump", "-i", "lo", "-s", "0", "-w", file, ...what]);
  await running.line(/listening on/);
}

async function canCapture(): Promise<boolean> {
  if (findProgram("tcpdump") === undefined) return false;
  return await inScope(async (scope) => {
    try {
      await startTcpdump(scope, await freePort());
      return true;
    } catch {
      return false;
    }
  });
}

export async function startStorescp(scope: Scope): Promise<number> {
  const port = await freePort();
  // What arrives is not written down: the disk is not what is compared.
  const command = ["storescp", "--ignore", String(port)];
  await scope.start(command, { env: NO_DELAY }).listens(port);
  return port;
}

async function startAll(scope: Scope, plan: Plan, to: number): Promise<readonly Contender[]> {
  const found: Contender[] = [{ name: "direct", port: to }];
  const haproxy = await startHaproxy(scope, to);
  if (haproxy !== undefined) found.push(haproxy);
  if (haproxy !== undefined && (await canCapture())) found.push({ ...haproxy, name: BESIDE });
  for (const { runtime, mode } of plan.contenders) {
    if (runtime === undefined || mode === undefined || mode === "relay") continue;
    found.push(await startDicomtap(scope, { runtime, to, mode }));
  }
  return found;
}

interface Sending {
  readonly tool: "storescu" | "dcmsend";
  readonly port: number;
  /** Files of PS3.10. */
  readonly folder: string;
}

async function send(scope: Scope, { tool, port, folder }: Sending): Promise<number> {
  const how = tool === "storescu" ? ["+sd"] : ["--scan-directories", "--no-uid-checks"];
  const command = [tool, ...how, "127.0.0.1", String(port), folder];
  const { code, ms, stdout, stderr } = await scope.run(command, {
    env: NO_DELAY,
    limitMs: 120_000,
  });
  if (code !== 0) throw new Error(`${tool} ended with ${code}: ${stderr}${stdout}`);
  return ms;
}

/** Files of PS3.10 7.1 in Implicit VR Little Endian, with pixel data of `size` bytes. */
export function writeFiles(
  scope: Scope,
  { count, size }: { readonly count: number; readonly size: number },
): string {
  const folder = scope.tempDir();
  for (let at = 1; at <= count; at++) {
    const uid = `2.25.${size}${String(at).padStart(4, "0")}`;
    const meta = [
      explicit([0x0002, 0x0001], "OB", Buffer.from([0, 1])),
      explicit([0x0002, 0x0002], "UI", text(SECONDARY_CAPTURE, "\0")),
      explicit([0x0002, 0x0003], "UI", text(uid, "\0")),
      explicit([0x0002, 0x0010], "UI", text("1.2.840.10008.1.2", "\0")),
      explicit([0x0002, 0x0012], "UI", text("2.25.1", "\0")),
    ];
    const length = Buffer.alloc(4);
    length.writeUInt32LE(Buffer.concat(meta).length);
    const file = Buffer.concat([
      Buffer.alloc(128),
      Buffer.from("DICM"),
      explicit([0x0002, 0x0000], "UL", length),
      ...meta,
      implicit([0x0008, 0x0016], text(SECONDARY_CAPTURE, "\0")),
      implicit([0x0008, 0x0018], text(uid, "\0")),
      implicit([0x0010, 0x0010], text("Bench^Nobody", " ")),
      implicit([0x7fe0, 0x0010], Buffer.alloc(size, at & 0xff)),
    ]);
    writeFileSync(join(folder, `${at}.dcm`), file);
  }
  return folder;
}

type Tag = readonly [group: number, element: number];

function explicit([group, element]: Tag, vr: string, value: Buffer): Buffer {
  const isLong = vr === "OB";
  const head = Buffer.alloc(isLong ? 12 : 8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(element, 2);
  head.write(vr, 4, "latin1");
  if (isLong) head.writeUInt32LE(value.length, 8);
  else head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}

function implicit([group, element]: Tag, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(element, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
}

function text(value: string, padding: string): Buffer {
  return Buffer.from(value.length % 2 === 0 ? value : value + padding, "latin1");
}
