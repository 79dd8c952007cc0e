/**
 * The world of the golden captures: a patient that does not exist, images of it, and the servers that
 * know it. UIDs are under 2.25 (PS3.5 B.2) and the same at each recording.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NO_DELAY } from "../support/dcmtk_servers.ts";
import { freePort } from "../support/ports.ts";
import type { Scope } from "../support/process.ts";
import { findProgram } from "../support/runtimes.ts";

export const STUDY = "2.25.4001";
export const SERIES = "2.25.40011";
export const STEP = "2.25.40012";
export const TRANSACTION = "2.25.40013";
export const MISSING = "2.25.499999";
export const CT = "1.2.840.10008.5.1.4.1.1.2";
export const MPPS = "1.2.840.10008.3.1.2.3.3";
export const COMMITMENT = "1.2.840.10008.1.20.1";
export const image = (number: number) => `2.25.40011${number}`;

/** A folder with the worklist of the AE title WORKLIST, as wlmscpfs wants it: two items. */
export async function makeWorklist(scope: Scope): Promise<string> {
  const folder = scope.tempDir();
  const items = join(folder, "WORKLIST");
  mkdirSync(items);
  writeFileSync(join(items, "lockfile"), ""); // wlmscpfs serves no folder without one
  for (const [number, study] of [
    [1, STUDY],
    [2, "2.25.4999"],
  ] as const) {
    const dump = join(items, `item${number}.dump`);
    writeFileSync(
      dump,
      `
(0008,0005) CS [ISO_IR 100]
(0008,0050) SH [ACC${number}]
(0010,0010) PN [Synthetic^Patient]
(0010,0020) LO [SYN-${number}]
(0010,0030) DA [19700101]
(0010,0040) CS [O]
(0020,000d) UI [${study}]
(0032,1060) LO [Synthetic procedure]
(0040,0100) SQ
(fffe,e000) -
(0008,0060) CS [CT]
(0040,0001) AE [MODALITY]
(0040,0002) DA [20260201]
(0040,0003) TM [090000]
(0040,0006) PN [Performing^Synthetic]
(0040,0007) LO [Step ${number}]
(0040,0009) SH [SPS${number}]
(fffe,e00d) -
(fffe,e0dd) -
(0040,1001) SH [RP${number}]
`.trimStart(),
    );
    await succeed(scope, ["dump2dcm", "-q", "+te", dump, join(items, `item${number}.wl`)]);
  }
  return folder;
}

export async function startWorklist(scope: Scope): Promise<number> {
  const folder = await makeWorklist(scope);
  const port = await freePort();
  const command = ["wlmscpfs", "-dfp", folder, "-csk", String(port)];
  await scope.start(command, { env: NO_DELAY }).listens(port);
  return port;
}

/**
 * Orthanc with the modalities that it may send to, by AE title and port: reports of Storage
 * Commitment, C-STOREs of a C-MOVE.
 */
export async function startArchive(
  scope: Scope,
  { modalities, worklist }: { modalities: Readonly<Record<string, number>>; worklist?: string },
): Promise<number> {
  const program = findProgram("Orthanc");
  if (program === undefined) throw new Error("Orthanc is not on this machine");
  const folder = scope.tempDir();
  const own = await freePort();
  const config = join(folder, "orthanc.json");
  writeFileSync(
    config,
    JSON.stringify({
      Name: "dicomtap golden",
      StorageDirectory: join(folder, "storage"),
      IndexDirectory: join(folder, "index"),
      Plugins: worklist === undefined ? [] : ["/usr/share/orthanc/plugins/libModalityWorklists.so"],
      Worklists: { Enable: worklist !== undefined, Database: join(worklist ?? folder, "WORKLIST") },
      DicomAet: "ORTHANC",
      DicomPort: own,
      HttpServerEnabled: false,
      RemoteAccessAllowed: false,
      DicomAlwaysAllowStore: true,
      DicomAlwaysAllowFind: true,
      DicomAlwaysAllowMove: true,
      DicomAlwaysAllowFindWorklist: true,
      SynchronousCMove: true,
      DicomModalities: Object.fromEntries(
        Object.entries(modalities).map(([title, port]) => [title, [title, "127.0.0.1", port]]),
      ),
    }),
  );
  await scope.start([program, config], { env: NO_DELAY, cwd: folder }).listens(own);
  return own;
}

