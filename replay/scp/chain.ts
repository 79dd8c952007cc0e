/** Who is asked for an answer, in this order. */
import type { Library } from "./library.ts";
import type { ReplayScpOptions } from "./options.ts";
import { RecordedResponder } from "./recorded_responder.ts";
import type { Responder } from "./responder.ts";
import { UnmatchedResponder } from "./unmatched_responder.ts";

export function responderChain(_library: Library, options: ReplayScpOptions): readonly Responder[] {
  const recorded = new RecordedResponder({ lowest: options.match });
  return [recorded, new UnmatchedResponder(options.unmatched ?? { do: "default" }, recorded)];
}
