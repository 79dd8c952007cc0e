/**
 * One comparison under way: by which rules, and what was found to differ.
 *
 * Rule: bounded: of each exchange `MAX_DIFFERENCES` are told, the others are counted.
 * Rule: what says who a patient is stands as `***` in a difference, unless it is asked for.
 */
import type { Difference } from "../events.ts";
import { Aliases } from "../rewrite/aliases.ts";
import type { UidComparison } from "./compare_uids.ts";
import type { IgnoreRules } from "./ignore_rules.ts";

export interface ComparisonRules extends Omit<UidComparison, "aliases"> {
  readonly ignore: IgnoreRules;
  readonly showPhi: boolean;
}

export const MAX_DIFFERENCES = 200;
const MAX_TEXT = 200;

export class Comparing {
  readonly rules: ComparisonRules;
  readonly aliases: Aliases;
  readonly differences: Difference[] = [];
  readonly notes = new Set<string>();
  /** Differences beyond those that are kept. */
  more = 0;

  constructor(rules: ComparisonRules, aliases: Aliases) {
    this.rules = rules;
    this.aliases = aliases;
  }

  get uids(): UidComparison {
    return { ...this.rules, aliases: this.aliases };
  }

  /** A comparison that may be dropped: nothing it finds or learns counts until `keep`. */
  trial(rules: Partial<ComparisonRules> = {}): Comparing {
    return new Comparing({ ...this.rules, ...rules }, new Aliases(this.aliases));
  }

  keep(trial: Comparing): void {
    trial.aliases.commit();
    for (const { path, recorded, got } of trial.differences) this.differs(path, { recorded, got });
    for (const note of trial.notes) this.notes.add(note);
    this.more += trial.more;
  }

  get same(): boolean {
    return this.differences.length === 0;
  }

  /** null stands for "not there". */
  differs(
    path: string,
    { recorded, got, masked = false }: { recorded: unknown; got: unknown; masked?: boolean },
  ): void {
    if (this.differences.length >= MAX_DIFFERENCES) {
      this.more += 1;
      return;
    }
    const show = (value: unknown): unknown => (masked ? maskedValue(value) : shortened(value));
    this.differences.push({ path, recorded: show(recorded), got: show(got) });
  }
}

/** That there is a value stays to be seen. */
function maskedValue(value: unknown): unknown {
  return value === null || value === "" ? value : "***";
}

function shortened(value: unknown): unknown {
  return typeof value === "string" && value.length > MAX_TEXT
    ? `${value.slice(0, MAX_TEXT)}...`
    : value;
}
