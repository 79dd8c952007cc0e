/**
 * Whether a message may carry pixel data, without reading its data set: by the tags that stand
 * somewhere in its head. Saying yes too often costs a look; no image is missed that the head names.
 */
import { transferSyntax } from "../../dataset/transfer_syntax.ts";
import type { ObservedMessage } from "../../observe/association_sink.ts";

/** Rows (0028,0010), little and big endian. */
const ROWS = [
  [0x28, 0x00, 0x10, 0x00],
  [0x00, 0x28, 0x00, 0x10],
] as const;

export function mayHaveImage({ message, context }: ObservedMessage): boolean {
  const { command, dataSet } = message;
  if (command !== "C-STORE-RQ" || dataSet === undefined) return false;
  const syntax = transferSyntax(context?.acceptedTransferSyntax ?? "");
  if (syntax === undefined) return false;
  return syntax.deflated || holds(dataSet.head, ROWS[syntax.bigEndian ? 1 : 0]);
}

function holds(bytes: Uint8Array, pattern: readonly number[]): boolean {
  const [first = 0] = pattern;
  let at = bytes.indexOf(first);
  while (at >= 0) {
    if (pattern.every((octet, i) => bytes[at + i] === octet)) return true;
    at = bytes.indexOf(first, at + 1);
  }
  return false;
}
