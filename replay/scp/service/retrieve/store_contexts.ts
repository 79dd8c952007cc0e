/**
 * On which presentation context a recorded instance can be stored, and which to propose for that.
 *
 * Rule: octets go out as they were recorded wherever the peer takes their transfer syntax; between
 * uncompressed ones they are written anew (PS3.5 10, A.1 to A.5). Compressed pixels are never touched.
 */
import { transferSyntax } from "../../../../src/dataset/transfer_syntax.ts";
import type { DataSetSource } from "../../../../src/io/association.ts";
import { PLAIN } from "../../../../src/service/open_association.ts";
import { canReEncode, reEncoded } from "../../../../src/service/re_encoder.ts";
import type { AgreedContext, ContextProposal } from "../../../../src/ul/negotiate.ts";
import type { RecordedInstance } from "../archive/recorded_instance.ts";

export interface StoreWay {
  readonly context: AgreedContext;
  octets(): DataSetSource;
}

/** Contexts an association has room for (PS3.8 9.3.2.2). */
const MAX_CONTEXTS = 128;

export interface Batch {
  readonly proposals: readonly ContextProposal[];
  readonly instances: readonly RecordedInstance[];
}

/** The instances in order, by associations that have room for the contexts that they need. */
export function* batches(instances: Iterable<RecordedInstance>): Generator<Batch> {
  let proposals = new Map<string, ContextProposal>();
  let own: RecordedInstance[] = [];
  for (const instance of instances) {
    const needed = proposalsFor(instance);
    const added = [...needed.keys()].filter((key) => !proposals.has(key));
    if (proposals.size + added.length > MAX_CONTEXTS) {
      yield { proposals: [...proposals.values()], instances: own };
      proposals = new Map();
      own = [];
    }
    for (const [key, proposal] of needed) proposals.set(key, proposal);
    own.push(instance);
  }
  if (own.length > 0) yield { proposals: [...proposals.values()], instances: own };
}

/** How to store it; undefined where no accepted context can carry it. */
export function storeWay(
  instance: RecordedInstance,
  contexts: readonly AgreedContext[],
): StoreWay | undefined {
  const { dataSet, sopClassUid } = instance;
  const own = contexts.filter(
    ({ result, abstractSyntax }) => result === 0 && abstractSyntax === sopClassUid,
  );
  const same = own.find((context) => context.transferSyntax === dataSet.transferSyntax);
  if (same !== undefined) return { context: same, octets: () => dataSet.octets() };
  const from = transferSyntax(dataSet.transferSyntax);
  if (from === undefined) return undefined;
  for (const context of own) {
    const to = transferSyntax(context.transferSyntax ?? "");
    if (to === undefined || !canReEncode(from, to)) continue;
    return { context, octets: () => reEncoded(dataSet.octets(), { from, to }) };
  }
  return undefined;
}

/**
 * One context for the recorded transfer syntax alone: among several an acceptor may choose another.
 * Where it is an uncompressed one, a second context for the usual ones.
 */
function proposalsFor({
  sopClassUid: abstractSyntax,
  dataSet,
}: RecordedInstance): ReadonlyMap<string, ContextProposal> {
  const recorded = dataSet.transferSyntax;
  const proposals = new Map<string, ContextProposal>();
  const propose = (transferSyntaxes: readonly string[]): void => {
    if (transferSyntaxes.length === 0) return;
    const key = [abstractSyntax, ...transferSyntaxes].join(" ");
    proposals.set(key, { abstractSyntax, transferSyntaxes });
  };
  propose([recorded]);
  const isPlain = transferSyntax(recorded)?.encapsulated === false;
  propose(isPlain ? PLAIN.filter((uid) => uid !== recorded) : []);
  return proposals;
}
