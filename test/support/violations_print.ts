/** Scripts that break one rule of Print Management each, and film sessions that break none: PS3.4 H. */
import type { Script, Step } from "./scripted_association.ts";
import type { Content } from "./service_data.ts";
import { exchange, scriptOn } from "./service_scripts.ts";
import type { Violation } from "./violations_association.ts";

const GRAYSCALE_META = "1.2.840.10008.5.1.1.9";
const SESSION_CLASS = "1.2.840.10008.5.1.1.1";
const BOX_CLASS = "1.2.840.10008.5.1.1.2";
const IMAGE_BOX_CLASS = "1.2.840.10008.5.1.1.4";
const LUT_CLASS = "1.2.840.10008.5.1.1.23";
const PRINTER_CLASS = "1.2.840.10008.5.1.1.16";
const PRINTER_INSTANCE = "1.2.840.10008.5.1.1.17";
const SESSION = "2.25.100";
const BOX = "2.25.101";
const IMAGE_BOX = "2.25.102";

/** PS3.4 Table H.4-2 with a value of each attribute that the SCP must support. */
export const SESSION_DATA: Content = {
  NumberOfCopies: 1,
  PrintPriority: "MED",
  MediumType: "BLUE FILM",
  FilmDestination: "PROCESSOR",
};

export const BOX_DATA: Content = {
  ImageDisplayFormat: "STANDARD\\1,1",
  FilmOrientation: "PORTRAIT",
  ReferencedFilmSessionSequence: [
    { ReferencedSOPClassUID: SESSION_CLASS, ReferencedSOPInstanceUID: SESSION },
  ],
};

export const IMAGE: Content = {
  SamplesPerPixel: 1,
  PhotometricInterpretation: "MONOCHROME2",
  Rows: 2,
  Columns: 2,
  BitsAllocated: 8,
  BitsStored: 8,
  HighBit: 7,
  PixelRepresentation: 0,
  PixelData: new Uint8Array(4),
};

const BOX_REPLY: Content = {
  ReferencedImageBoxSequence: [
    { ReferencedSOPClassUID: IMAGE_BOX_CLASS, ReferencedSOPInstanceUID: IMAGE_BOX },
  ],
};

interface Changes {
  readonly id: number;
  readonly instance?: string;
  readonly data?: Content | undefined;
  readonly status?: number;
  readonly reply?: Content;
}

export function createSession({ id, instance = SESSION, ...more }: Changes): readonly Step[] {
  const data = "data" in more ? more.data : SESSION_DATA;
  return exchange("N-CREATE", { sopClass: SESSION_CLASS, id, instance, ...more, data });
}

export function createBox({ id, instance = BOX, ...more }: Changes): readonly Step[] {
  const { data = BOX_DATA, reply = BOX_REPLY } = more;
  return exchange("N-CREATE", { sopClass: BOX_CLASS, id, instance, ...more, data, reply });
}

export function setImage({ id, instance = IMAGE_BOX, ...more }: Changes): readonly Step[] {
  const { data = { ImageBoxPosition: 1, BasicGrayscaleImageSequence: [IMAGE] } } = more;
  return exchange("N-SET", { sopClass: IMAGE_BOX_CLASS, id, instance, ...more, data });
}

export function printBox(id: number): readonly Step[] {
  return exchange("N-ACTION", { sopClass: BOX_CLASS, id, instance: BOX, type: 1 });
}

export function deleteSession(id: number, instance = SESSION): readonly Step[] {
  return exchange("N-DELETE", { sopClass: SESSION_CLASS, id, instance });
}

export function printing(...steps: readonly (readonly Step[])[]): Script {
  return scriptOn(GRAYSCALE_META, { steps: steps.flat() });
}

function without(data: Content, keyword: string): Content {
  const { [keyword]: _, ...rest } = data;
  return rest;
}

