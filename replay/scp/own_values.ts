/** What a response says of its own; the rest of its command set repeats the request (PS3.7 9.3, 10.3). */
import type { CommandValues } from "../../src/io/association.ts";

export function ownValues(values: CommandValues): CommandValues {
  return Object.fromEntries(
    OWN.flatMap((keyword) => {
      const value = values[keyword];
      return value === undefined ? [] : [[keyword, value] as const];
    }),
  );
}

const OWN: readonly string[] = [
  "ErrorComment",
  "ErrorID",
  "OffendingElement",
  "AttributeIdentifierList",
  "NumberOfRemainingSuboperations",
  "NumberOfCompletedSuboperations",
  "NumberOfFailedSuboperations",
  "NumberOfWarningSuboperations",
];
