/** Who is asked for an answer, in this order. */

import { type ForwardOptions, ForwardResponder } from "./forward_responder.ts";
import type { Library } from "./library.ts";
import { DEFAULT_ACSE_TIMEOUT, DEFAULT_DIMSE_TIMEOUT, type ReplayScpOptions } from "./options.ts";
import { RecordedResponder } from "./recorded_responder.ts";
import type { Responder } from "./responder.ts";
import { serviceResponders } from "./service/service_responders.ts";
import { UnmatchedResponder } from "./unmatched_responder.ts";

export function responderChain(library: Library, options: ReplayScpOptions): readonly Responder[] {
  const recorded = new RecordedResponder({ lowest: options.match });
  const unmatched = options.unmatched ?? { do: "default" };
  const services = serviceResponders(library, {
    ...options,
    connectTimeout: CONNECT_TIMEOUT,
    recorded,
    warn: (text) => options.onWarning?.(text),
  });
  return [
    ...services.before,
    recorded,
    ...services.behind,
    ...(unmatched.do === "forward" ? [forwarding(unmatched.to, { recorded, options })] : []),
    new UnmatchedResponder(unmatched, recorded),
  ];
}

function forwarding(
  to: ForwardOptions["to"],
  { recorded, options }: { recorded: RecordedResponder; options: ReplayScpOptions },
): Responder {
  return new ForwardResponder({
    to,
    recorded,
    connectTimeout: CONNECT_TIMEOUT,
    acseTimeout: options.acseTimeout ?? DEFAULT_ACSE_TIMEOUT,
    dimseTimeout: options.dimseTimeout ?? DEFAULT_DIMSE_TIMEOUT,
  });
}

/** Milliseconds. */
const CONNECT_TIMEOUT = 10_000;
