/** How a recorded association ended, and who began it: PDUs speak before the transport. */
import type { Outcome } from "../../src/observe/summary.ts";
import type { Role } from "../../src/role.ts";
import type { RecordedEnd } from "../recorded.ts";
import type { AssociationCollector } from "./association_collector.ts";

export function recordedEnd(outcome: Outcome, collected: AssociationCollector): RecordedEnd {
  const { abort, answer, release, lastAt } = collected;
  switch (outcome) {
    case "released":
      return { how: "released", by: release?.by, at: release?.at ?? lastAt };
    case "aborted": {
      const { source, reason } = abort?.pdu ?? {};
      const why = source === undefined || reason === undefined ? {} : { source, reason };
      return { how: "aborted", by: abort?.by, ...why, at: abort?.at ?? lastAt };
    }
    case "rejected":
      return { how: "rejected", by: "acceptor", at: answer?.at ?? lastAt };
    case "open":
      return { how: "open", by: undefined, at: lastAt };
    case "closed":
    case "reset":
    case "refused":
    case "timeout":
    case "opaque":
      return transportEnd(collected);
    default:
      return outcome satisfies never;
  }
}

function transportEnd({ ended, closed, lastAt }: AssociationCollector): RecordedEnd {
  if (ended === undefined && closed === undefined) {
    return { how: "open", by: undefined, at: lastAt };
  }
  const by = ended?.by ?? roleNamed(closed?.by);
  const word = closed?.how ?? ended?.how;
  const how = word === "fin" || word === "closed" ? "closed" : "reset";
  return { how, by, at: ended?.at ?? closed?.at ?? lastAt };
}

/** A close may be the proxy's doing, which is nobody's here. */
function roleNamed(by: string | undefined): Role | undefined {
  return by === "requestor" || by === "acceptor" ? by : undefined;
}
