/**
 * Synthetic DICOM files, written at test time with DCMTK's dump2dcm and its compressors. There is
 * no patient behind them: names, dates and pixels are computed. UIDs are under 2.25 (PS3.5 B.2)
 * and the same in every run, so that two runs can be compared file by file.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Scope } from "./process.ts";

export interface DatasetFiles {
  readonly folder: string;
  /** One image in eight transfer syntaxes: file by the short name of the syntax. */
  readonly bySyntax: Readonly<Record<SyntaxName, string>>;
  /** One image of 8 MiB, Explicit VR Little Endian. */
  readonly big: string;
  /** Two patients, two studies, five series, eleven images; the first study has three series. */
  readonly study: readonly string[];
}

export type SyntaxName = keyof typeof SYNTAXES;

/** Each: UID and how a file in it is made from one in Explicit VR Little Endian. PS3.6 A-1. */
export const SYNTAXES = {
  implicit: { uid: "1.2.840.10008.1.2", make: ["dcmconv", "+ti"] },
  explicit: { uid: "1.2.840.10008.1.2.1", make: ["dcmconv", "+te"] },
  bigEndian: { uid: "1.2.840.10008.1.2.2", make: ["dcmconv", "+tb"] },
  deflated: { uid: "1.2.840.10008.1.2.1.99", make: ["dcmconv", "+td"] },
  rle: { uid: "1.2.840.10008.1.2.5", make: ["dcmcrle", "+un"] },
  jpegBaseline: { uid: "1.2.840.10008.1.2.4.50", make: ["dcmcjpeg", "+eb", "+un"] },
  jpegLossless: { uid: "1.2.840.10008.1.2.4.70", make: ["dcmcjpeg", "+e1", "+un"] },
  jpegLs: { uid: "1.2.840.10008.1.2.4.80", make: ["dcmcjpls", "+el", "+un"] },
} as const;

export const STUDY_UIDS = [uid(1, 0, 0), uid(2, 0, 0)] as const;
export const FIRST_SERIES_UID = uid(1, 1, 0);
export const FIRST_IMAGE_UID = uid(1, 1, 1);
export const STUDY_IMAGES = { first: 6, second: 5 } as const;

const SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";

export async function makeDatasetFiles(scope: Scope): Promise<DatasetFiles> {
  const folder = scope.tempDir();
  const bySyntax = {} as Record<SyntaxName, string>;
  for (const [name, { make }] of Object.entries(SYNTAXES)) {
    const instance = 100 + Object.keys(bySyntax).length;
    const source = await makeImage(scope, { folder, study: 9, series: 1, instance, side: 128 });
    const path = join(folder, `${name}.dcm`);
    await succeed(scope, [...make, source, path]);
    bySyntax[name as SyntaxName] = path;
  }
  const big = await makeImage(scope, { folder, study: 9, series: 2, instance: 1, side: 2896 });
  const study: string[] = [];
  for (const [studyNumber, series, count] of [
    [1, 1, 3],
    [1, 2, 2],
    [1, 3, 1],
    [2, 1, 3],
    [2, 2, 2],
  ] as const) {
    for (let instance = 1; instance <= count; instance++) {
      study.push(
        await makeImage(scope, { folder, study: studyNumber, series, instance, side: 64 }),
      );
    }
  }
  return { folder, bySyntax, big, study };
}

/** Writes worklist items for wlmscpfs below `folder`, in the directory of that AE title. */
export async function makeWorklist(scope: Scope, folder: string, aeTitle: string): Promise<void> {
  const items = join(folder, aeTitle);
  mkdirSync(items);
  writeFileSync(join(items, "lockfile"), ""); // wlmscpfs serves no folder without one
  for (let number = 1; number <= 3; number++) {
    const dump = join(items, `item${number}.dump`);
    writeFileSync(dump, worklistDump(number));
    await succeed(scope, ["dump2dcm", "-q", "+te", dump, join(items, `item${number}.wl`)]);
  }
}

interface ImageOptions {
  readonly folder: string;
  readonly study: number;
  readonly series: number;
  readonly instance: number;
  /** Rows and columns, 8 bits each. */
  readonly side: number;
}

/** One image, its pixels computed from its numbers. */
export async function makeImage(scope: Scope, options: ImageOptions): Promise<string> {
  const { folder, study, series, instance, side } = options;
  const name = join(folder, `image-${study}-${series}-${instance}`);
  writeFileSync(`${name}.raw`, pixels(side, study * 10_000 + series * 100 + instance));
  writeFileSync(`${name}.dump`, imageDump(options, `${name}.raw`));
  await succeed(scope, ["dump2dcm", "-q", "+te", `${name}.dump`, `${name}.dcm`]);
  return `${name}.dcm`;
}

/** A gradient with some noise, so that no compressor turns it into nothing. */
function pixels(side: number, seed: number): Buffer {
  const bytes = Buffer.alloc(side * side);
  let state = seed;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    bytes[at] = ((at % side) + (state >> 27)) & 0xff;
  }
  return bytes;
}

function imageDump({ study, series, instance, side }: ImageOptions, raw: string): string {
  return `
(0008,0005) CS [ISO_IR 100]
(0008,0016) UI [${SECONDARY_CAPTURE}]
(0008,0018) UI [${uid(study, series, instance)}]
(0008,0020) DA [2026010${study}]
(0008,0030) TM [10${study}000]
(0008,0050) SH [ACC${study}]
(0008,0060) CS [OT]
(0008,0064) CS [SYN]
(0008,0090) PN [Referring^Synthetic]
(0008,1030) LO [Synthetic study ${study}]
(0008,103e) LO [Series ${series}]
(0010,0010) PN [Synthetic^Patient ${study}]
(0010,0020) LO [SYN-${study}]
(0010,0030) DA [19700101]
(0010,0040) CS [O]
(0020,000d) UI [${uid(study, 0, 0)}]
(0020,000e) UI [${uid(study, series, 0)}]
(0020,0010) SH [${study}]
(0020,0011) IS [${series}]
(0020,0013) IS [${instance}]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US ${side}
(0028,0011) US ${side}
(0028,0100) US 8
(0028,0101) US 8
(0028,0102) US 7
(0028,0103) US 0
(7fe0,0010) OB =${raw}
`.trimStart();
}

function worklistDump(number: number): string {
  return `
(0008,0005) CS [ISO_IR 100]
(0008,0050) SH [WL${number}]
(0010,0010) PN [Worklist^Patient ${number}]
(0010,0020) LO [WLP-${number}]
(0010,0030) DA [1980010${number}]
(0010,0040) CS [O]
(0020,000d) UI [${uid(5, number, 0)}]
(0032,1060) LO [Requested procedure ${number}]
(0040,0100) SQ
(fffe,e000) -
(0008,0060) CS [CT]
(0040,0001) AE [MODALITY]
(0040,0002) DA [20260201]
(0040,0003) TM [09000${number}]
(0040,0006) PN [Performing^Synthetic]
(0040,0007) LO [Step ${number}]
(0040,0009) SH [SPS${number}]
(fffe,e00d) -
(fffe,e0dd) -
(0040,1001) SH [RP${number}]
`.trimStart();
}

function uid(study: number, series: number, instance: number): string {
  return `2.25.31170${study}${String(series).padStart(2, "0")}${String(instance).padStart(4, "0")}`;
}

async function succeed(scope: Scope, command: readonly string[]): Promise<void> {
  const { code, stderr } = await scope.run(command);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${stderr}`);
}
