/** What holds of the fields of any PDU. */
import assert from "node:assert/strict";
import type { PduField } from "../../src/dashboard/api_types.ts";

/** Fields lie in their parent, in order, and do not overlap. Returns how many there are. */
export function checkFields(
  fields: readonly PduField[],
  { from, to }: { readonly from: number; readonly to: number },
): number {
  let at = from;
  let count = 0;
  for (const { name, offset, length, fields: inner = [] } of fields) {
    assert.ok(offset >= at && length >= 0 && offset + length <= to, `${name} at ${offset}`);
    count += 1 + checkFields(inner, { from: offset, to: offset + length });
    at = offset + length;
  }
  return count;
}
