/**
 * Why something cannot be recorded just now. Never fatal: the recorder counts what it misses and
 * tries again.
 *
 * - `full`: no room on the disk; the file itself is sound
 * - `limit`: no room within the retention limit until an association ends
 * - `broken`: the file cannot be trusted any more, another one has to be begun
 * - `refused`: the directory must not or cannot be used
 * - `locked`: another recorder has the directory
 */
export type FaultKind = "full" | "limit" | "broken" | "refused" | "locked";

export class RecordingFault extends Error {
  override readonly name = "RecordingFault";
  readonly kind: FaultKind;

  constructor(message: string, kind: FaultKind) {
    super(message);
    this.kind = kind;
  }
}

/** The system's error in words, without the path. */
export function systemReason(error: unknown): string {
  const code = codeOf(error);
  const words = WORDS[code];
  if (words !== undefined) return words;
  return code !== "" ? `the system says ${code}` : String(error);
}

export function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG"].includes(codeOf(error));
}

export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === "string" ? code : "";
}

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file is as large as the system allows",
  EIO: "the disk reports an error",
  EROFS: "the file system is read-only",
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  ENOENT: "it is not there",
  ENOTDIR: "a part of the path is no directory",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
  ELOOP: "it is a symbolic link",
};
