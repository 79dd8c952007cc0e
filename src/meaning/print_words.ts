/**
 * Print Management (PS3.4 H): film sessions, film boxes, image boxes, print jobs and the printer.
 *
 * What an SCU leaves out of a film session, the SCP fills with a default of its own (PS3.4 Table
 * H.4-2: U/M); the response may tell which, and then the result says so.
 */
import { numberOf } from "../dimse/command_set.ts";
import { className, counted, statusWords } from "./names.ts";
import { instanceWords } from "./other_words.ts";
import type { Outcome, ServiceWords } from "./outcome.ts";
import { imageWords } from "./store_words.ts";
import type { ToldMessage } from "./told_message.ts";
import { shortened } from "./values.ts";

const FILM_SESSION = "1.2.840.10008.5.1.1.1";
const FILM_BOX = "1.2.840.10008.5.1.1.2";
const IMAGE_BOX = "1.2.840.10008.5.1.1.4";
const PRINT_JOB = "1.2.840.10008.5.1.1.14";
const PRINTER = "1.2.840.10008.5.1.1.16";

const COPIES = 0x20000010;
const PRIORITY = 0x20000020;
const MEDIUM = 0x20000030;
const DESTINATION = 0x20000040;
const MEMORY_ALLOCATION = 0x20000060;
const DISPLAY_FORMAT = 0x20100010;
const ORIENTATION = 0x20100040;
const FILM_SIZE = 0x20100050;
const REFERENCED_IMAGE_BOXES = 0x20100510;
const IMAGE_BOX_POSITION = 0x20200010;
const GRAYSCALE_IMAGES = 0x20200110;
const COLOR_IMAGES = 0x20200111;
const EXECUTION_STATUS = 0x21000020;
const EXECUTION_STATUS_INFORMATION = 0x21000030;
const PRINTER_STATUS = 0x21100010;
const PRINTER_STATUS_INFORMATION = 0x21100020;
const PRINTER_NAME = 0x21100030;
const PRESENTATION_LUT_SHAPE = 0x20500020;

/** PS3.4 Table H.4-15 (Printer) and H.4-11 (Print Job). */
const PRINTER_EVENTS: Readonly<Record<number, string>> = {
  1: "normal",
  2: "warning",
  3: "failure",
};
const JOB_EVENTS: Readonly<Record<number, string>> = {
  1: "pending",
  2: "printing",
  3: "done",
  4: "failure",
};

export const printWords: ServiceWords = {
  request: (request) => {
    const { sopClassUid } = request;
    return [className(sopClassUid), ...aboutRequest(request)];
  },
  result: (outcome) => {
    const { response, status } = outcome;
    const words = aboutResult(outcome);
    if (words === undefined) return undefined;
    return status === 0 ? words : `${statusWords(response, status)}: ${words}`;
  },
};

function aboutRequest(request: ToldMessage): string[] {
  const { command, sopClassUid, data, instanceUid } = request;
  switch (sopClassUid) {
    case FILM_SESSION:
      if (command === "N-CREATE-RQ") return sessionWords(request);
      if (command === "N-ACTION-RQ") return ["print all its films"];
      return changedSession(request);
    case FILM_BOX:
      if (command === "N-ACTION-RQ") return ["print this film"];
      return command === "N-DELETE-RQ" ? [] : filmWords(data);
    case PRINTER:
      return eventWords(request, PRINTER_EVENTS);
    case PRINT_JOB:
      return [...eventWords(request, JOB_EVENTS), ...jobWords(request)];
  }
  if (sopClassUid.startsWith(IMAGE_BOX)) return imageBoxWords(request);
  const shape = data.text(PRESENTATION_LUT_SHAPE);
  if (shape !== undefined) return [`shape ${shape}`];
  return instanceUid === undefined ? [] : [instanceWords(instanceUid) ?? ""].filter(Boolean);
}

