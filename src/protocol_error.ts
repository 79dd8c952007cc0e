/**
 * What the peer did wrong. Thrown or reported by every decoder; misuse by our own code is a
 * `TypeError` or `RangeError`.
 *
 * Rule: the message starts with the action, names the field and its value, and ends with the
 * section of the standard in parentheses.
 */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  /** Section or table of the standard, for example "PS3.8 9.3.5.1". */
  readonly section: string;
  /** What an A-ABORT from the UL service-provider would say, PS3.8 Table 9-26. */
  readonly abortReason: number;
  /** Offset of the first octet in question, counted in this AE's whole stream of octets. */
  readonly offset: number | undefined;

  constructor(
    message: string,
    options: { section: string; abortReason?: number; offset?: number | undefined },
  ) {
    super(`${message} (${options.section})`);
    this.section = options.section;
    this.abortReason = options.abortReason ?? 0;
    this.offset = options.offset;
  }
}