export const PRINT_VIOLATIONS: readonly Violation[] = [
  {
    rule: "print-session-second",
    name: "while one is open",
    script: printing(
      createSession({ id: 1 }),
      createSession({ id: 2, instance: "2.25.200" }),
      deleteSession(3, "2.25.200"),
    ),
  },
  {
    rule: "print-session-end",
    name: "the end of the association",
    script: printing(createSession({ id: 1 })),
  },
  {
    rule: "print-order",
    name: "a film box without a film session",
    script: printing(createBox({ id: 1 })),
  },
  {
    rule: "print-order",
    name: "a film box after the film session is deleted",
    script: printing(createSession({ id: 1 }), deleteSession(2), createBox({ id: 3 })),
  },
  {
    rule: "print-order",
    name: "an image box without a film box",
    script: printing(createSession({ id: 1 }), setImage({ id: 2 }), deleteSession(3)),
  },
  {
    rule: "print-order",
    name: "a film session without a film box printed",
    script: printing(
      createSession({ id: 1 }),
      exchange("N-ACTION", {
        sopClass: SESSION_CLASS,
        id: 2,
        instance: SESSION,
        type: 1,
        status: 0xc600,
      }),
      deleteSession(3),
    ),
  },
  {
    rule: "print-reference",
    name: "another film session",
    script: printing(
      createSession({ id: 1, instance: "2.25.200" }),
      createBox({ id: 2 }),
      deleteSession(3, "2.25.200"),
    ),
  },
  {
    rule: "print-reference",
    name: "an image box of no film box",
    script: printing(
      createSession({ id: 1 }),
      createBox({ id: 2 }),
      setImage({ id: 3, instance: "2.25.200" }),
      deleteSession(4),
    ),
  },
  ...["ImageDisplayFormat", "ReferencedFilmSessionSequence"].map(
    (keyword): Violation => ({
      rule: "print-attribute",
      name: `film box without ${keyword}`,
      script: printing(
        createSession({ id: 1 }),
        createBox({ id: 2, data: without(BOX_DATA, keyword) }),
        deleteSession(3),
      ),
    }),
  ),
  {
    rule: "print-attribute",
    name: "image box without its position",
    script: printing(
      createSession({ id: 1 }),
      createBox({ id: 2 }),
      setImage({ id: 3, data: { BasicGrayscaleImageSequence: [IMAGE] } }),
      deleteSession(4),
    ),
  },
  {
    rule: "print-attribute",
    name: "image without Rows",
    script: printing(
      createSession({ id: 1 }),
      createBox({ id: 2 }),
      setImage({
        id: 3,
        data: { ImageBoxPosition: 1, BasicGrayscaleImageSequence: [without(IMAGE, "Rows")] },
      }),
      deleteSession(4),
    ),
  },
  {
    rule: "print-attribute",
    name: "Presentation LUT without a table or shape",
    script: scriptOn(LUT_CLASS, {
      steps: exchange("N-CREATE", {
        id: 1,
        sopClass: LUT_CLASS,
        instance: "2.25.6",
        data: { SpecificCharacterSet: "ISO_IR 100" },
      }),
    }),
  },
  {
    rule: "print-value",
    name: "Print Priority SOON",
    script: printing(
      createSession({ id: 1, data: { ...SESSION_DATA, PrintPriority: "SOON" } }),
      deleteSession(2),
    ),
  },
  {
    rule: "print-value",
    name: "no copy, set later",
    script: printing(
      createSession({ id: 1 }),
      exchange("N-SET", {
        id: 2,
        sopClass: SESSION_CLASS,
        instance: SESSION,
        data: { NumberOfCopies: 0 },
      }),
      deleteSession(3),
    ),
  },
  {
    rule: "print-value",
    name: "no copy",
    script: printing(
      createSession({ id: 1, data: { ...SESSION_DATA, NumberOfCopies: 0 } }),
      deleteSession(2),
    ),
  },
  {
    rule: "print-value",
    name: "image boxes of the SCU's own",
    script: printing(
      createSession({ id: 1 }),
      createBox({ id: 2, data: { ...BOX_DATA, ...BOX_REPLY } }),
      deleteSession(3),
    ),
  },
  {
    rule: "print-value",
    name: "a printer that is TIRED",
    script: scriptOn(PRINTER_CLASS, {
      steps: exchange("N-GET", {
        id: 1,
        sopClass: PRINTER_CLASS,
        instance: PRINTER_INSTANCE,
        reply: { PrinterStatus: "TIRED" },
      }),
    }),
  },
  {
    rule: "print-unlisted",
    name: "a patient in the film session",
    script: printing(
      createSession({ id: 1, data: { ...SESSION_DATA, PatientID: "SYN-1" } }),
      deleteSession(2),
    ),
  },
  ...Object.keys(SESSION_DATA).map(
    (keyword): Violation => ({
      rule: "print-defaults",
      name: `no ${keyword}`,
      script: printing(
        createSession({ id: 1, data: without(SESSION_DATA, keyword) }),
        deleteSession(2),
      ),
    }),
  ),
  ...[0x0106, 0x0213].map(
    (status): Violation => ({
      rule: "print-memory",
      name: `${status.toString(16)}H`,
      script: printing(
        createSession({ id: 1, status, data: { ...SESSION_DATA, MemoryAllocation: "100" } }),
      ),
    }),
  ),
  {
    rule: "print-memory",
    name: "B600H",
    script: printing(createSession({ id: 1, status: 0xb600 }), deleteSession(2)),
  },
  {
    rule: "print-answer",
    name: "a film box without image boxes",
    script: printing(
      createSession({ id: 1 }),
      createBox({ id: 2, reply: { SpecificCharacterSet: "ISO_IR 100" } }),
      deleteSession(3),
    ),
  },
];

export const CONFORMANT_PRINTS: readonly (readonly [name: string, script: Script])[] = [
  ...[0x0106, 0x0213].map((status): readonly [string, Script] => [
    `${status.toString(16)}H, and no memory was asked for`,
    printing(createSession({ id: 1, status })),
  ]),
  [
    "a film printed",
    printing(
      createSession({ id: 1 }),
      createBox({ id: 2 }),
      setImage({ id: 3 }),
      printBox(4),
      deleteSession(5),
    ),
  ],
  [
    "two film sessions, one after the other",
    printing(
      createSession({ id: 1 }),
      deleteSession(2),
      createSession({ id: 3, instance: "2.25.200" }),
      deleteSession(4, "2.25.200"),
    ),
  ],
  [
    "a film session with everything that Table H.4-2 lists",
    printing(
      createSession({
        id: 1,
        data: {
          ...SESSION_DATA,
          SpecificCharacterSet: "ISO_IR 100",
          FilmSessionLabel: "TEST",
          MemoryAllocation: 0,
          OwnerID: "ME",
        },
      }),
      deleteSession(2),
    ),
  ],
  [
    "a film session with its copies set again",
    printing(
      createSession({ id: 1 }),
      exchange("N-SET", {
        id: 2,
        sopClass: SESSION_CLASS,
        instance: SESSION,
        data: { NumberOfCopies: 2 },
      }),
      deleteSession(3),
    ),
  ],
  ["a film session that was refused", printing(createSession({ id: 1, status: 0x0110 }))],
];
