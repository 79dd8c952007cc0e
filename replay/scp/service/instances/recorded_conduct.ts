/**
 * How the recorded SCP kept the rules of a service: each recorded request judged as a live one is, over
 * the instances of the recording.
 *
 * - `lenient`: it granted what they forbid. Who replays the same gets the same.
 * - `strict`: it refused as they do, for reasons of existence or state. Another instance in another
 *   state need not be refused.
 */
import { statusClass } from "../../../../src/dimse/status.ts";
import { numberValue, textValue } from "../../../../src/service/service_message.ts";
import type { RecordedMessage } from "../../../recorded.ts";
import { exchangesOf, type Library, type RecordedExchange } from "../../library.ts";
import { NOTHING } from "../query/candidate.ts";
import { LiveInstances } from "./live_instances.ts";
import { readAnswer } from "./live_references.ts";
import type { ServiceRules } from "./service_rules.ts";

export type Conduct = "lenient" | "strict" | "by the rules";

export type RulesOf = (
  exchange: Pick<RecordedExchange, "operation" | "sopClassUid">,
) => ServiceRules | undefined;

/** Found once a library. */
export function recordedConduct(
  library: Library,
  { exchange, rulesOf }: { readonly exchange: RecordedExchange; readonly rulesOf: RulesOf },
): Conduct {
  let known = KNOWN.get(library);
  if (known === undefined) {
    known = judged(library, rulesOf);
    KNOWN.set(library, known);
  }
  return known.get(exchange.request) ?? "by the rules";
}

type Conducts = ReadonlyMap<RecordedMessage, Conduct>;

const KNOWN = new WeakMap<Library, Conducts>();

function judged(library: Library, rulesOf: RulesOf): Conducts {
  const found = new Map<RecordedMessage, Conduct>();
  const world = new LiveInstances();
  for (const association of library.associations) {
    const own = new LiveInstances();
    for (const exchange of exchangesOf(association)) {
      const rules = rulesOf(exchange);
      if (rules === undefined) continue;
      const instances = rules.lives === "server" ? world : own;
      const conduct = conductOf(exchange, { rules, instances });
      if (conduct !== "by the rules") found.set(exchange.request, conduct);
    }
  }
  return found;
}

function conductOf(
  exchange: RecordedExchange,
  { rules, instances }: { readonly rules: ServiceRules; readonly instances: LiveInstances },
): Conduct {
  const { operation, sopClassUid, sopInstanceUid, request, responses } = exchange;
  const [response] = responses;
  const status = numberValue(response?.values ?? {}, "Status");
  if (response === undefined || status === undefined) return "by the rules";
  const asked = {
    request: { operation, sopClassUid, sopInstanceUid, values: request.values },
    dataSet: readAnswer(request.dataSet) ?? NOTHING,
    instances,
    known: sopInstanceUid === undefined ? undefined : instances.get(sopInstanceUid),
  };
  const isForbidden = rules.judge(asked) !== undefined;
  if (statusClass(status) === "failure") return isForbidden ? "strict" : "by the rules";
  const uid = sopInstanceUid ?? textValue(response.values, "AffectedSOPInstanceUID");
  if (uid !== undefined) {
    rules.remember({ ...asked, uid, status, answer: readAnswer(response.dataSet) });
  }
  return isForbidden ? "lenient" : "by the rules";
}
