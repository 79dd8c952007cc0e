/**
 * A modality that is none: what a CT scanner says to its PACS in a morning, and two things that
 * often go wrong. For the demo. All people and studies are invented.
 */
import { type CommandName, commandField } from "../dimse/command_field.ts";
import type { Association, CommandValues } from "../io/association.ts";
import { requestAssociation } from "../io/request_association.ts";
import { encodeSynthetic } from "./synthetic_data_set.ts";
import { syntheticImage } from "./synthetic_image.ts";

export interface SimulatedModalityOptions {
  readonly host: string;
  readonly port: number;
  /** The AE title under which the PACS knows itself. */
  readonly calledAeTitle: string;
}

/** One morning: each scene is an association of its own. Rejections and aborts are part of it. */
export async function playMorning(
  options: SimulatedModalityOptions,
  { round, signal }: { readonly round: number; readonly signal: AbortSignal },
): Promise<void> {
  for (const scene of [echo, worklist, storeStudy, wrongTitle, storeCompressed, breakOff]) {
    if (signal.aborted) return;
    await scene({ ...options, round, signal });
  }
}

interface Scene extends SimulatedModalityOptions {
  readonly round: number;
  readonly signal: AbortSignal;
}

async function echo(scene: Scene): Promise<void> {
  const association = await associate(scene, [[VERIFICATION, [IMPLICIT_LITTLE_ENDIAN]]]);
  const context = association.contextFor(VERIFICATION)?.id ?? 1;
  await ask(association, context, {
    ...request("C-ECHO-RQ", 1),
    AffectedSOPClassUID: VERIFICATION,
  });
  await association.release();
}

async function worklist(scene: Scene): Promise<void> {
  const association = await associate(scene, [[WORKLIST, [IMPLICIT_LITTLE_ENDIAN]]]);
  const context = association.contextFor(WORKLIST)?.id ?? 1;
  const values = { ...request("C-FIND-RQ", 1), AffectedSOPClassUID: WORKLIST, Priority: 0 };
  const keys = encodeSynthetic(
    { PatientName: "", PatientID: "", AccessionNumber: "", RequestedProcedureDescription: "" },
    { explicit: false },
  );
  await ask(association, context, values, keys);
  await association.release();
}

async function storeStudy(scene: Scene): Promise<void> {
  const association = await associate(scene, [
    [CT_IMAGE, [EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN]],
  ]);
  for (let number = 1; number <= IMAGES; number++) {
    await store(association, { round: scene.round, number });
  }
  await association.release();
}

/** The modality was given another name for the PACS than the PACS has: a rejection. */
async function wrongTitle(scene: Scene): Promise<void> {
  const wrong = { ...scene, calledAeTitle: scene.calledAeTitle.slice(0, -1) };
  await associate(wrong, [[CT_IMAGE, [EXPLICIT_LITTLE_ENDIAN]]]).catch(() => undefined);
}

/** A transfer syntax that the PACS does not take: the context is refused, the image not sent. */
async function storeCompressed(scene: Scene): Promise<void> {
  const association = await associate(scene, [
    [CT_IMAGE, [JPEG_XL_LOSSLESS]],
    [VERIFICATION, [IMPLICIT_LITTLE_ENDIAN]],
  ]);
  if (association.contextFor(CT_IMAGE) !== undefined) {
    await store(association, { round: scene.round, number: IMAGES + 1 });
  }
  await association.release();
}

/** Somebody switches the modality off while it sends. */
async function breakOff(scene: Scene): Promise<void> {
  const association = await associate(scene, [[CT_IMAGE, [EXPLICIT_LITTLE_ENDIAN]]]);
  await store(association, { round: scene.round, number: IMAGES + 2 });
  association.abort();
}

function associate(
  scene: Scene,
  contexts: readonly (readonly [abstractSyntax: string, transferSyntaxes: readonly string[]])[],
): Promise<Association> {
  const { host, port, calledAeTitle, signal } = scene;
  return requestAssociation({
    host,
    port,
    callingAeTitle: "CT1",
    calledAeTitle,
    contexts: contexts.map(([abstractSyntax, transferSyntaxes]) => ({
      abstractSyntax,
      transferSyntaxes,
    })),
    acseTimeout: TIMEOUT,
    dimseTimeout: TIMEOUT,
    signal,
  });
}

async function store(
  association: Association,
  { round, number }: { readonly round: number; readonly number: number },
): Promise<void> {
  const context = association.contextFor(CT_IMAGE);
  if (context === undefined) return;
  const explicit = context.transferSyntax !== IMPLICIT_LITTLE_ENDIAN;
  const image = syntheticImage({ round, number, explicit });
  const values = {
    ...request("C-STORE-RQ", number),
    AffectedSOPClassUID: CT_IMAGE,
    AffectedSOPInstanceUID: image.sopInstanceUid,
    Priority: 0,
  };
  await ask(association, context.id, values, image.dataSet);
}

/** Sends a request and waits for its final response. */
async function ask(
  association: Association,
  contextId: number,
  values: CommandValues,
  dataSet?: Uint8Array,
): Promise<void> {
  await association.send(contextId, values, { dataSet });
  for await (const response of association) {
    for await (const _ of response.dataSet ?? []) {
      // Read to its end, so that the next message comes.
    }
    const status = response.commandSet.values["Status"];
    if (status !== PENDING && status !== PENDING_WITH_WARNING) return;
  }
}

function request(command: CommandName, messageId: number): CommandValues {
  return { CommandField: commandField(command), MessageID: messageId };
}

const IMAGES = 3;
/** Milliseconds. */
const TIMEOUT = 10_000;
const PENDING = 0xff00;
const PENDING_WITH_WARNING = 0xff01;
const VERIFICATION = "1.2.840.10008.1.1";
const WORKLIST = "1.2.840.10008.5.1.4.31";
const CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2";
const IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
const JPEG_XL_LOSSLESS = "1.2.840.10008.1.2.4.110";
