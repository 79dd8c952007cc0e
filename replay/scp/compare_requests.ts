/**
 * What came in a request's data set beside what the recorded one had: for the report alone, the answer
 * is the same whatever differs.
 *
 * Rule: a UID that the live side has in the place of a recorded one is no difference as long as it is
 * used alike in the data set: modalities make new ones. AE titles of the association are expected in
 * the place of recorded ones, and of a query keys without a value are no difference (PS3.4 C.2.2.1.3).
 */
import { BoundedMap } from "../../src/observe/service/bounded_map.ts";
import { compareMessages } from "../compare/compare_messages.ts";
import { recordedMessage } from "../compare/compared_message.ts";
import { Comparing } from "../compare/comparison.ts";
import type { ExchangeMessage } from "../compare/exchange_message.ts";
import { IgnoreRules } from "../compare/ignore_rules.ts";
import { CompareReader, type ReadForCompare } from "../compare/read_for_compare.ts";
import type { Difference } from "../events.ts";
import type { RecordedMessage } from "../recorded.ts";
import { Aliases } from "../rewrite/aliases.ts";
import { Rewriter } from "../rewrite/rewriter.ts";
import type { Answered, LiveRequest } from "./responder.ts";

/** "attributes": of values beyond 64 KiB, pixels above all, only the length. */
export type RequestComparison = "none" | "attributes" | "all";

export interface CompareRequestsOptions {
  /** "attributes" unless told. */
  readonly compare?: RequestComparison | undefined;
  /** As typed after `--ignore`, beside the defaults. */
  readonly ignore?: readonly string[] | undefined;
  readonly showPatient: boolean;
}

/** Recorded data sets that are kept read: where few are played over and over. */
const MAX_KEPT = 1024;
/** Octets that one of them may hold. */
const MAX_HELD = 65_536;

export class CompareRequests {
  readonly #compare: RequestComparison;
  readonly #ignore: IgnoreRules;
  readonly #showPhi: boolean;
  readonly #kept = new BoundedMap<RecordedMessage, ExchangeMessage>(MAX_KEPT);
  readonly #rewriters = new WeakMap<LiveRequest["association"], Rewriter>();

  constructor({ compare = "attributes", ignore = [], showPatient }: CompareRequestsOptions) {
    this.#compare = compare;
    this.#ignore = new IgnoreRules(ignore);
    this.#showPhi = showPatient;
  }

  /** For the data set of a C-STORE, which nobody holds; undefined where it is not looked at. */
  reader({ context }: Pick<LiveRequest, "context">): CompareReader | undefined {
    if (this.#compare === "none") return undefined;
    return new CompareReader(context.transferSyntax ?? "", { hashes: this.#compare === "all" });
  }

  /**
   * Empty where nothing differs, and where there is nothing to compare with. `stored`: of a C-STORE,
   * once it has come whole.
   */
  async differences(
    request: LiveRequest,
    { exchange, by }: Pick<Answered, "exchange" | "by">,
    stored?: ReadForCompare,
  ): Promise<readonly Difference[]> {
    if (this.#compare === "none" || exchange === undefined) return [];
    if (by === null || by === "archive" || by === "forward") return [];
    const { operation, values, context } = request;
    if (operation === "C-STORE" && stored === undefined) return [];
    if (!isWhole(exchange.request)) return [];
    const recorded = await this.#recorded(exchange.request);
    if (recorded.inPart === true) return [];
    const comparing = new Comparing(
      {
        rewriter: this.#rewriterOf(request.association),
        association: exchange.association,
        exactUids: false,
        ignore: this.#ignore,
        showPhi: this.#showPhi,
      },
      new Aliases(),
    );
    const read = stored ?? { dataSet: await request.identifier() };
    const live = { values, transferSyntax: context.transferSyntax, ...read };
    const emptyIsAbsent = operation === "C-FIND";
    compareMessages(recorded, live, { comparing, only: () => false, emptyIsAbsent });
    return comparing.differences;
  }

  async #recorded(message: RecordedMessage): Promise<ExchangeMessage> {
    const known = this.#kept.get(message);
    if (known !== undefined) return known;
    const read = await recordedMessage(message, { hashes: this.#compare === "all" });
    if ((read.held ?? 0) <= MAX_HELD) this.#kept.set(message, read);
    return read;
  }

  #rewriterOf(association: LiveRequest["association"]): Rewriter {
    const { callingAeTitle: calling, calledAeTitle: called } = association;
    const known = this.#rewriters.get(association) ?? new Rewriter({ ae: { calling, called } });
    this.#rewriters.set(association, known);
    return known;
  }
}

/** All that there was of its data set is in the capture; the rest is not read at all. */
function isWhole({ complete, dataSet }: RecordedMessage): boolean {
  return dataSet === undefined || (complete && dataSet.complete);
}
