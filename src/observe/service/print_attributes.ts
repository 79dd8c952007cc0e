/**
 * Attributes of the Print Management services with their usage, SCU/SCP: PS3.4 H.4, one table a
 * SOP class and operation, as they are printed there (H.4-2, H.4-6, ...).
 *
 * Usage (PS3.4 H.2.4): M shall be given; U may be; MC shall be, under a condition. U/M: where the
 * SCU leaves it out, the SCP uses a value of its own.
 */
export interface PrintAttribute {
  readonly tag: number;
  readonly keyword: string;
  readonly scu: PrintUsage;
  readonly scp: PrintUsage;
  /** Enumerated values, where the standard closes the list. */
  readonly values: readonly string[];
}

export type PrintUsage = "M" | "U" | "MC" | "-";

export interface PrintOperation {
  readonly section: string;
  readonly attributes: readonly PrintAttribute[];
}

export const FILM_SESSION = "1.2.840.10008.5.1.1.1";
export const FILM_BOX = "1.2.840.10008.5.1.1.2";
export const GRAYSCALE_IMAGE_BOX = "1.2.840.10008.5.1.1.4";
export const COLOR_IMAGE_BOX = "1.2.840.10008.5.1.1.4.1";
export const PRINT_JOB = "1.2.840.10008.5.1.1.14";
export const ANNOTATION_BOX = "1.2.840.10008.5.1.1.15";
export const PRINTER = "1.2.840.10008.5.1.1.16";
export const PRESENTATION_LUT = "1.2.840.10008.5.1.1.23";

/** What the request carries; undefined for operations without a table here. */
export function printOperation(command: string, sopClass: string): PrintOperation | undefined {
  tables ??= readTables();
  // Table H.4-2 is that of the film session's N-SET too (H.4.1.2.2)
  const isSet = command === "N-SET-RQ" && sopClass === FILM_SESSION;
  return tables.get(`${isSet ? "N-CREATE-RQ" : command} ${sopClass}`);
}

/** SOP class and request, section; then tag, keyword, usage SCU/SCP, enumerated values. */
const TABLES = `
@ N-CREATE-RQ ${FILM_SESSION} H.4.1.2.1
20000010 NumberOfCopies U/M
20000020 PrintPriority U/M HIGH|MED|LOW
20000030 MediumType U/M
20000040 FilmDestination U/M
20000050 FilmSessionLabel U/U
20000060 MemoryAllocation U/U
21000160 OwnerID U/U
213000A0 ProposedStudySequence U/U
@ N-CREATE-RQ ${FILM_BOX} H.4.2.2.1
20100010 ImageDisplayFormat M/M
20100500 ReferencedFilmSessionSequence M/M
20100510 ReferencedImageBoxSequence -/M
20100520 ReferencedBasicAnnotationBoxSequence -/MC
20100040 FilmOrientation U/M PORTRAIT|LANDSCAPE
20100050 FilmSizeID U/M
20100060 MagnificationType U/M
20100130 MaxDensity U/M
20100150 ConfigurationInformation U/M
20500500 ReferencedPresentationLUTSequence U/MC
20100030 AnnotationDisplayFormatID U/U
20100080 SmoothingType U/U
20100100 BorderDensity U/U
20100110 EmptyImageDensity U/U
20100120 MinDensity U/U
20100140 Trim U/U YES|NO
2010015E Illumination U/MC
20100160 ReflectedAmbientLight U/MC
20200050 RequestedResolutionID U/U STANDARD|HIGH
00282000 ICCProfile U/U
@ N-SET-RQ ${GRAYSCALE_IMAGE_BOX} H.4.3.1.2.1
20200010 ImageBoxPosition M/M
20200110 BasicGrayscaleImageSequence M/M
20200020 Polarity U/M NORMAL|REVERSE
20100060 MagnificationType U/U
20100080 SmoothingType U/U
20100120 MinDensity U/U
20100130 MaxDensity U/U
20100150 ConfigurationInformation U/U
20200030 RequestedImageSize U/U
20200040 RequestedDecimateCropBehavior U/U DECIMATE|CROP|FAIL
20500500 ReferencedPresentationLUTSequence U/U
@ N-SET-RQ ${COLOR_IMAGE_BOX} H.4.3.2.2.1
20200010 ImageBoxPosition M/M
20200111 BasicColorImageSequence M/M
20200020 Polarity U/M NORMAL|REVERSE
20100060 MagnificationType U/U
20100080 SmoothingType U/U
20100150 ConfigurationInformation U/U
20200030 RequestedImageSize U/U
20200040 RequestedDecimateCropBehavior U/U DECIMATE|CROP|FAIL
@ N-CREATE-RQ ${PRESENTATION_LUT} H.4.9.1.2
20500010 PresentationLUTSequence U/MC
20500020 PresentationLUTShape U/M IDENTITY|LIN OD
@ N-GET-RSP ${PRINTER} H.4.6.2.2
21100010 PrinterStatus U/M NORMAL|WARNING|FAILURE
21100020 PrinterStatusInfo U/M
21100030 PrinterName U/U
00080070 Manufacturer U/U
00081090 ManufacturerModelName U/U
00181000 DeviceSerialNumber U/U
00181020 SoftwareVersions U/U
00181200 DateOfLastCalibration U/U
00181201 TimeOfLastCalibration U/U
@ N-GET-RSP ${PRINT_JOB} H.4.5.2.2
21000020 ExecutionStatus U/M PENDING|PRINTING|DONE|FAILURE
21000030 ExecutionStatusInfo U/M
20000020 PrintPriority U/M HIGH|MED|LOW
21000040 CreationDate U/U
21000050 CreationTime U/U
21100030 PrinterName U/U
21000070 Originator U/U`;

let tables: Map<string, PrintOperation> | undefined;

function readTables(): Map<string, PrintOperation> {
  const read = new Map<string, PrintOperation>();
  for (const table of TABLES.trim().slice(2).split("\n@ ")) {
    const [title = "", ...rows] = table.split("\n");
    const [command = "", sopClass = "", section = ""] = title.split(" ");
    const attributes = rows.map(attributeOf);
    read.set(`${command} ${sopClass}`, { section: `PS3.4 ${section}`, attributes });
  }
  return read;
}

function attributeOf(row: string): PrintAttribute {
  const [digits = "", keyword = "", usage = "", ...rest] = row.split(" ");
  const [scu, scp] = usage.split("/") as [PrintUsage, PrintUsage];
  const values = rest.join(" ").split("|");
  return {
    tag: Number.parseInt(digits, 16),
    keyword,
    scu,
    scp,
    values: rest.length === 0 ? [] : values,
  };
}
