/**
 * A PACS that is none: it answers C-ECHO, takes C-STORE and forgets it but for its SHA-256, finds
 * invented studies and worklist entries, and says yes to MPPS and storage commitment. For the demo
 * and as a partner in tests.
 */
import { createHash } from "node:crypto";
import { readDataSet } from "../../src/dataset/read_data_set.ts";
import { EXPLICIT_LITTLE, IMPLICIT_LITTLE } from "../../src/dataset/transfer_syntax.ts";
import { sopClasses } from "../../src/dictionary/uids.ts";
import {
  type AssociationServer,
  acceptAssociations,
  type Reply,
} from "../../src/io/accept_associations.ts";
import type { Association, CommandValues } from "../../src/io/association.ts";
import type { ReceivedMessage } from "../../src/io/message_receiver.ts";
import type { ContextProposal } from "../../src/ul/negotiate.ts";
import { encodeSynthetic } from "./synthetic_data_set.ts";
import { findMatches } from "./synthetic_matches.ts";

export interface SimulatedPacsOptions {
  /** 127.0.0.1 unless told. */
  readonly host?: string;
  /** 0 takes any port. */
  readonly port?: number;
  /** Called AE titles that are recognized; any, unless told. */
  readonly aeTitles?: readonly string[];
  readonly maximumLength?: number;
  /** Milliseconds, as in `AcceptOptions`. */
  readonly acseTimeout?: number;
  readonly dimseTimeout?: number;
  readonly stored?: (instance: StoredInstance) => void;
  readonly ended?: (association: Association, error: Error | undefined) => void;
}

export interface StoredInstance {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntax: string;
  /** Octets of the data set. */
  readonly length: number;
  readonly sha256: string;
}

export function startSimulatedPacs(options: SimulatedPacsOptions = {}): Promise<AssociationServer> {
  return acceptAssociations({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    supported: SUPPORTED,
    ...(options.aeTitles && { aeTitles: options.aeTitles }),
    ...(options.maximumLength !== undefined && { maximumLength: options.maximumLength }),
    ...(options.acseTimeout !== undefined && { acseTimeout: options.acseTimeout }),
    ...(options.dimseTimeout !== undefined && { dimseTimeout: options.dimseTimeout }),
    ...(options.ended && { ended: options.ended }),
    handle: (message, association) => answer(message, { association, options }),
  });
}

interface Conversation {
  readonly association: Association;
  readonly options: SimulatedPacsOptions;
}

async function* answer(
  message: ReceivedMessage,
  { association, options }: Conversation,
): AsyncGenerator<Reply> {
  const context = association.contexts.find(({ id }) => id === message.contextId);
  const transferSyntax = context?.transferSyntax ?? IMPLICIT_LITTLE_ENDIAN;
  switch (message.command) {
    case "C-STORE-RQ": {
      const { length, sha256 } = await measured(message.dataSet);
      options.stored?.({
        sopClassUid: textOf(message, "AffectedSOPClassUID"),
        sopInstanceUid: textOf(message, "AffectedSOPInstanceUID"),
        transferSyntax,
        length,
        sha256,
      });
      yield { values: response(message, SUCCESS) };
      return;
    }
    case "C-FIND-RQ":
      yield* found(message, transferSyntax);
      return;
    case "C-CANCEL-RQ": // Has no response of its own (PS3.7 9.3.2.3); what it cancels is over.
      return;
    default:
      await measured(message.dataSet);
      if (message.command.endsWith("-RSP")) return;
      yield { values: response(message, ANSWERED.has(message.command) ? SUCCESS : UNRECOGNIZED) };
  }
}

async function* found(message: ReceivedMessage, transferSyntax: string): AsyncGenerator<Reply> {
  const explicit = transferSyntax !== IMPLICIT_LITTLE_ENDIAN;
  const identifier = await gathered(message.dataSet);
  const keys = readDataSet(identifier, { syntax: explicit ? EXPLICIT_LITTLE : IMPLICIT_LITTLE });
  for (const match of findMatches(textOf(message, "AffectedSOPClassUID"), keys.dataSet)) {
    yield { values: response(message, PENDING), dataSet: encodeSynthetic(match, { explicit }) };
  }
  yield { values: response(message, SUCCESS) };
}

