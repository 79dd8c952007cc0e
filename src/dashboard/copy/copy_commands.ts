/** Command lines that do again what a recorded request did, with DCMTK and with dicomtap. */

import type { AssociationJson, MessageJson } from "../../observe/summary.ts";
import { plural } from "../../units.ts";
import type { CopyCommand, ElementNode } from "../api_types.ts";
import { identifierKeys } from "./identifier_keys.ts";
import { shellCommand } from "./shell_quote.ts";

export interface CopiedRequest {
  readonly message: MessageJson;
  /** Of its data set; empty where it has none. */
  readonly elements: readonly ElementNode[];
}

/** `request`: undefined for the association as a whole. */
export function copyCommands(
  association: AssociationJson,
  request: CopiedRequest | undefined,
): readonly CopyCommand[] {
  const peer = peerOf(association);
  const replay = {
    program: "dicomtap replay",
    text: shellCommand(["dicomtap", "replay", "scu", "selection.dcap", "--to", peer.address]),
    note: "Download the capture first; it is then selection.dcap",
  };
  if (request === undefined) return [replay];
  const { command } = request.message;
  const sent = sendCommand(request, peer);
  const dcmtk = DCMTK[command]?.(request, peer);
  return [...(dcmtk === undefined ? [] : [dcmtk]), ...(sent === undefined ? [] : [sent]), replay];
}

interface Peer {
  readonly host: string;
  readonly port: string;
  readonly address: string;
  readonly calling: string;
  readonly called: string;
}

function peerOf({ acceptor, calling_ae_title, called_ae_title }: AssociationJson): Peer {
  const [, host = acceptor.address, port = "104"] =
    /^\[?(.*?)\]?:(\d+)$/.exec(acceptor.address) ?? [];
  const calling = calling_ae_title ?? "DICOMTAP";
  return { host, port, address: acceptor.address, calling, called: called_ae_title ?? "ANY-SCP" };
}

type Copy = (request: CopiedRequest, peer: Peer) => CopyCommand | undefined;

const DCMTK: Readonly<Record<string, Copy>> = {
  "C-ECHO-RQ": (_request, peer) => dcmtk("echoscu", { peer, args: [], behind: [], note: null }),
  "C-STORE-RQ": ({ message }, peer) => {
    const propose = STORE_SYNTAX.get(message.data_set?.transfer_syntax ?? "");
    const args = propose === undefined ? [] : [propose];
    return dcmtk("storescu", { peer, args, behind: ["image.dcm"], note: IMAGE_FIRST });
  },
  "C-FIND-RQ": (request, peer) => query("findscu", { request, peer, more: [] }),
  "C-MOVE-RQ": (request, peer) => {
    const destination = textOf(request.message.command_set["MoveDestination"]);
    return query("movescu", { request, peer, more: ["-aem", destination] });
  },
  "C-GET-RQ": (request, peer) => query("getscu", { request, peer, more: [] }),
};

const IMAGE_FIRST = "Download the data set first, as image.dcm";

/** Options with which storescu proposes these transfer syntaxes. */
const STORE_SYNTAX: ReadonlyMap<string, string> = new Map([
  ["1.2.840.10008.1.2", "-xi"],
  ["1.2.840.10008.1.2.2", "-xb"],
  ["1.2.840.10008.1.2.1.99", "-xd"],
  ["1.2.840.10008.1.2.4.50", "-xy"],
  ["1.2.840.10008.1.2.4.51", "-xx"],
  ["1.2.840.10008.1.2.4.70", "-xs"],
  ["1.2.840.10008.1.2.4.80", "-xt"],
  ["1.2.840.10008.1.2.4.81", "-xu"],
  ["1.2.840.10008.1.2.4.90", "-xv"],
  ["1.2.840.10008.1.2.4.91", "-xw"],
  ["1.2.840.10008.1.2.5", "-xr"],
]);

