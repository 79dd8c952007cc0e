/**
 * An association as a script: what the AEs negotiate, what they send, how it ends. The defaults
 * are a conformant association without messages; tests change one thing.
 */
import { type CommandName, commandField } from "../../src/dimse/command_field.ts";
import type { ObserverOptions } from "../../src/observe/association_observer.ts";
import type { Role } from "../../src/role.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import type {
  AAssociateAc,
  AAssociateRq,
  AssociateItem,
  Pdu,
  PresentationContextAcItem,
  PresentationContextRqItem,
  SyntaxItem,
  UserInformationSubItem,
} from "../../src/ul/pdu.ts";
import { messageBytes, type Values } from "./dimse_stream.ts";
import { type Observed, observing } from "./observed.ts";

export const IMPLICIT = "1.2.840.10008.1.2";
export const EXPLICIT = "1.2.840.10008.1.2.1";
export const VERIFICATION = "1.2.840.10008.1.1";
export const CT = "1.2.840.10008.5.1.4.1.1.2";
export const FIND = "1.2.840.10008.5.1.4.1.2.2.1";
export const MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
export const GET = "1.2.840.10008.5.1.4.1.2.2.3";
export const MPPS = "1.2.840.10008.3.1.2.3.3";

/** The contexts of the default request, by what they are for. */
export const CONTEXTS = { echo: 1, store: 3, find: 5, move: 7, get: 9, mpps: 11 } as const;

const PROPOSED: readonly (readonly [number, string])[] = [
  [1, VERIFICATION],
  [3, CT],
  [5, FIND],
  [7, MOVE],
  [9, GET],
  [11, MPPS],
];

export interface Script {
  /** null: none is sent. */
  readonly rq?: Pdu | null;
  readonly ac?: Pdu | null;
  readonly steps?: readonly Step[];
  /** A-RELEASE-RQ and -RP, FIN of both, unless told. */
  readonly end?: readonly Step[];
  /** How the transport ended; "closed" unless told, undefined: it has not. */
  readonly closed?: string | undefined;
}

/** Octets, a PDU, a wait (microseconds) or the end of an AE's stream. */
export type Step =
  | readonly [sender: Role, what: Uint8Array | Pdu | "fin" | "reset"]
  | { readonly wait: number }
  | { readonly gap: Role; readonly length: number };

export const RELEASE: readonly Step[] = [
  ["requestor", { type: "A-RELEASE-RQ" }],
  ["acceptor", { type: "A-RELEASE-RP" }],
  ["requestor", "fin"],
  ["acceptor", "fin"],
];

export function syntax(item: SyntaxItem["item"], uid: string): SyntaxItem {
  return { item, uid };
}

export function proposal(
  id: number,
  abstractSyntax: string,
  transferSyntaxes: readonly string[] = [IMPLICIT],
): PresentationContextRqItem {
  return {
    item: "presentation context RQ",
    id,
    items: [
      syntax("abstract syntax", abstractSyntax),
      ...transferSyntaxes.map((uid) => syntax("transfer syntax", uid)),
    ],
  };
}

export function answer(id: number, result = 0, uids = [IMPLICIT]): PresentationContextAcItem {
  return {
    item: "presentation context AC",
    id,
    result,
    items: uids.map((uid) => syntax("transfer syntax", uid)),
  };
}

const BASICS: readonly UserInformationSubItem[] = [
  { item: "maximum length", maximumLength: 16_384 },
  { item: "implementation class UID", uid: "2.25.77" },
  { item: "implementation version name", name: "SCRIPTED" },
];

interface Negotiated<Context> {
  readonly contexts?: readonly Context[];
  /** Behind the three that every AE sends, or instead of them. */
  readonly more?: readonly UserInformationSubItem[];
  readonly userInformation?: readonly UserInformationSubItem[];
  /** Instead of all items. */
  readonly items?: readonly AssociateItem[];
}

const TITLES = {
  protocolVersion: 1,
  calledAeTitle: "ARCHIVE",
  callingAeTitle: "MODALITY",
} as const;
const APPLICATION = { item: "application context", name: "1.2.840.10008.3.1.1.1" } as const;

export function rq(
  changes: Negotiated<PresentationContextRqItem> & Partial<AAssociateRq> = {},
): AAssociateRq {
  const { contexts, more, userInformation, ...fields } = changes;
  return {
    type: "A-ASSOCIATE-RQ",
    ...TITLES,
    items: [
      APPLICATION,
      ...(contexts ?? PROPOSED.map(([id, uid]) => proposal(id, uid))),
      { item: "user information", items: userInformation ?? [...BASICS, ...(more ?? [])] },
    ],
    ...fields,
  };
}

export function ac(
  changes: Negotiated<PresentationContextAcItem> & Partial<AAssociateAc> = {},
): AAssociateAc {
  const { contexts, more, userInformation, ...fields } = changes;
  return {
    type: "A-ASSOCIATE-AC",
    ...TITLES,
    items: [
      APPLICATION,
      ...(contexts ?? PROPOSED.map(([id]) => answer(id))),
      { item: "user information", items: userInformation ?? [...BASICS, ...(more ?? [])] },
    ],
    ...fields,
  };
}

/** A message as one step. `CommandField` and `CommandDataSetType` are given by the other options. */
export function says(
  sender: Role,
  command: CommandName,
  options: { values: Values; on: keyof typeof CONTEXTS | number; dataSet?: Uint8Array },
): Step {
  const { values, on, dataSet } = options;
  const contextId = typeof on === "number" ? on : CONTEXTS[on];
  const CommandDataSetType = dataSet === undefined ? 0x0101 : 1;
  const all = { CommandField: commandField(command), CommandDataSetType, ...values };
  return [sender, messageBytes(all, { contextId, ...(dataSet === undefined ? {} : { dataSet }) })];
}

/** Plays a script through an observer; every step takes a millisecond. */
export function played(script: Script): Observed {
  return playedWith(script, {});
}

export function playedWith(script: Script, options: ObserverOptions): Observed {
  const observed = observing(options);
  const { observer } = observed;
  const wallUs = Date.UTC(2026, 1, 3, 14, 15, 2) * 1000 + 123_456;
  const addresses = { requestor: "127.0.0.1:50312", acceptor: "127.0.0.1:104" };
  let at = 1_000_000;
  observer.opened({ capture: "script", id: 1, at, wallUs, ...addresses });
  const { rq: request = rq(), ac: accept = ac(), steps = [], end = RELEASE } = script;
  const all: Step[] = [
    ...(request === null ? [] : [["requestor", request] as const]),
    ...(accept === null ? [] : [["acceptor", accept] as const]),
    ...steps,
    ...end,
  ];
  for (const step of all) {
    at += 1000;
    if ("wait" in step) at += step.wait;
    else if ("gap" in step) observer.gap(step.gap, at, step.length);
    else if (step[1] === "fin" || step[1] === "reset") observer.ended(step[0], at, step[1]);
    else observer.bytes(step[0], at, step[1] instanceof Uint8Array ? step[1] : encodePdu(step[1]));
  }
  const closed = "closed" in script ? script.closed : "closed";
  if (closed !== undefined) observer.closed(at + 1000, closed);
  return observed;
}

/** The rules that were broken, each once. */
export function idsOf(observed: Observed): string[] {
  return [...new Set(observed.findings.map(({ id }) => id))];
}