/** The fields that every response has, and the instance where the request names or creates one. */
function response(message: ReceivedMessage, status: number): CommandValues {
  const { values } = message.commandSet;
  const field = values["CommandField"];
  const instance =
    values["AffectedSOPInstanceUID"] ??
    values["RequestedSOPInstanceUID"] ??
    (message.command === "N-CREATE-RQ" ? newInstanceUid() : null);
  const sopClass = values["AffectedSOPClassUID"] ?? values["RequestedSOPClassUID"] ?? null;
  return {
    ...(sopClass !== null && { AffectedSOPClassUID: sopClass }),
    CommandField: (typeof field === "number" ? field : 0) | RESPONSE,
    MessageIDBeingRespondedTo: values["MessageID"] ?? 0,
    Status: status,
    ...(instance !== null && { AffectedSOPInstanceUID: instance }),
  };
}

async function measured(
  dataSet: ReceivedMessage["dataSet"],
): Promise<{ readonly length: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  let length = 0;
  for await (const fragment of dataSet ?? []) {
    hash.update(fragment);
    length += fragment.length;
  }
  return { length, sha256: hash.digest("hex") };
}

/** An identifier, up to 1 MiB; what is longer is no query of a person. */
async function gathered(dataSet: ReceivedMessage["dataSet"]): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const fragment of dataSet ?? []) {
    if (length + fragment.length > 2 ** 20) break;
    parts.push(fragment);
    length += fragment.length;
  }
  return Uint8Array.from(Buffer.concat(parts));
}

function textOf(message: ReceivedMessage, keyword: string): string {
  const value = message.commandSet.values[keyword];
  return typeof value === "string" ? value : "";
}

/** PS3.5 B.2: a UUID as a UID. */
function newInstanceUid(): string {
  return `2.25.${BigInt(`0x${crypto.randomUUID().replaceAll("-", "")}`)}`;
}

const SUCCESS = 0x0000;
const PENDING = 0xff00;
/** PS3.7 C.5: Unrecognized operation. */
const UNRECOGNIZED = 0x0211;
const RESPONSE = 0x8000;
const ANSWERED: ReadonlySet<string> = new Set([
  "C-ECHO-RQ",
  "N-CREATE-RQ",
  "N-SET-RQ",
  "N-ACTION-RQ",
  "N-EVENT-REPORT-RQ",
]);

const IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
const PLAIN: readonly string[] = [IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN];

/** Stored as they come: what is in the pixels does not matter here. */
const COMPRESSED: readonly string[] = [
  "1.2.840.10008.1.2.1.99",
  "1.2.840.10008.1.2.2",
  "1.2.840.10008.1.2.4.50",
  "1.2.840.10008.1.2.4.51",
  "1.2.840.10008.1.2.4.57",
  "1.2.840.10008.1.2.4.70",
  "1.2.840.10008.1.2.4.80",
  "1.2.840.10008.1.2.4.81",
  "1.2.840.10008.1.2.4.90",
  "1.2.840.10008.1.2.4.91",
  "1.2.840.10008.1.2.4.201",
  "1.2.840.10008.1.2.4.203",
  "1.2.840.10008.1.2.5",
];

const SERVICES: readonly string[] = [
  "1.2.840.10008.1.1", // Verification
  "1.2.840.10008.5.1.4.1.2.1.1", // Patient Root Query/Retrieve - FIND
  "1.2.840.10008.5.1.4.1.2.2.1", // Study Root Query/Retrieve - FIND
  "1.2.840.10008.5.1.4.31", // Modality Worklist - FIND
  "1.2.840.10008.3.1.2.3.3", // Modality Performed Procedure Step
  "1.2.840.10008.1.20.1", // Storage Commitment Push Model
];

const SUPPORTED: readonly ContextProposal[] = [
  ...SERVICES.map((abstractSyntax) => ({ abstractSyntax, transferSyntaxes: PLAIN })),
  ...sopClasses()
    .filter(({ uid }) => uid.startsWith("1.2.840.10008.5.1.4.1.1."))
    .map(({ uid }) => ({ abstractSyntax: uid, transferSyntaxes: [...PLAIN, ...COMPRESSED] })),
];
