import type { ProtocolError } from "../protocol_error.ts";

/** The message without the section that it ends with: findings have a field for that. */
export function errorText(error: ProtocolError): string {
  const suffix = ` (${error.section})`;
  return error.message.endsWith(suffix) ? error.message.slice(0, -suffix.length) : error.message;
}
