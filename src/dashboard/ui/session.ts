/**
 * Who looks, and how the proxy is: known to every view.
 *
 * Rule: how the proxy is comes with the news alone (events.ts), whose first on each connection it is.
 * An answer to a request may be older than news that overtook it, and would then be shown for good.
 */
import { signal } from "@preact/signals";
import type { HealthJson, SessionJson } from "../api_types.ts";
import { ApiError, getJson } from "./api.ts";

export const session = signal<SessionJson | undefined>(undefined);
export const health = signal<HealthJson | undefined>(undefined);
/** Why it is not known who looks. */
export const sessionError = signal<Error | undefined>(undefined);

export async function loadSession(): Promise<void> {
  try {
    session.value = await getJson<SessionJson>("/api/session");
    sessionError.value = undefined;
  } catch (error) {
    // What is shown stays while dicomtap is away; who is not signed in any more has to know.
    const signedOut = error instanceof ApiError && error.status === 401;
    if (signedOut || session.value === undefined) sessionError.value = error as Error;
  }
}
