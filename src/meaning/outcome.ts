/**
 * How one service is told: what the request asks for, and what came of it.
 */
import { numberOf } from "../dimse/command_set.ts";
import type { ToldMessage } from "./told_message.ts";

export interface ServiceWords {
  /** What follows the name of the command, in parts: "CT Image Storage", "512x512 MONOCHROME2". */
  request(request: ToldMessage): readonly string[];
  /** What came of it; undefined: the words of its status. */
  result?(outcome: Outcome): string | undefined;
}

/** The final response and what was kept of the exchange before it. */
export interface Outcome {
  readonly response: ToldMessage;
  readonly status: number | undefined;
  /** `request` of the service, as it was told. */
  readonly asked: readonly string[];
  /** Pending responses with a data set. */
  readonly matches: number;
  /** A Pending response said that optional keys are not supported (FF01H). */
  readonly someKeysIgnored: boolean;
  readonly counts: SubOperations | undefined;
}

/** PS3.7 9.1.3.1.7 to 9.1.3.1.10; undefined where no response said so. */
export interface SubOperations {
  readonly completed: number | undefined;
  readonly failed: number | undefined;
  readonly warning: number | undefined;
  readonly remaining: number | undefined;
}

export function subOperations(response: ToldMessage): SubOperations | undefined {
  const read = (name: string) => numberOf(response.commandSet, `NumberOf${name}Suboperations`);
  const completed = read("Completed");
  const failed = read("Failed");
  const warning = read("Warning");
  const remaining = read("Remaining");
  const any = [completed, failed, warning, remaining].some((count) => count !== undefined);
  return any ? { completed, failed, warning, remaining } : undefined;
}
