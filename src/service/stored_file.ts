/**
 * A DICOM file as the source of a C-STORE: what it is, and its data set from disk as it is needed
 * (PS3.10 7.1, PS3.4 B).
 */
import { open } from "node:fs/promises";
import { DataSet } from "../dataset/data_set.ts";
import { DataSetBuilder } from "../dataset/data_set_builder.ts";
import { type Part10Head, Part10Reader } from "../dataset/part10.ts";
import type { TransferSyntax } from "../dataset/transfer_syntax.ts";
import type { ContextProposal } from "../ul/negotiate.ts";
import { PLAIN } from "./open_association.ts";
import { canReEncode, reEncoded } from "./re_encoder.ts";

export interface StoredFile {
  readonly path: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly syntax: TransferSyntax;
  /** Octets before the data set. */
  readonly dataSetOffset: number;
  /** Octets of the data set as it is in the file. */
  readonly length: number;
}

/** What a file is not, in words that begin with its path. */
export class UnsendableFile extends Error {
  override readonly name = "UnsendableFile";
}

/**
 * Reads the head of a file, and of its data set what C-STORE has to name. Rejects with the system's
 * error where it cannot be opened, with an `UnsendableFile` where it is no DICOM file.
 */
export async function readStoredFile(path: string): Promise<StoredFile> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const { head, dataSet } = await readBeginning(file, path);
    const { meta, syntax, dataSetOffset, transferSyntaxUid = syntax.uid } = head;
    // The data set says what it is (PS3.4 B); the meta group only repeats it.
    const sopClassUid = dataSet.text(0x00080016) ?? meta.text(0x00020002) ?? "";
    const sopInstanceUid = dataSet.text(0x00080018) ?? meta.text(0x00020003) ?? "";
    const problem =
      uidProblem(sopClassUid, "SOP Class UID (0008,0016)") ??
      uidProblem(sopInstanceUid, "SOP Instance UID (0008,0018)");
    if (problem !== undefined) throw new UnsendableFile(`${path}: ${problem}`);
    const length = size - dataSetOffset;
    if (length % 2 === 1 && !syntax.deflated) {
      const cause = "it is cut off or damaged (PS3.5 7.1.1)";
      throw new UnsendableFile(`${path}: a data set of ${length} octets, an odd number: ${cause}`);
    }
    return { path, sopClassUid, sopInstanceUid, transferSyntaxUid, syntax, dataSetOffset, length };
  } finally {
    await file.close();
  }
}

/** Leading zeros are against PS3.5 9.1, and in old instances whose name they are: those go as they are. */
function uidProblem(uid: string, name: string): string | undefined {
  if (uid === "") return `no ${name}, so no DICOM object`;
  if (uid.length <= 64 && /^\d+(\.\d+)+$/.test(uid)) return undefined;
  return `${name} "${uid.slice(0, 64)}" is no UID (PS3.5 9.1)`;
}

/**
 * The contexts that files need: each SOP class with each transfer syntax in which there is a file, and
 * for uncompressed ones a further context, from which the acceptor may choose another one.
 */
export function storageProposals(files: readonly StoredFile[]): readonly ContextProposal[] {
  const own = new Map<string, ContextProposal>();
  const other = new Map<string, ContextProposal>();
  for (const { sopClassUid, transferSyntaxUid, syntax } of files) {
    const abstractSyntax = sopClassUid;
    const key = `${sopClassUid} ${transferSyntaxUid}`;
    own.set(key, { abstractSyntax, transferSyntaxes: [transferSyntaxUid] });
    if (!syntax.encapsulated) {
      const transferSyntaxes = PLAIN.filter((uid) => uid !== transferSyntaxUid);
      other.set(sopClassUid, { abstractSyntax, transferSyntaxes });
    }
  }
  return [...own.values(), ...other.values()];
}

/** The data set of a file in the transfer syntax of a context. */
export function storedOctets(file: StoredFile, to: TransferSyntax): AsyncIterable<Uint8Array> {
  const octets = chunksOf(file);
  return file.transferSyntaxUid === to.uid ? octets : reEncoded(octets, { from: file.syntax, to });
}

/** Whether a file can be sent in a transfer syntax: its own, or one that it can be re-encoded to. */
export function fits(file: StoredFile, to: TransferSyntax | undefined): boolean {
  if (to === undefined) return false;
  return to.uid === file.transferSyntaxUid || canReEncode(file.syntax, to);
}

/** What is read at once: as much as a socket takes in one go. */
const CHUNK = 65_536;

async function* chunksOf({ path, dataSetOffset, length }: StoredFile): AsyncGenerator<Uint8Array> {
  const file = await open(path, "r");
  try {
    for (let position = dataSetOffset; ; ) {
      const chunk = new Uint8Array(CHUNK);
      const { bytesRead } = await file.read(chunk, 0, CHUNK, position);
      if (bytesRead === 0) {
        // a deflated stream ends at any octet, a data set at an even one (PS3.5 A.5)
        if (length % 2 === 1) yield new Uint8Array(1);
        return;
      }
      position += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Far behind (0008,0018), whatever stands before it; a file without it is not read to its end. */
const BEGINNING = 2 ** 21;

async function readBeginning(
  file: Awaited<ReturnType<typeof open>>,
  path: string,
): Promise<{ readonly head: Part10Head; readonly dataSet: DataSet }> {
  let head: Part10Head | undefined;
  let builder: DataSetBuilder | undefined;
  const reader = new Part10Reader((found) => {
    head = found;
    builder = new DataSetBuilder({ syntax: found.syntax });
    return builder;
  });
  for (let position = 0; position < BEGINNING; ) {
    const chunk = new Uint8Array(CHUNK);
    const { bytesRead } = await file.read(chunk, 0, CHUNK, position);
    if (bytesRead === 0) {
      reader.end();
      break;
    }
    position += bytesRead;
    reader.receive(chunk.subarray(0, bytesRead));
    if (builder?.dataSet.has(0x00080018) === true) break;
  }
  if (head === undefined) throw new UnsendableFile(`${path}: no DICOM file`);
  return { head, dataSet: builder?.dataSet ?? new DataSet([]) };
}
