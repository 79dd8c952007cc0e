/**
 * A finding: something that the standard says otherwise, or that a reader of the capture should
 * know, seen on one association.
 *
 * Severity: `error` = a "shall" of the standard is broken; `warning` = allowed or doubtful, and
 * known to cause trouble; `note` = worth knowing. Reserved octets are notes at most, because
 * receivers do not test them (PS3.8 9.3.1).
 *
 * Rule: every finding carries the section it stands on (S-14). Texts are bounded, and text from
 * the wire stands in them only through `quoted`.
 */
import type { Role } from "../role.ts";
import { RULES, type RuleId } from "./rule_catalogue.ts";

export type Severity = "error" | "warning" | "note";

export interface Finding {
  readonly id: RuleId;
  readonly severity: Severity;
  /** "PS3.8 9.3.2". */
  readonly section: string;
  readonly text: string;
  /** Who did it. */
  readonly sender: Role;
  /** Octet of the sender's stream. */
  readonly offset?: number;
  /** Microseconds. */
  readonly at?: number;
  /** Index of the message it is about. */
  readonly message?: number;
}

export interface FindingPlace {
  readonly sender: Role;
  readonly offset?: number | undefined;
  readonly at?: number | undefined;
  readonly message?: number | undefined;
  /** Where a row of the catalogue stands for several sections. */
  readonly section?: string | undefined;
}

/** What rules give: the observer adds time, and offset where the rule knows none. */
export type Report = (id: RuleId, text: string, place: FindingPlace) => void;

export function finding(id: RuleId, text: string, place: FindingPlace): Finding {
  const rule = RULES[id];
  return {
    id,
    severity: rule.severity,
    section: place.section ?? rule.section,
    text,
    sender: place.sender,
    ...(place.offset === undefined ? {} : { offset: place.offset }),
    ...(place.at === undefined ? {} : { at: place.at }),
    ...(place.message === undefined ? {} : { message: place.message }),
  };
}

/**
 * Findings of one association: the first 200 are kept, and at most 20 of one id, so that a flood
 * of one kind hides no other; the rest is counted.
 */
export class FindingList {
  readonly #kept: Finding[] = [];
  readonly #counts = new Map<RuleId, number>();
  #more = 0;

  /** Whether it was kept. */
  add(found: Finding): boolean {
    const count = (this.#counts.get(found.id) ?? 0) + 1;
    this.#counts.set(found.id, count);
    if (this.#kept.length >= MAX_KEPT || count > MAX_OF_ONE_ID) {
      this.#more++;
      return false;
    }
    this.#kept.push(found);
    return true;
  }

  get kept(): readonly Finding[] {
    return this.#kept;
  }

  /** Findings that were seen and not kept. */
  get more(): number {
    return this.#more;
  }

  /** How often each rule was broken, those not kept included. */
  get counts(): ReadonlyMap<RuleId, number> {
    return this.#counts;
  }
}

/** Text from the wire, bounded, without characters that could act on a terminal or forge a line. */
export function quoted(text: string): string {
  const short = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  return `"${short.replace(/[^\x20-\x7e…]/g, (char) => `\\x${hex(char.charCodeAt(0))}`)}"`;
}

const MAX_KEPT = 200;
const MAX_OF_ONE_ID = 20;
const MAX_QUOTED = 80;

function hex(code: number): string {
  return code.toString(16).padStart(2, "0");
}