export async function printConfiguration(
  scope: Scope,
  port: number,
): Promise<{ readonly folder: string; readonly config: string }> {
  const folder = scope.tempDir();
  for (const name of ["database", "spool", "log", "lut"]) mkdirSync(join(folder, name));
  const config = join(folder, "dcmpstat.cfg");
  writeFileSync(
    config,
    `
[[GENERAL]]
[APPLICATION]
LogDirectory = ${folder}/log
[PRINT]
Directory = ${folder}/spool
DetailedLog = false
BinaryLog = false
DeletePrintJobs = true
MinPrintResolution = 128\\128
MaxPrintResolution = 256\\256
[DATABASE]
Directory = ${folder}/database
[LUT]
Directory = ${folder}/lut
[NETWORK]
aetitle = PRINTSCU
[[COMMUNICATION]]
[PRINTER]
Aetitle = PRINTER
Description = Synthetic printer
Hostname = 127.0.0.1
Port = ${port}
Type = LOCALPRINTER
DisplayFormat = 1,1\\2,2
FilmDestination = MAGAZINE\\PROCESSOR
FilmSizeID = 8INX10IN\\14INX17IN
MagnificationType = REPLICATE\\BILINEAR
MaxDensity = 320
MaxPDU = 32768
MediumType = PAPER\\CLEAR FILM
MinDensity = 20
Supports12Bit = true
SupportsPresentationLUT = true
`.trimStart(),
  );
  return { folder, config };
}

export async function makeImages(scope: Scope, numbers: readonly number[]): Promise<string[]> {
  const folder = scope.tempDir();
  const side = 32;
  const made: string[] = [];
  for (const number of numbers) {
    const name = join(folder, `ct${number}`);
    writeFileSync(
      `${name}.raw`,
      Uint8Array.from({ length: side * side * 2 }, (_, at) =>
        at % 2 === 0 ? (at * number) & 0x7f : 0,
      ),
    );
    writeFileSync(`${name}.dump`, imageDump({ number, side, raw: `${name}.raw` }));
    await succeed(scope, ["dump2dcm", "-q", "+te", `${name}.dump`, `${name}.dcm`]);
    made.push(`${name}.dcm`);
  }
  return made;
}

function imageDump({ number, side, raw }: { number: number; side: number; raw: string }): string {
  return `
(0008,0005) CS [ISO_IR 100]
(0008,0016) UI [${CT}]
(0008,0018) UI [${image(number)}]
(0008,0020) DA [20260201]
(0008,0030) TM [090500]
(0008,0050) SH [ACC1]
(0008,0060) CS [CT]
(0008,0070) LO [Nobody]
(0008,0090) PN [Referring^Synthetic]
(0010,0010) PN [Synthetic^Patient]
(0010,0020) LO [SYN-1]
(0010,0030) DA [19700101]
(0010,0040) CS [O]
(0020,000d) UI [${STUDY}]
(0020,000e) UI [${SERIES}]
(0020,0010) SH [1]
(0020,0011) IS [1]
(0020,0013) IS [${number}]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US ${side}
(0028,0011) US ${side}
(0028,0100) US 16
(0028,0101) US 12
(0028,0102) US 11
(0028,0103) US 0
(0028,1050) DS [64]
(0028,1051) DS [128]
(0028,1052) DS [0]
(0028,1053) DS [1]
(7fe0,0010) OW =${raw}
`.trimStart();
}

export async function succeed(
  scope: Scope,
  command: readonly string[],
  options: { cwd?: string } = {},
): Promise<void> {
  const { code, stdout, stderr } = await scope.run(command, options);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${stdout}${stderr}`);
}
