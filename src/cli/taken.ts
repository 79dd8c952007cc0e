/** What an option was typed as, read by who knows what it means: a RangeError names the option. */
import { AssignmentError } from "../service/assignments.ts";
import { optionError } from "./command_error.ts";
import { keywordHint } from "./keyword_hint.ts";

/** What `read` gives; throws a usage error for its RangeError. */
export function taken<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { cause, message } = error;
    const hint = cause instanceof AssignmentError ? keywordHint(cause) : undefined;
    throw optionError(option, message, hint);
  }
}
