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
    const proposal = proposalFor(instance);
    const key = `${proposal.abstractSyntax} ${proposal.transferSyntaxes[0]}`;
    if (!proposals.has(key) && proposals.size >= MAX_CONTEXTS) {
      yield { proposals: [...proposals.values()], instances: own };
      proposals = new Map();
      own = [];
    }
    proposals.set(key, proposal);
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

/** The recorded transfer syntax first; where it is an uncompressed one, the others behind it. */
function proposalFor({ sopClassUid, dataSet }: RecordedInstance): ContextProposal {
  const recorded = dataSet.transferSyntax;
  const syntax = transferSyntax(recorded);
  const others = syntax === undefined || syntax.encapsulated ? [] : PLAIN;
  return {
    abstractSyntax: sopClassUid,
    transferSyntaxes: [recorded, ...others.filter((uid) => uid !== recorded)],
  };
}
