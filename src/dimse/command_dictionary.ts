/**
 * The elements of a command set: PS3.7 Tables E.1-1 and E.2-1 (retired).
 *
 * Columns as printed: element, keyword, VR, VM. The group is always 0000H (PS3.7 6.3.1), so a row
 * is found by its element number alone.
 */
export type CommandVr = "AE" | "AT" | "CS" | "IS" | "LO" | "LT" | "SH" | "UI" | "UL" | "US";

export interface CommandElementEntry {
  /** The whole tag as a number: 0x00001000 for (0000,1000). */
  readonly tag: number;
  readonly keyword: string;
  readonly vr: CommandVr;
  /** Value multiplicity as printed: "1" or "1-n". */
  readonly vm: "1" | "1-n";
  readonly retired: boolean;
}

const TABLE_E_1_1 = `
0000 CommandGroupLength                   UL 1
0002 AffectedSOPClassUID                  UI 1
0003 RequestedSOPClassUID                 UI 1
0100 CommandField                         US 1
0110 MessageID                            US 1
0120 MessageIDBeingRespondedTo            US 1
0600 MoveDestination                      AE 1
0700 Priority                             US 1
0800 CommandDataSetType                   US 1
0900 Status                               US 1
0901 OffendingElement                     AT 1-n
0902 ErrorComment                         LO 1
0903 ErrorID                              US 1
1000 AffectedSOPInstanceUID               UI 1
1001 RequestedSOPInstanceUID              UI 1
1002 EventTypeID                          US 1
1005 AttributeIdentifierList              AT 1-n
1008 ActionTypeID                         US 1
1020 NumberOfRemainingSuboperations       US 1
1021 NumberOfCompletedSuboperations       US 1
1022 NumberOfFailedSuboperations          US 1
1023 NumberOfWarningSuboperations         US 1
1030 MoveOriginatorApplicationEntityTitle AE 1
1031 MoveOriginatorMessageID              US 1`;

const TABLE_E_2_1 = `
0001 CommandLengthToEnd                   UL 1
0010 CommandRecognitionCode               SH 1
0200 Initiator                            AE 1
0300 Receiver                             AE 1
0400 FindLocation                         AE 1
0850 NumberOfMatches                      US 1
0860 ResponseSequenceNumber               US 1
4000 DialogReceiver                       LT 1
4010 TerminalType                         LT 1
5010 MessageSetID                         SH 1
5020 EndMessageID                         SH 1
5110 DisplayFormat                        LT 1
5120 PagePositionID                       LT 1
5130 TextFormatID                         CS 1
5140 NormalReverse                        CS 1
5150 AddGrayScale                         CS 1
5160 Borders                              CS 1
5170 Copies                               IS 1
5180 CommandMagnificationType             CS 1
5190 Erase                                CS 1
51A0 Print                                CS 1
51B0 Overlays                             US 1-n`;

/** All 46 rows in ascending order of the tag. */
export const COMMAND_ELEMENTS: readonly CommandElementEntry[] = [
  ...rows(TABLE_E_1_1, false),
  ...rows(TABLE_E_2_1, true),
].sort((a, b) => a.tag - b.tag);

const BY_TAG: ReadonlyMap<number, CommandElementEntry> = new Map(
  COMMAND_ELEMENTS.map((entry) => [entry.tag, entry]),
);

const BY_KEYWORD: ReadonlyMap<string, CommandElementEntry> = new Map(
  COMMAND_ELEMENTS.map((entry) => [entry.keyword, entry]),
);

/** The row of a tag such as 0x00000100; undefined where the tables have none. */
export function commandElement(tag: number): CommandElementEntry | undefined {
  return BY_TAG.get(tag);
}

/** The row of a keyword such as "MessageID"; undefined where the tables have none. */
export function commandElementByKeyword(keyword: string): CommandElementEntry | undefined {
  return BY_KEYWORD.get(keyword);
}

/** (0000,1000) as "(0000,1000)". */
export function printTag(tag: number): string {
  const hex = hexTag(tag);
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}

/** (0000,1000) as "00001000", the form of the DICOM JSON Model (PS3.18 F.2.2). */
export function hexTag(tag: number): string {
  return tag.toString(16).toUpperCase().padStart(8, "0");
}

function rows(table: string, retired: boolean): CommandElementEntry[] {
  return table
    .trim()
    .split("\n")
    .map((line) => {
      const [element, keyword, vr, vm] = line.trim().split(/\s+/);
      return {
        tag: Number.parseInt(element ?? "", 16),
        keyword: keyword ?? "",
        vr: vr as CommandVr,
        vm: vm === "1-n" ? "1-n" : "1",
        retired,
      };
    });
}
