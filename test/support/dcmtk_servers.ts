/**
 * DCMTK's servers as partners of end-to-end tests: storescp, dcmqrscp and wlmscpfs, each on a port
 * of 127.0.0.1 with a folder of its own. TCP_NODELAY=1 because Debian's DCMTK leaves Nagle's
 * algorithm on, which costs 40 ms a message with delayed acknowledgements.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWorklist } from "./dataset_files.ts";
import { freePort } from "./ports.ts";
import type { Scope } from "./process.ts";

export const NO_DELAY = { TCP_NODELAY: "1" } as const;

/** What a partner wrote: file name (where it means something) and the data set in it. */
export interface ReceivedFile {
  readonly name: string;
  readonly transferSyntax: string;
  /** Of the data set as it is in the file, without preamble and File Meta Information. */
  readonly sha256: string;
}

export interface Partner {
  readonly port: number;
  readonly aeTitle: string;
  /** What arrived since the last call, sorted. */
  received(): Promise<readonly ReceivedFile[]>;
}

/** Ports by AE title, for the partners that send to others (C-MOVE). */
export type Destinations = Readonly<Record<string, number>>;

export async function startStorescp(
  scope: Scope,
  { aeTitle = "STORESCP", args = ["+xa"] }: { aeTitle?: string; args?: readonly string[] } = {},
): Promise<Partner> {
  const folder = scope.tempDir();
  const port = await freePort();
  const command = ["storescp", "-aet", aeTitle, ...args, "-od", folder, String(port)];
  await scope.start(command, { env: NO_DELAY }).listens(port);
  return { port, aeTitle, received: async () => takeFiles(folder) };
}

/** A small archive with these files in its index. */
export async function startDcmqrscp(
  scope: Scope,
  { files, destinations }: { files: readonly string[]; destinations: Destinations },
): Promise<Partner> {
  const folder = scope.tempDir();
  const aeTitle = "QRSCP";
  const port = await freePort();
  const database = join(folder, "db");
  mkdirSync(database);
  const config = join(folder, "dcmqrscp.cfg");
  writeFileSync(config, archiveConfiguration({ port, database, aeTitle, destinations }));
  const indexed = await scope.run(["dcmqridx", "-n", database, ...files]);
  if (indexed.code !== 0) throw new Error(`dcmqridx ended with ${indexed.code}: ${indexed.stderr}`);
  await scope.start(["dcmqrscp", "-c", config, String(port)], { env: NO_DELAY }).listens(port);
  const before = new Set(readdirSync(database));
  // The archive chooses names of its own: only the content can be compared.
  const received = async () => {
    const fresh = readdirSync(database).filter(
      (name) => name.endsWith(".dcm") && !before.has(name),
    );
    for (const name of fresh) before.add(name);
    return fresh.map((name) => describeFile("", readFileSync(join(database, name)))).sort(byHash);
  };
  return { port, aeTitle, received };
}

export async function startWlmscpfs(scope: Scope): Promise<Partner> {
  const folder = scope.tempDir();
  const aeTitle = "WORKLIST";
  const port = await freePort();
  await makeWorklist(scope, folder, aeTitle);
  const command = ["wlmscpfs", "-dfp", folder, "-csk", String(port)];
  await scope.start(command, { env: NO_DELAY }).listens(port);
  return { port, aeTitle, received: async () => [] };
}

/** Lists the files of a folder and removes them, so that each call gives the new ones. */
export function takeFiles(folder: string): readonly ReceivedFile[] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const file = describeFile(name, readFileSync(path));
      rmSync(path);
      return file;
    });
}

export function byHash(a: ReceivedFile, b: ReceivedFile): number {
  return a.sha256 < b.sha256 ? -1 : 1;
}

/**
 * PS3.10 7.1: File Meta Information is in Explicit VR Little Endian and begins with its length. It
 * is left out of the hash: findscu invents an instance UID there at each run.
 */
export function describeFile(name: string, file: Buffer): ReceivedFile {
  const META = 132;
  const end = META + 12 + file.readUInt32LE(META + 8);
  const meta = file.subarray(META, end).toString("latin1");
  const at = meta.indexOf("\x02\x00\x10\x00UI"); // (0002,0010) Transfer Syntax UID
  const length = file.readUInt16LE(META + at + 6);
  const transferSyntax = meta.slice(at + 8, at + 8 + length).replace(/\0$/, "");
  const sha256 = createHash("sha256").update(file.subarray(end)).digest("hex");
  return { name, transferSyntax, sha256 };
}

interface ArchiveOptions {
  readonly port: number;
  readonly database: string;
  readonly aeTitle: string;
  readonly destinations: Destinations;
}

function archiveConfiguration({ port, database, aeTitle, destinations }: ArchiveOptions): string {
  const hosts = Object.entries(destinations).map(
    ([title, at]) => `${title.toLowerCase()} = (${title}, 127.0.0.1, ${at})`,
  );
  return `
NetworkTCPPort  = ${port}
MaxPDUSize      = 131072
MaxAssociations = 16
HostTable BEGIN
${hosts.join("\n")}
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
${aeTitle} ${database} RW (200, 1024mb) ANY
AETable END
`.trimStart();
}
