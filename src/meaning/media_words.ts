/** Media Creation Management (PS3.4 S) and Instance Availability Notification (PS3.4 R). */
import { numberOf } from "../dimse/command_set.ts";
import { className, counted } from "./names.ts";
import type { ServiceWords } from "./outcome.ts";
import type { ToldMessage } from "./told_message.ts";
import { everywhere } from "./values.ts";

const REFERENCED_SOPS = 0x00081199;
const REFERENCED_SOP_INSTANCE_UID = 0x00081155;
const STUDY_INSTANCE_UID = 0x0020000d;
const INSTANCE_AVAILABILITY = 0x00080056;
const RETRIEVE_AE_TITLE = 0x00080054;
const EXECUTION_STATUS = 0x21000020;
const EXECUTION_STATUS_INFORMATION = 0x21000030;
const NUMBER_OF_COPIES = 0x20000010;
const MAX_COUNTED = 10_000;

/** PS3.4 S.3.2.2. */
const ACTIONS: Readonly<Record<number, string>> = { 1: "initiate", 2: "cancel" };

/** `Instance Availability, 12 instances ONLINE at PACS, study 1.2.3`; `Media Creation, initiate`. */
export const mediaWords: ServiceWords = {
  request: (request) => {
    const action = numberOf(request.commandSet, "ActionTypeID");
    return [
      className(request.sopClassUid),
      ...(action === undefined ? [] : [ACTIONS[action] ?? `action ${action}`]),
      ...(request.length === 0 ? [] : contentWords(request)),
    ];
  },
  result: ({ response, status }) => {
    const words = stateWords(response);
    return status === 0 && words.length > 0 ? words.join(", ") : undefined;
  },
};

function contentWords(request: ToldMessage): string[] {
  const { data, cut } = request;
  const found =
    data.items(REFERENCED_SOPS).length ||
    everywhere(data, REFERENCED_SOP_INSTANCE_UID, MAX_COUNTED).length;
  const [availability] = new Set(everywhere(data, INSTANCE_AVAILABILITY, MAX_COUNTED));
  const [at] = everywhere(data, RETRIEVE_AE_TITLE, 1);
  const study = data.text(STUDY_INSTANCE_UID);
  const copies = data.number(NUMBER_OF_COPIES);
  const where = `${availability === undefined ? "" : ` ${availability}`}${at === undefined ? "" : ` at ${at}`}`;
  return [
    ...(found === 0 ? [] : [`${counted(found, "instance", { cut })}${where}`]),
    ...(copies === undefined ? [] : [counted(copies, "copy")]),
    ...(study === undefined ? [] : [`study ${study}`]),
  ];
}

function stateWords({ data }: ToldMessage): string[] {
  return [data.text(EXECUTION_STATUS), data.text(EXECUTION_STATUS_INFORMATION)].filter(
    (part) => part !== undefined,
  );
}