/** Information models of Query/Retrieve and the worklist (PS3.4 C.3, K). */
const MODELS: readonly (readonly [RegExp, string])[] = [
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.2\.1\./, "-P"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.2\.2\./, "-S"],
  [/^1\.2\.840\.10008\.5\.1\.4\.1\.2\.3\./, "-O"],
  [/^1\.2\.840\.10008\.5\.1\.4\.31$/, "-W"],
];

function query(
  program: string,
  {
    request,
    peer,
    more,
  }: { readonly request: CopiedRequest; readonly peer: Peer; readonly more: readonly string[] },
): CopyCommand | undefined {
  const uid = sopClassOf(request.message);
  const model = MODELS.find(([pattern]) => pattern.test(uid))?.[1];
  if (model === undefined) return undefined;
  const { keys, ...told } = identifierKeys(request.elements);
  const behind = keys.flatMap((key) => ["-k", key]);
  return dcmtk(program, { peer, args: [model, ...more], behind, note: noteOn(told) });
}

function dcmtk(
  program: string,
  {
    peer,
    args,
    behind,
    note,
  }: {
    readonly peer: Peer;
    readonly args: readonly string[];
    readonly behind: readonly string[];
    readonly note: string | null;
  },
): CopyCommand {
  const titles = ["-aet", peer.calling, "-aec", peer.called];
  // keys stand before the address, files behind it
  const isQuery = behind[0] === "-k";
  const words = isQuery
    ? [program, ...args, ...titles, ...behind, peer.host, peer.port]
    : [program, ...args, ...titles, peer.host, peer.port, ...behind];
  return { program, text: shellCommand(words), note };
}

function sendCommand(request: CopiedRequest, peer: Peer): CopyCommand | undefined {
  const { message, elements } = request;
  if (!/-RQ$/.test(message.command) || message.command === "C-CANCEL-RQ") return undefined;
  const operation = message.command.replace(/-RQ$/, "").toLowerCase();
  const values = message.command_set;
  const option = (name: string, value: unknown) =>
    value === undefined || value === null || value === "" ? [] : [`--${name}`, textOf(value)];
  const isQuery = /^c-(find|move|get)$/.test(operation);
  const { keys, ...told } = isQuery
    ? identifierKeys(elements)
    : { keys: [], masked: false, left: 0 };
  const isStore = operation === "c-store";
  const withFile = !isQuery && !isStore && message.data_set !== null;
  const attributes = values["AttributeIdentifierList"];
  const words = [
    ...["dicomtap", "send", operation],
    ...(isStore ? ["image.dcm"] : keys),
    ...(Array.isArray(attributes) ? attributes.map(tagWord) : []),
    ...(isStore || operation === "c-echo" ? [] : option("class", sopClassOf(message))),
    ...(isStore
      ? []
      : option("instance", values["RequestedSOPInstanceUID"] ?? values["AffectedSOPInstanceUID"])),
    ...option("destination", values["MoveDestination"]),
    ...option("action", values["ActionTypeID"]),
    ...option("event", values["EventTypeID"]),
    ...(withFile ? ["--data", "data.dcm"] : []),
    ...["--calling", peer.calling, "--called", peer.called, "--to", peer.address],
  ];
  const file = withFile ? "Download the data set first, as data.dcm" : null;
  const note = isStore ? IMAGE_FIRST : (file ?? noteOn(told));
  return { program: "dicomtap send", text: shellCommand(words), note };
}

function noteOn({ masked, left }: { readonly masked: boolean; readonly left: number }) {
  const notes = [
    masked ? "Patients' data are masked with ***: show them to get the whole command" : "",
    left > 0 ? `${plural(left, "element")} left out` : "",
  ].filter((note) => note !== "");
  return notes.length === 0 ? null : notes.join("; ");
}

function sopClassOf({ command_set: values, abstract_syntax }: MessageJson): string {
  const uid = values["AffectedSOPClassUID"] ?? values["RequestedSOPClassUID"];
  return textOf(uid ?? abstract_syntax ?? "");
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** "00100010" as "0010,0010". */
function tagWord(tag: string | number): string {
  const digits = String(tag);
  return `${digits.slice(0, 4)},${digits.slice(4)}`;
}
