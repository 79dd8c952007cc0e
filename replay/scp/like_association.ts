/**
 * Which recorded association a live A-ASSOCIATE-RQ is like: by called AE title, then calling AE title,
 * then what is proposed. Equal ones are taken in the order of the recording (Library.next).
 *
 * Rule: one that was not accepted is a scenario of its own ("the PACS rejects at 08:00"): it is played
 * where both AE titles are as recorded, or where the captures have nothing else.
 */
import { proposedContexts } from "../../src/ul/associate_view.ts";
import type { AAssociateRq } from "../../src/ul/pdu.ts";
import type { RecordedAssociation } from "../recorded.ts";
import type { Library } from "./library.ts";

/** Different requests whose likes are remembered; what strangers propose must not fill memory. */
const MAX_REMEMBERED = 1_000;

export class AssociationMatcher {
  readonly #library: Library;
  readonly #groups: readonly Group[];
  readonly #remembered = new Map<string, readonly RecordedAssociation[]>();

  constructor(library: Library) {
    this.#library = library;
    this.#groups = grouped(library.associations.filter(isPlayable));
  }

  /** The next one that the request is like, and moves on; undefined where there is none. */
  next(request: AAssociateRq): RecordedAssociation | undefined {
    const proposal = proposalOf(request);
    const key = keyOf(proposal);
    let likes = this.#remembered.get(key);
    if (likes === undefined) {
      likes = this.#likes(proposal);
      if (this.#remembered.size < MAX_REMEMBERED) this.#remembered.set(key, likes);
    }
    return this.#library.next(likes);
  }

  #likes(live: Proposal): readonly RecordedAssociation[] {
    let best: readonly number[] = [];
    let groups: readonly Group[] = [];
    for (const group of this.#groups) {
      const score = likeness(live, group, { alone: !this.#groups.some((one) => one.accepted) });
      const order = score === undefined ? -1 : compared(score, best);
      if (score === undefined || order < 0) continue;
      groups = order === 0 ? [...groups, group] : [group];
      best = score;
    }
    if (groups.length < 2) return groups[0]?.associations ?? [];
    const all = new Set(groups.flatMap(({ associations }) => associations));
    return this.#library.associations.filter((association) => all.has(association));
  }
}

interface Proposal {
  readonly called: string;
  readonly calling: string;
  /** Sorted. */
  readonly abstractSyntaxes: readonly string[];
  /** The same with the transfer syntaxes. */
  readonly contexts: readonly string[];
}

/** Recorded associations with the same proposal. */
interface Group extends Proposal {
  /** At least one was. */
  readonly accepted: boolean;
  readonly associations: readonly RecordedAssociation[];
}

function grouped(associations: readonly RecordedAssociation[]): readonly Group[] {
  const groups = new Map<string, { proposal: Proposal; members: RecordedAssociation[] }>();
  for (const association of associations) {
    if (association.request === undefined) continue;
    const proposal = proposalOf(association.request);
    const key = keyOf(proposal);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { proposal, members: [association] });
    else group.members.push(association);
  }
  return Array.from(groups.values(), ({ proposal, members }) => ({
    ...proposal,
    associations: members,
    accepted: members.some(({ answer }) => answer?.type === "A-ASSOCIATE-AC"),
  }));
}

/** Something that can be done again: an acceptance, a rejection, or an end by the acceptor. */
function isPlayable({ request, answer, end }: RecordedAssociation): boolean {
  return request !== undefined && (answer !== undefined || end.by === "acceptor");
}

/** The higher the more alike, first number first; undefined where it is not alike at all. */
function likeness(
  live: Proposal,
  group: Group,
  { alone }: { readonly alone: boolean },
): readonly number[] | undefined {
  const called = live.called === group.called;
  const calling = live.calling === group.calling;
  if (!group.accepted && !(called && calling) && !alone) return undefined;
  const recorded = new Set(group.abstractSyntaxes);
  const covered = live.abstractSyntaxes.filter((uid) => recorded.has(uid)).length;
  if (covered === 0) return undefined;
  return [
    covered === live.abstractSyntaxes.length,
    called,
    calling,
    covered,
    live.abstractSyntaxes.join() === group.abstractSyntaxes.join(),
    live.contexts.join() === group.contexts.join(),
  ].map(Number);
}

function compared(one: readonly number[], other: readonly number[]): number {
  for (const [at, value] of one.entries()) {
    const difference = value - (other[at] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function proposalOf(request: AAssociateRq): Proposal {
  const contexts = proposedContexts(request);
  return {
    called: request.calledAeTitle,
    calling: request.callingAeTitle,
    abstractSyntaxes: [
      ...new Set(contexts.map(({ abstractSyntax = "" }) => abstractSyntax)),
    ].sort(),
    contexts: contexts
      .map(
        ({ abstractSyntax = "", transferSyntaxes }) =>
          `${abstractSyntax} ${transferSyntaxes.join(" ")}`,
      )
      .sort(),
  };
}

function keyOf({ called, calling, contexts }: Proposal): string {
  return JSON.stringify([called, calling, contexts]);
}
