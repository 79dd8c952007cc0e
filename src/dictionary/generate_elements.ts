/**
 * Writes `element_table.ts` and `private_element_table.ts` from the dictionary that dcmjs (a
 * development dependency, MIT) carries, with the corrections below.
 *
 * Run: node src/dictionary/generate_elements.ts (Node >= 22.18, Deno, Bun; `npx tsx` on Node 20).
 *
 * Why corrections: the rows there were gathered over several editions, so that some attributes miss
 * a retirement, or have an early keyword or VM. Each line below was read in PS3.6 Tables 6-1, 7-1
 * and 9-1; a test compares the result with the dictionary of DCMTK where that is installed.
 */
import { writeFileSync } from "node:fs";

export const EDITION = "PS3.6 2024b";

/** One row as dcmjs has it. */
export interface SourceRow {
  readonly tag: string;
  readonly vr: string;
  readonly name: string;
  readonly vm: string;
  readonly version: string;
}

interface Row {
  /** Eight digits; "x" for any digit of a repeating group, "-" where a range follows. */
  readonly tag: string;
  readonly vr: string;
  readonly vm: string;
  readonly keyword: string;
  readonly retired: boolean;
}

/** VRs in the shorthand of the source, as PS3.6 prints them. */
const PRINTED_VR: Readonly<Record<string, string>> = {
  ox: "OB/OW",
  px: "OB/OW",
  xs: "US/SS",
  lt: "US/OW",
  up: "UL",
  na: "--",
};

/** Rows that the source lacks or has from an early edition: tag VR VM keyword [RET]. */
const CORRECTIONS = `
00020026 UR 1 SourcePresentationAddress
00020027 UR 1 SendingPresentationAddress
00020028 UR 1 ReceivingPresentationAddress
00020031 OB 1 RTVMetaInformationVersion
00020032 UI 1 RTVCommunicationSOPClassUID
00020033 UI 1 RTVCommunicationSOPInstanceUID
00020035 OB 1 RTVSourceIdentifier
00020036 OB 1 RTVFlowIdentifier
00020037 UL 1 RTVFlowRTPSamplingRate
00020038 FD 1 RTVFlowActualFrameDuration
00060001 SQ 1 CurrentFrameFunctionalGroupsSequence
00140025 ST 1 ComponentManufacturingProcedure
00140028 ST 1 ComponentManufacturer
00140042 ST 1 MaterialGrade
00140044 ST 1 MaterialPropertiesDescription
001440A0 LO 1-n ImageQualityIndicatorType
001440A1 LO 1-n ImageQualityIndicatorMaterial
001440A2 LO 1-n ImageQualityIndicatorSize
00189323 CS 1-n ExposureModulationType
00221642 UL 1 NumberOfBscansPerFrame
0040A803 UL 1 NumberOfTableColumns
00620009 LO 1-n SegmentAlgorithmName
00660040 OL 1 LongPrimitivePointIndexList
00660041 OL 1 LongTrianglePointIndexList
00660042 OL 1 LongEdgePointIndexList
00660043 OL 1 LongVertexPointIndexList
006862F0 SQ 1 ViewOrientationModifierCodeSequence
0070150C UL 1 NumberOfVolumetricCurvePoints
00701305 FD 4 Plane
00701306 FD 3 PlaneNormal
00760034 SQ 1 ComponentTypeCodeSequence
00800010 OF 1 UValueData
00800011 OF 1 VValueData
300A0131 FL 1 AverageBeamDosePointSourceToExternalContourDistance
40101029 LO 1-n ThreatDetectionAlgorithmAndVersion
00140023 ST 1 CADFileFormat RET
00140024 ST 1 ComponentReferenceSystem RET
00140045 ST 1 MaterialPropertiesFileFormatRetired RET
`;

/** Repeating groups of which the source has one member each: these patterns replace it. */
const REPEATING = `
002804x0 US 1 RowsForNthOrderCoefficients RET
002804x1 US 1 ColumnsForNthOrderCoefficients RET
002804x2 LO 1-n CoefficientCoding RET
002804x3 AT 1-n CoefficientCodingPointers RET
002808x0 CS 1-n CodeLabel RET
002808x2 US 1 NumberOfTables RET
002808x3 AT 1-n CodeTableLocation RET
002808x4 US 1 BitsForCodeWord RET
002808x8 AT 1-n ImageDataLocation RET
1000xxx0 US 3 EscapeTriplet RET
1000xxx1 US 3 RunLengthTriplet RET
1000xxx2 US 1 HuffmanTableSize RET
1000xxx3 US 3 HuffmanTableTriplet RET
1000xxx4 US 1 ShiftTableSize RET
1000xxx5 US 3 ShiftTableTriplet RET
1010xxxx US 1-n ZonalMap RET
`;

/** Retired by PS3.6, not so marked in the source. */
const ALSO_RETIRED = `
00082229 00101000 00101090 00189324 00400300 00400301 0040030E 00404007 00404020 0040A136 00480200
00480201 00480202 00660023 00660024 00660025 00660029 00701206 30060044 30060045 30060049 300600B9
300A000B 300A0082 300A008D 300A008E 300A008F 300A0632 300A0650
`;

