/**
 * Rules on presentation contexts: proposed (PS3.8 9.3.2.2), answered (9.3.3.2), and both together
 * (7.1.1.13, 7.1.1.14; the answers may come in any order).
 */
import { uidEntry, uidName } from "../dictionary/uids.ts";
import { contextResultName } from "../ul/names.ts";
import type {
  AAssociateAc,
  AAssociateRq,
  PresentationContextAcItem,
  PresentationContextRqItem,
  SyntaxItem,
} from "../ul/pdu.ts";
import { checkUid, type Say } from "./associate_rules.ts";
import { quoted, type Report } from "./finding.ts";
import { answeredContexts, type Negotiation, proposedContexts, syntaxes } from "./negotiation.ts";

export function checkProposedContexts(rq: AAssociateRq, report: Report): void {
  const say = (...[id, text, section]: Say) => report(id, text, { sender: "requestor", section });
  const contexts = proposedContexts(rq);
  if (contexts.length === 0) say("context-none", "No presentation context is proposed");
  const seen = new Set<number>();
  for (const context of contexts) {
    const name = `Presentation context ${context.id}`;
    if (context.id % 2 === 0) say("context-id-even", `${name}: ids shall be odd, 1 to 255`);
    if (seen.has(context.id)) say("context-id-duplicate", `${name} is proposed more than once`);
    seen.add(context.id);
    checkSyntaxes(context, say);
    const abstract = syntaxes(context, "abstract syntax").length;
    if (abstract !== 1) {
      say("context-abstract-syntax", `${name} has ${abstract} abstract syntaxes, not one`);
    }
    if (syntaxes(context, "transfer syntax").length === 0) {
      say("context-transfer-syntax", `${name} proposes no transfer syntax`);
    }
  }
}

/** `negotiation` holds the request already; undefined contexts were never proposed. */
export function checkAnsweredContexts(ac: AAssociateAc, options: ContextRuleOptions): void {
  const { negotiation, report } = options;
  const say = (...[id, text, section]: Say) => report(id, text, { sender: "acceptor", section });
  const contexts = answeredContexts(ac);
  const proposed = new Map(
    (negotiation.rq === undefined ? [] : proposedContexts(negotiation.rq)).map((context) => [
      context.id,
      syntaxes(context, "transfer syntax"),
    ]),
  );
  const seen = new Set<number>();
  for (const context of contexts) {
    const name = `Presentation context ${context.id}`;
    if (seen.has(context.id)) say("context-id-duplicate", `${name} is answered more than once`);
    seen.add(context.id);
    const transferSyntaxes = proposed.get(context.id);
    if (negotiation.rq !== undefined && transferSyntaxes === undefined) {
      say("context-not-proposed", `${name} is answered and was not proposed`);
    }
    if (context.result > 4) {
      say("context-result", `${name}: Result ${context.result} is ${contextResultName(255)}`);
    }
    if (context.result === 0) checkAccepted(context, { transferSyntaxes, say });
  }
  checkRetired(negotiation, say);
  checkRealTime(negotiation, say);
  for (const id of proposed.keys()) {
    if (!seen.has(id)) say("context-unanswered", `Presentation context ${id} is not answered`);
  }
  if (contexts.length > 0 && contexts.every((context) => context.result !== 0)) {
    say(
      "context-none-accepted",
      "The association is accepted, and none of its presentation contexts",
    );
  }
}

export interface ContextRuleOptions {
  readonly negotiation: Negotiation;
  readonly report: Report;
}

function checkAccepted(
  context: PresentationContextAcItem,
  options: { transferSyntaxes: readonly string[] | undefined; say: (...say: Say) => void },
): void {
  const { transferSyntaxes, say } = options;
  const name = `Presentation context ${context.id}`;
  checkSyntaxes(context, say);
  const accepted = syntaxes(context, "transfer syntax");
  if (accepted.length !== 1) {
    say(
      "context-accepted-transfer-syntax",
      `${name} is accepted with ${accepted.length} transfer syntaxes, not one`,
    );
  }
  const [first] = accepted;
  if (first !== undefined && transferSyntaxes !== undefined && !transferSyntaxes.includes(first)) {
    say(
      "context-accepted-transfer-syntax",
      `${name} is accepted with ${quoted(first)}, which was not proposed`,
    );
  }
}

function checkSyntaxes(
  context: PresentationContextRqItem | PresentationContextAcItem,
  say: (...say: Say) => void,
): void {
  const items = context.items.filter((item): item is SyntaxItem => item.item !== "other");
  for (const item of items) {
    const name = `Presentation context ${context.id}: ${item.item}`;
    checkUid(item.uid, { name, say });
  }
}

/** Those in use only: AEs propose what is retired to everybody, for the sake of old ones. */
function checkRetired(negotiation: Negotiation, say: (...say: Say) => void): void {
  const retired = new Set<string>();
  for (const { result, abstractSyntax, acceptedTransferSyntax } of negotiation.contexts.values()) {
    if (result !== 0) continue;
    for (const uid of [abstractSyntax, acceptedTransferSyntax]) {
      if (uid !== undefined && uidEntry(uid)?.retired) retired.add(uid);
    }
  }
  if (retired.size > MAX_RETIRED_TOLD) {
    // an AE that takes everything: a line each would hide what matters
    const names = [...retired].slice(0, MAX_RETIRED_TOLD).map(uidName).join(", ");
    const more = retired.size - MAX_RETIRED_TOLD;
    say(
      "retired-syntax",
      `${retired.size} accepted syntaxes are retired: ${names} and ${more} more`,
    );
    return;
  }
  for (const uid of retired)
    say("retired-syntax", `${uidName(uid)} ${uid} is accepted, and retired`);
}

const MAX_RETIRED_TOLD = 3;

/** SMPTE ST 2110: streams of DICOM-RTV (PS3.22), no encoding of a data set. */
function checkRealTime(negotiation: Negotiation, say: (...say: Say) => void): void {
  for (const { id, acceptedTransferSyntax: uid } of negotiation.contexts.values()) {
    if (uid === undefined || uidEntry(uid) === undefined) continue;
    if (!uid.startsWith("1.2.840.10008.1.2.7.")) continue;
    say(
      "syntax-real-time",
      `Presentation context ${id}: ${uidName(uid)} is accepted; it is for real-time video, not for associations`,
    );
  }
}
