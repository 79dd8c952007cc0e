/** Why a file cannot be read as a capture at all. Damage inside a capture is never thrown. */
export class CaptureError extends Error {
  override readonly name = "CaptureError";
  readonly reason: CaptureErrorReason;

  constructor(message: string, reason: CaptureErrorReason) {
    super(message);
    this.reason = reason;
  }
}

/**
 * - `empty`: no octet in it
 * - `foreign`: something else than a capture
 * - `newer`: a major version of the format that this program does not know
 * - `unsupported`: encrypted or compressed in a way that this program does not know
 * - `unreadable`: the system does not let it be read
 */
export type CaptureErrorReason = "empty" | "foreign" | "newer" | "unsupported" | "unreadable";
