/**
 * What C-STORE brings, as DICOM files (PS3.10 7.1) in one directory.
 *
 * Rule (P-04): names are counted, 000001.dcm and so on; nothing from the wire becomes a part of a
 * path. A file that is there already is never written over.
 */
import { join } from "node:path";
import { part10Head } from "../dataset/part10_head.ts";
import { NewFile } from "../io/file_new.ts";
import { nodeFileSystem } from "../io/file_system.ts";
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from "../io/implementation.ts";
import type { Answer, PerformRequest } from "./service_message.ts";
import { isUid } from "./sop_class.ts";

export interface ReceivedFile {
  readonly path: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** Octets of the data set. */
  readonly length: number;
}

export interface ReceivedFilesOptions {
  /** Unless told with the request. */
  readonly sendingAeTitle: string;
  readonly receivingAeTitle: string;
  readonly received: (file: ReceivedFile) => void;
  /** A file could not be written; the peer is told that resources are out. */
  readonly failed: (error: Error) => void;
}

export class ReceivedFiles {
  readonly #directory: string;
  readonly #options: ReceivedFilesOptions;
  #number = 0;

  /** Makes the directory. Throws the system's error where that cannot be. */
  constructor(directory: string, options: ReceivedFilesOptions) {
    nodeFileSystem.makeDirectory(directory);
    this.#directory = directory;
    this.#options = options;
  }

  /** Handles one C-STORE. */
  async store(
    request: PerformRequest,
    from: { readonly sendingAeTitle?: string; readonly receivingAeTitle?: string } = {},
  ): Promise<Answer> {
    const { sopClassUid, sopInstanceUid = "", context, dataSet } = request;
    if (!isUid(sopClassUid) || !isUid(sopInstanceUid) || dataSet === undefined) {
      return { status: CANNOT_UNDERSTAND };
    }
    const transferSyntaxUid = context.transferSyntax ?? "";
    const head = part10Head({
      sopClassUid,
      sopInstanceUid,
      transferSyntaxUid,
      implementationClassUid: IMPLEMENTATION_CLASS_UID,
      implementationVersionName: IMPLEMENTATION_VERSION_NAME,
      sendingAeTitle: from.sendingAeTitle ?? this.#options.sendingAeTitle,
      receivingAeTitle: from.receivingAeTitle ?? this.#options.receivingAeTitle,
    });
    let file: NewFile | undefined;
    try {
      file = this.#next();
      file.write(head);
      for await (const fragment of dataSet) file.write(fragment);
      file.finish();
    } catch (error) {
      discard(file);
      // Without a code it is the association that failed; its error goes on.
      if (!(error instanceof Error) || !("code" in error)) throw error;
      this.#options.failed(error);
      return { status: OUT_OF_RESOURCES };
    }
    const length = file.size - head.length;
    this.#options.received({
      path: file.path,
      sopClassUid,
      sopInstanceUid,
      transferSyntaxUid,
      length,
    });
    return { status: SUCCESS };
  }

  #next(): NewFile {
    for (;;) {
      this.#number++;
      const path = join(this.#directory, `${String(this.#number).padStart(6, "0")}.dcm`);
      try {
        return new NewFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  }
}

function discard(file: NewFile | undefined): void {
  try {
    file?.discard();
  } catch {
    // It could not be written, and cannot be removed either: the first error says why.
  }
}

const SUCCESS = 0x0000;
/** PS3.4 B.2.3. */
const OUT_OF_RESOURCES = 0xa700;
const CANNOT_UNDERSTAND = 0xc000;
