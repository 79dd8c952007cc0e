/**
 * Which associations of two captures belong together: by the link that a replay writes down where one
 * is the recording of the other's replay; else in their order, between the same AEs with the same
 * contexts, then between the same AEs, then with the same contexts.
 *
 * Rule: nothing of an association is held but the few facts that decide.
 */
import type { RecordedAssociation } from "../recorded.ts";

/** By the place among the associations of its side. */
export interface AssociationPair {
  readonly a: number;
  readonly b: number;
}

export interface PairedAssociations {
  /** In the order of A; one of A may have several where it was replayed several times. */
  readonly pairs: readonly AssociationPair[];
  readonly onlyInA: readonly number[];
  readonly onlyInB: readonly number[];
}

export interface AssociationFacts {
  readonly id: string;
  /** `id` of the one that was played. */
  readonly playOf: string | undefined;
  readonly titles: string;
  readonly contexts: string;
}

export function associationFacts(
  association: RecordedAssociation,
  { isReplay }: { readonly isReplay: boolean },
): AssociationFacts {
  const { summary, captureId, id } = association;
  const link = isReplay ? association.replayOf : undefined;
  const syntaxes = summary.contexts.map(({ abstract_syntax: syntax }) => syntax ?? "");
  return {
    id: idOf(captureId, id),
    playOf: link && idOf(link.captureId, link.association),
    titles: JSON.stringify([summary.calling_ae_title, summary.called_ae_title]),
    contexts: [...new Set(syntaxes)].sort().join(" "),
  };
}

export function pairAssociations(
  a: readonly AssociationFacts[],
  b: readonly AssociationFacts[],
): PairedAssociations {
  const pairs: AssociationPair[] = [...linked(a, b)];
  const [usedA, usedB] = [new Set(pairs.map((one) => one.a)), new Set(pairs.map((one) => one.b))];
  for (const key of KEYS) {
    const open = new Map<string, number[]>();
    for (const [at, facts] of b.entries()) {
      if (usedB.has(at)) continue;
      const others = open.get(key(facts));
      if (others === undefined) open.set(key(facts), [at]);
      else others.push(at);
    }
    for (const list of open.values()) list.reverse();
    for (const [at, facts] of a.entries()) {
      const other = usedA.has(at) ? undefined : open.get(key(facts))?.pop();
      if (other === undefined) continue;
      pairs.push({ a: at, b: other });
      usedA.add(at);
      usedB.add(other);
    }
  }
  const lone = (all: readonly unknown[], used: ReadonlySet<number>): readonly number[] =>
    all.map((_, at) => at).filter((at) => !used.has(at));
  pairs.sort((one, other) => one.a - other.a || one.b - other.b);
  return { pairs, onlyInA: lone(a, usedA), onlyInB: lone(b, usedB) };
}

function* linked(
  a: readonly AssociationFacts[],
  b: readonly AssociationFacts[],
): Generator<AssociationPair> {
  const places = (all: readonly AssociationFacts[]): ReadonlyMap<string, number> =>
    new Map(all.map(({ id }, at) => [id, at]));
  const [inA, inB] = [places(a), places(b)];
  for (const [at, { playOf }] of b.entries()) {
    const other = playOf === undefined ? undefined : inA.get(playOf);
    if (other !== undefined) yield { a: other, b: at };
  }
  for (const [at, { playOf }] of a.entries()) {
    const other = playOf === undefined ? undefined : inB.get(playOf);
    if (other !== undefined && b[other]?.playOf === undefined) yield { a: at, b: other };
  }
}

const KEYS: readonly ((facts: AssociationFacts) => string)[] = [
  ({ titles, contexts }) => `${titles} ${contexts}`,
  ({ titles }) => titles,
  ({ contexts }) => contexts,
];

function idOf(captureId: Uint8Array, association: number): string {
  return `${captureId.join(".")} ${association}`;
}
