/**
 * The filter that limits what is recorded (`dicomtap proxy ... FILTER`). It judges associations as
 * they run: records wait until the verdict is known.
 *
 * Rule: what may still match is kept. When the first message has begun, or `MAX_HELD` octets wait,
 * an association that is not refused by then is recorded.
 */
import type { CaptureRecord } from "../../src/capture/record.ts";
import type { Filter } from "../../src/filter/filter.ts";
import { matches } from "../../src/filter/match_filter.ts";
import { summaryFacts } from "../../src/inspect/association_facts.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";

/** Octets of one association that wait for the verdict. */
const MAX_HELD = 1_048_576;

type State = "kept" | "dropped" | Held;

interface Held {
  readonly records: Uint8Array[];
  size: number;
}

export class RecordFilter {
  readonly #filter: Filter;
  readonly #emit: (bytes: Uint8Array) => void;
  readonly #states = new Map<number, State>();

  constructor(filter: Filter, emit: (bytes: Uint8Array) => void) {
    this.#filter = filter;
    this.#emit = emit;
  }

  /**
   * `bytes`: the encoded record, a view. `summary`: of its association, after this record; asked
   * for only until the verdict is known.
   */
  consume(
    record: CaptureRecord,
    { bytes, summary }: { bytes: Uint8Array; summary: () => AssociationJson | undefined },
  ): void {
    if (!("association" in record)) {
      this.#emit(bytes);
      return;
    }
    const { association: id } = record;
    const over = record.kind === "close";
    const state = this.#states.get(id) ?? { records: [], size: 0 };
    if (state === "kept") this.#emit(bytes);
    if (typeof state === "object") {
      state.records.push(bytes.slice());
      state.size += bytes.length;
      this.#states.set(id, this.#judge(state, { summary: summary(), over }));
    }
    if (over) this.#states.delete(id);
  }

  #judge(
    held: Held,
    { summary, over }: { summary: AssociationJson | undefined; over: boolean },
  ): State {
    const late = summary === undefined || summary.messages > 0 || held.size > MAX_HELD;
    const verdict = summary && matches(this.#filter, summaryFacts(summary, { complete: over }));
    if (verdict === false) return "dropped";
    if (verdict === undefined && !late && !over) return held;
    for (const bytes of held.records) this.#emit(bytes);
    return "kept";
  }
}