export function elementTable(source: readonly SourceRow[]): string {
  const rows = new Map<string, Row>();
  for (const row of source) {
    if (row.version === undefined || row.version === "PrivateTag") continue;
    if (["PRIVATE", "ILLEGAL", "GENERIC"].includes(row.version)) continue; // rules, not rows
    const tag = pattern(row.tag);
    const retired = row.version === "DICOM/retired";
    const keyword = row.name.replace(/^RETIRED_/, "").replace(/^undefined$/, "");
    rows.set(tag, { tag, vr: PRINTED_VR[row.vr] ?? row.vr, vm: row.vm, keyword, retired });
  }
  const repeating = REPEATING.trim().split("\n").map(correction);
  const replaced = new Set(repeating.map((row) => row.keyword));
  for (const row of rows.values()) if (replaced.has(row.keyword)) rows.delete(row.tag);
  for (const row of CORRECTIONS.trim().split("\n").map(correction).concat(repeating)) {
    rows.set(row.tag, row);
  }
  for (const tag of ALSO_RETIRED.trim().split(/\s+/)) {
    const row = rows.get(tag);
    if (row === undefined) throw new RangeError(`Cannot retire ${tag}: no such row`);
    rows.set(tag, { ...row, retired: true });
  }
  return grouped([...rows.values()]);
}

export function privateElementTable(source: readonly SourceRow[]): string {
  const creators = new Map<string, Map<string, string>>();
  for (const row of source) {
    if (row.version !== "PrivateTag") continue;
    const found = /^\(([^,]+),"(.+)",([0-9a-f]{2})\)$/i.exec(row.tag);
    if (found === null) continue; // fixed element numbers >= 1000 are not PS3.5 7.8.1 blocks
    const [, group = "", creator = "", element = ""] = found;
    const first = group.slice(0, 4).toUpperCase();
    const key = group.includes("-") ? `${first.slice(0, 2)}xx` : first;
    const rows = creators.get(creator) ?? new Map<string, string>();
    creators.set(creator, rows);
    const vr = PRINTED_VR[row.vr] ?? row.vr;
    const at = key + element.toUpperCase();
    rows.set(at, `${at} ${vr} ${row.vm} ${/^Unknown$/.test(row.name) ? "" : row.name}`.trimEnd());
  }
  return [...creators]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, rows]) => `@${name}\n${[...rows.values()].sort().join("\n")}`)
    .join("\n");
}

function correction(line: string): Row {
  const [tag = "", vr = "", vm = "", keyword = "", retired] = line.split(" ");
  return { tag, vr, vm, keyword, retired: retired === "RET" };
}

/** "(60xx,3000)" in its several spellings as "60xx3000"; "(0020,3100-31FF)" as "002031xx". */
function pattern(tag: string): string {
  const found = /^\(([0-9A-F]{4})(?:-([0-9A-F]{4}))?,([0-9A-F]{4})(?:-([0-9A-F]{4}))?\)$/i.exec(
    tag,
  );
  if (found === null) throw new RangeError(`Cannot read the tag ${tag}`);
  const [, group = "", lastGroup = group, element = "", lastElement = element] = found;
  return (masked(group, lastGroup) + masked(element, lastElement)).replaceAll("X", "x");
}

/** Two ends of a range: digits that differ are "x". */
function masked(first: string, last: string): string {
  const end = last.toUpperCase();
  return [...first.toUpperCase()].map((digit, at) => (digit === end[at] ? digit : "x")).join("");
}

/** `@gggg` before the rows of each group; a row is `eeee VR VM keyword`, `!` before a retired one. */
function grouped(rows: readonly Row[]): string {
  const lines: string[] = [];
  let group = "";
  for (const row of [...rows].sort((a, b) => (a.tag < b.tag ? -1 : 1))) {
    if (row.tag.slice(0, 4) !== group) {
      group = row.tag.slice(0, 4);
      lines.push(`@${group}`);
    }
    const keyword = `${row.retired ? "!" : ""}${row.keyword}`;
    lines.push(`${row.tag.slice(4)} ${row.vr} ${row.vm} ${keyword}`.trimEnd());
  }
  return lines.join("\n");
}

const NOTICE = `// Generated by generate_elements.ts. Do not edit.
// Source: ${EDITION} as carried by dcmjs 0.51.1, Copyright (c) Steve Pieper and contributors, with
// corrections. MIT License: permission is granted, free of charge, to deal in the software without
// restriction, provided that this notice is included; it is provided "as is", without warranty.
`;

export function elementFile(source: readonly SourceRow[]): string {
  return `${NOTICE}
/** \`@gggg\`, then \`eeee VR VM keyword\`; \`!\`: retired; \`x\`: any digit (PS3.6 clause 6 to 9). */
export const ELEMENT_TABLE = \`${elementTable(source)}\`;
`;
}

export function privateElementFile(source: readonly SourceRow[]): string {
  return `${NOTICE}
/** \`@creator\`, then \`ggggee VR VM name\`; \`x\`: any digit (PS3.5 7.8). */
export const PRIVATE_ELEMENT_TABLE = \`${privateElementTable(source)}\`;
`;
}

/** The rows of the installed dcmjs, which has no types of its own. */
export async function sourceRows(): Promise<readonly SourceRow[]> {
  const source: string = "dcmjs/dictionary";
  const { dictionary } = (await import(source)) as { dictionary: Record<string, SourceRow> };
  return Object.values(dictionary);
}

if (process.argv[1]?.endsWith("generate_elements.ts")) {
  const rows = await sourceRows();
  writeFileSync(new URL("element_table.ts", import.meta.url), elementFile(rows));
  writeFileSync(new URL("private_element_table.ts", import.meta.url), privateElementFile(rows));
}