/** What is asked for, and which of the four that an SCU may leave to the printer it leaves. */
function sessionWords(request: ToldMessage): string[] {
  const { data } = request;
  const memory = data.text(MEMORY_ALLOCATION);
  const left = LEFT_TO_PRINTER.filter(([, tag]) => data.text(tag) === undefined);
  const names = left.map(([name]) => name);
  const all = [names.slice(0, -1).join(", "), names.at(-1)].filter((part) => part).join(" and ");
  return [
    ...changedSession(request),
    ...(names.length === 0 ? [] : [`${all} by the printer's default`]),
    ...(memory === undefined ? [] : [`${MEMORY_ASKED} ${memory} KB`]),
  ];
}

const LEFT_TO_PRINTER: readonly (readonly [name: string, tag: number])[] = [
  ["copies", COPIES],
  ["priority", PRIORITY],
  ["medium", MEDIUM],
  ["destination", DESTINATION],
];

const MEMORY_ASKED = "memory of";

/** N-SET and what a response tells: only what is there. */
function changedSession({ data }: ToldMessage): string[] {
  const copies = data.number(COPIES);
  const named = (what: string, tag: number) => {
    const value = data.text(tag);
    return value === undefined ? [] : [`${what} ${value}`];
  };
  return [
    ...(copies === undefined ? [] : [counted(copies, "copy")]),
    ...named("priority", PRIORITY),
    ...named("medium", MEDIUM),
    ...named("destination", DESTINATION),
  ];
}

function filmWords(data: ToldMessage["data"]): string[] {
  return [DISPLAY_FORMAT, ORIENTATION, FILM_SIZE].flatMap((tag) => {
    const text = data.strings(tag).join("\\");
    return text === "" ? [] : [shortened(text)];
  });
}

function imageBoxWords(request: ToldMessage): string[] {
  const { data } = request;
  const position = data.number(IMAGE_BOX_POSITION);
  const [item] = [...data.items(GRAYSCALE_IMAGES), ...data.items(COLOR_IMAGES)];
  const isSet = request.command === "N-SET-RQ";
  const image = item === undefined ? "" : imageWords({ ...request, data: item });
  return [
    ...(position === undefined ? [] : [`position ${position}`]),
    ...(image === "" ? (isSet && item === undefined ? ["no image"] : []) : [image]),
  ];
}

function eventWords(
  { command, commandSet }: ToldMessage,
  names: Readonly<Record<number, string>>,
): string[] {
  const event = numberOf(commandSet, "EventTypeID");
  if (command !== "N-EVENT-REPORT-RQ" || event === undefined) return [];
  return [names[event] ?? `event ${event}`];
}

function jobWords({ data }: ToldMessage): string[] {
  return [data.text(EXECUTION_STATUS), data.text(EXECUTION_STATUS_INFORMATION)].filter(
    (part) => part !== undefined,
  );
}

/** The three answers to a request for memory (PS3.4 H.4.1.2.1.4), and what responses tell. */
function aboutResult({ response, status, asked }: Outcome): string | undefined {
  const { command, sopClassUid, data } = response;
  if (sopClassUid === FILM_SESSION && command === "N-CREATE-RSP") {
    if (status === 0xb600) return "created, but without memory set aside";
    // general statuses too: of memory only where memory was asked for (PS3.7 C.4)
    const ofMemory = asked.some((part) => part.startsWith(MEMORY_ASKED));
    if (status === 0x0106 && ofMemory) return "the printer does not have the memory asked for";
    if (status === 0x0213 && ofMemory)
      return "the printer does not have the memory asked for now, try later";
    const told = changedSession(response);
    return status === 0 && told.length > 0 ? `Success, ${told.join(", ")}` : undefined;
  }
  if (sopClassUid === FILM_BOX && command === "N-CREATE-RSP") {
    const boxes = data.items(REFERENCED_IMAGE_BOXES).length;
    return boxes === 0 ? undefined : `created with ${counted(boxes, "image box")}`;
  }
  const told =
    sopClassUid === PRINTER
      ? [PRINTER_STATUS, PRINTER_STATUS_INFORMATION, PRINTER_NAME].map((tag) => data.text(tag))
      : sopClassUid === PRINT_JOB
        ? jobWords(response)
        : [];
  const words = [...new Set(told)].filter((part) => part !== undefined);
  return words.length === 0 ? undefined : words.join(", ");
}
