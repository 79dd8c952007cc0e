/**
 * What became of proposed presentation contexts in recordings, and from that the answer to a live one
 * (PS3.8 9.3.3.2).
 *
 * Rule: the same proposal has the recorded answer. Else a transfer syntax that was accepted for the
 * abstract syntax and is proposed now is accepted; one that was refused is refused again.
 */
import { type ProposedContext, proposedContexts } from "../../src/ul/associate_view.ts";
import type { RecordedAssociation } from "../recorded.ts";

export interface ContextAnswer {
  /** 0 acceptance, 1 to 4 refused (PS3.8 Table 9-18). */
  readonly result: number;
  /** Only where it was accepted. */
  readonly transferSyntax: string | undefined;
}

/** What was proposed for one abstract syntax, and what was answered. */
interface RecordedContext {
  readonly proposed: ProposedContext;
  /** Undefined where the answer left the context out. */
  readonly answer: ContextAnswer | undefined;
}

export class ContextAnswers {
  readonly #bySyntax = new Map<string, RecordedContext[]>();
  readonly #known = new Set<string>();

  constructor(associations: Iterable<RecordedAssociation>) {
    for (const association of associations) {
      if (association.request === undefined || association.contexts.length === 0) continue;
      const answers = new Map(association.contexts.map((context) => [context.id, context]));
      for (const proposed of proposedContexts(association.request)) {
        const { result, transferSyntax } = answers.get(proposed.id) ?? {};
        const answer = result === undefined ? undefined : { result, transferSyntax };
        this.#add({ proposed, answer });
      }
    }
  }

  /** Whether the abstract syntax was ever proposed. */
  has(abstractSyntax: string): boolean {
    return this.#bySyntax.has(abstractSyntax);
  }

  /**
   * As recorded; undefined where the recording does not tell; "left out" where the recorded answer
   * has no word on that context.
   */
  answerTo(live: ProposedContext): ContextAnswer | "left out" | undefined {
    const recorded = this.#bySyntax.get(live.abstractSyntax ?? "") ?? [];
    const same = recorded.filter(({ proposed }) => isSame(proposed, live));
    const one = same.find(({ proposed }) => proposed.id === live.id) ?? same[0];
    if (one !== undefined) return one.answer ?? "left out";
    for (const { answer } of recorded) {
      const { transferSyntax } = answer ?? {};
      if (transferSyntax !== undefined && live.transferSyntaxes.includes(transferSyntax)) {
        return answer;
      }
    }
    const refused = recorded.filter(({ answer }) => answer !== undefined && answer.result !== 0);
    const covering = refused.find(({ proposed }) =>
      live.transferSyntaxes.every((uid) => proposed.transferSyntaxes.includes(uid)),
    );
    return covering?.answer;
  }

  #add(context: RecordedContext): void {
    const { proposed, answer } = context;
    const { abstractSyntax = "", transferSyntaxes } = proposed;
    const key = JSON.stringify([abstractSyntax, transferSyntaxes, proposed.id, answer]);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    const others = this.#bySyntax.get(abstractSyntax);
    if (others === undefined) this.#bySyntax.set(abstractSyntax, [context]);
    else others.push(context);
  }
}

function isSame(one: ProposedContext, other: ProposedContext): boolean {
  const syntaxes = new Set(one.transferSyntaxes);
  return (
    syntaxes.size === new Set(other.transferSyntaxes).size &&
    other.transferSyntaxes.every((uid) => syntaxes.has(uid))
  );
}
