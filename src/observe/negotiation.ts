/**
 * What the A-ASSOCIATE-RQ proposed and what the A-ASSOCIATE-AC made of it (PS3.8 7.1.1, 9.3.2,
 * 9.3.3; PS3.7 D.3.3), as later PDUs are to be read.
 *
 * Rule: of two items that there may be only one of, the first counts. UIDs stand without padding.
 */
import type { Role } from "../role.ts";
import type {
  AAssociateAc,
  AAssociateRq,
  PresentationContextAcItem,
  PresentationContextRqItem,
  SyntaxItem,
  UserInformationSubItem,
} from "../ul/pdu.ts";
import { uidOf } from "../ul/uid_text.ts";

export interface NegotiatedContext {
  readonly id: number;
  /** undefined: answered but never proposed. */
  readonly abstractSyntax: string | undefined;
  readonly transferSyntaxes: readonly string[];
  /** 0 accepted, PS3.8 Table 9-18; undefined: not answered. */
  readonly result: number | undefined;
  /** Where the result is 0. */
  readonly acceptedTransferSyntax: string | undefined;
}

type SubItem<Name extends UserInformationSubItem["item"]> = Extract<
  UserInformationSubItem,
  { item: Name }
>;

export class Negotiation {
  #rq: AAssociateRq | undefined;
  #ac: AAssociateAc | undefined;
  readonly #contexts = new Map<number, NegotiatedContext>();

  get rq(): AAssociateRq | undefined {
    return this.#rq;
  }

  get ac(): AAssociateAc | undefined {
    return this.#ac;
  }

  /** In the order of the request; what was answered without being proposed comes last. */
  get contexts(): ReadonlyMap<number, NegotiatedContext> {
    return this.#contexts;
  }

  /** The first A-ASSOCIATE-RQ counts. */
  proposed(rq: AAssociateRq): void {
    if (this.#rq !== undefined) return;
    this.#rq = rq;
    for (const item of proposedContexts(rq)) {
      if (this.#contexts.has(item.id)) continue;
      this.#contexts.set(item.id, {
        id: item.id,
        abstractSyntax: syntaxes(item, "abstract syntax")[0],
        transferSyntaxes: syntaxes(item, "transfer syntax"),
        result: undefined,
        acceptedTransferSyntax: undefined,
      });
    }
  }

  /** The first A-ASSOCIATE-AC counts. */
  answered(ac: AAssociateAc): void {
    if (this.#ac !== undefined) return;
    this.#ac = ac;
    for (const item of answeredContexts(ac)) {
      const context = this.#contexts.get(item.id);
      if (context?.result !== undefined) continue;
      this.#contexts.set(item.id, {
        id: item.id,
        abstractSyntax: context?.abstractSyntax,
        transferSyntaxes: context?.transferSyntaxes ?? [],
        result: item.result,
        acceptedTransferSyntax:
          item.result === 0 ? syntaxes(item, "transfer syntax")[0] : undefined,
      });
    }
  }

  /** What this AE is ready to receive, octets of a P-DATA-TF; undefined where it did not say. */
  maximumLength(receiver: Role): number | undefined {
    return this.first(receiver, "maximum length")?.maximumLength;
  }

  /** The first sub-item of a kind that this AE sent. */
  first<Name extends UserInformationSubItem["item"]>(
    sender: Role,
    name: Name,
  ): SubItem<Name> | undefined {
    return this.all(sender, name)[0];
  }

  all<Name extends UserInformationSubItem["item"]>(sender: Role, name: Name): SubItem<Name>[] {
    const pdu = sender === "requestor" ? this.#rq : this.#ac;
    return subItems(pdu).filter((item): item is SubItem<Name> => item.item === name);
  }
}

export function proposedContexts(rq: AAssociateRq): PresentationContextRqItem[] {
  return rq.items.filter((item) => item.item === "presentation context RQ");
}

export function answeredContexts(ac: AAssociateAc): PresentationContextAcItem[] {
  return ac.items.filter((item) => item.item === "presentation context AC");
}

/** Of the first user information item. */
export function subItems(
  pdu: AAssociateRq | AAssociateAc | undefined,
): readonly UserInformationSubItem[] {
  const found = pdu?.items.find((item) => item.item === "user information");
  return found?.item === "user information" ? found.items : [];
}

export function syntaxes(
  context: PresentationContextRqItem | PresentationContextAcItem,
  name: SyntaxItem["item"],
): string[] {
  return context.items.flatMap((item) => (item.item === name ? [uidOf(item.uid)] : []));
}
