/**
 * Rules on user information: PS3.8 D.1, PS3.7 D.3.3. The acceptor answers, it never begins a
 * negotiation of its own.
 */
import type { Role } from "../role.ts";
import { hex2, userIdentityTypeName } from "../ul/names.ts";
import type { UserInformationSubItem } from "../ul/pdu.ts";
import { uidOf } from "../ul/uid_text.ts";
import { checkUid, type Say } from "./associate_rules.ts";
import { quoted, type Report } from "./finding.ts";
import { type Negotiation, proposedContexts, subItems, syntaxes } from "./negotiation.ts";

/** Of both AEs; `negotiation` holds what this sender sent already. */
export function checkUserInformation(
  sender: Role,
  options: { negotiation: Negotiation; report: Report },
): void {
  const { negotiation, report } = options;
  const say = (...[id, text, section]: Say) => report(id, text, { sender, section });
  const pdu = sender === "requestor" ? negotiation.rq : negotiation.ac;
  if (pdu?.items.every((item) => item.item !== "user information")) return;
  const items = subItems(pdu);
  if (items.length === 0) {
    say("user-information", "User information without sub-items; at least 51H and 52H are needed");
    return;
  }
  checkSingles(items, say);
  for (const item of items) checkSubItem(item, { sender, say });
  if (sender === "requestor") checkRequest(negotiation, say);
  else checkAnswer(negotiation, say);
}

const SINGLES: readonly UserInformationSubItem["item"][] = [
  "maximum length",
  "implementation class UID",
  "asynchronous operations window",
  "implementation version name",
  "user identity RQ",
  "user identity AC",
];

function checkSingles(items: readonly UserInformationSubItem[], say: (...say: Say) => void): void {
  for (const name of SINGLES) {
    const count = items.filter((item) => item.item === name).length;
    if (count > 1) say("user-information-duplicate", `${count} ${name} sub-items; one is allowed`);
  }
  if (!items.some((item) => item.item === "maximum length")) {
    say("maximum-length-missing", "No maximum length sub-item 51H");
  }
  if (!items.some((item) => item.item === "implementation class UID")) {
    say("implementation-class-uid-missing", "No implementation class UID sub-item 52H");
  }
  const unknown = items.filter((item) => item.item === "other" && !isKnown(item.itemType));
  const [first] = unknown;
  if (first?.item === "other") {
    say(
      "item-unknown",
      `${unknown.length} sub-items of unknown type, first ${hex2(first.itemType)}; receivers ignore them`,
      "PS3.8 D.2",
    );
  }
}

function isKnown(itemType: number): boolean {
  return itemType >= 0x51 && itemType <= 0x59;
}

function checkSubItem(
  item: UserInformationSubItem,
  options: { sender: Role; say: (...say: Say) => void },
): void {
  const { sender, say } = options;
  switch (item.item) {
    case "maximum length":
      // A P-DATA-TF holds at least one PDV head of 6 octets and a fragment of 2
      if (item.maximumLength > 0 && item.maximumLength < 8) {
        say(
          "maximum-length-too-small",
          `Maximum length ${item.maximumLength} leaves no room for data`,
        );
      }
      return;
    case "implementation class UID":
      checkUid(item.uid, { name: "Implementation class UID", say });
      return;
    case "implementation version name":
      if (item.name.length < 1 || item.name.length > 16 || /[^\x20-\x7e]/.test(item.name)) {
        say(
          "implementation-version-name",
          `Implementation version name ${quoted(item.name)}: 1 to 16 characters of ISO 646 are allowed`,
        );
      }
      return;
    case "SCP/SCU role selection":
      checkUid(item.sopClassUid, { name: "Role selection 54H: SOP class", say });
      if (item.scuRole > 1 || item.scpRole > 1) {
        say(
          "role-value",
          `Roles ${item.scuRole}, ${item.scpRole} of ${quoted(item.sopClassUid)}: only 0 and 1 are allowed`,
        );
      }
      return;
    case "user identity RQ":
      if (sender === "acceptor") {
        say("user-identity-unasked", "User identity 58H in an A-ASSOCIATE-AC; the answer is 59H");
      }
      if (item.userIdentityType < 1 || item.userIdentityType > 5) {
        const name = userIdentityTypeName(item.userIdentityType);
        say("user-identity-type", `User-Identity-Type ${item.userIdentityType}: ${name}`);
      } else if (item.userIdentityType !== 2 && item.secondaryField.length > 0) {
        say(
          "user-identity-secondary",
          `A secondary field of ${item.secondaryField.length} bytes with User-Identity-Type ${item.userIdentityType}`,
        );
      }
      return;
    case "SOP class common extended negotiation":
      checkUid(item.sopClassUid, { name: "Common extended negotiation 57H: SOP class", say });
      if (sender === "acceptor") {
        say(
          "common-extended-negotiation-in-ac",
          `Common extended negotiation 57H of ${quoted(item.sopClassUid)} in an A-ASSOCIATE-AC`,
        );
      }
      return;
    case "user identity AC":
      if (sender === "requestor") {
        say("user-identity-unasked", "User identity 59H in an A-ASSOCIATE-RQ");
      }
      return;
    case "SOP class extended negotiation":
      checkUid(item.sopClassUid, { name: "Extended negotiation 56H: SOP class", say });
      return;
    case "asynchronous operations window":
    case "other":
      return;
    default:
      item satisfies never;
  }
}

function checkRequest(negotiation: Negotiation, say: (...say: Say) => void): void {
  const { rq } = negotiation;
  if (rq === undefined) return;
  const proposed = new Set(
    proposedContexts(rq).flatMap((context) => syntaxes(context, "abstract syntax")),
  );
  for (const role of negotiation.all("requestor", "SCP/SCU role selection")) {
    if (!proposed.has(uidOf(role.sopClassUid))) {
      say("role-not-proposed", `Roles for ${quoted(role.sopClassUid)}, which no context proposes`);
    }
  }
}

function checkAnswer(negotiation: Negotiation, say: (...say: Say) => void): void {
  if (negotiation.rq === undefined) return;
  checkWindow(negotiation, say);
  const asked = new Map(
    negotiation
      .all("requestor", "SCP/SCU role selection")
      .map((role) => [uidOf(role.sopClassUid), role]),
  );
  for (const role of negotiation.all("acceptor", "SCP/SCU role selection")) {
    const uid = uidOf(role.sopClassUid);
    const proposal = asked.get(uid);
    if (proposal === undefined) {
      say("role-unasked", `Roles for ${quoted(uid)} are accepted and were not proposed`);
    } else if (role.scuRole > proposal.scuRole || role.scpRole > proposal.scpRole) {
      say(
        "role-unasked",
        `Roles ${role.scuRole}, ${role.scpRole} of ${quoted(uid)} are accepted, ${proposal.scuRole}, ${proposal.scpRole} were proposed`,
      );
    }
  }
  const extended = new Set(
    negotiation
      .all("requestor", "SOP class extended negotiation")
      .map((item) => uidOf(item.sopClassUid)),
  );
  for (const item of negotiation.all("acceptor", "SOP class extended negotiation")) {
    if (!extended.has(uidOf(item.sopClassUid))) {
      say(
        "extended-negotiation-unasked",
        `Extended negotiation 56H of ${quoted(item.sopClassUid)} was not proposed`,
      );
    }
  }
  const identity = negotiation.first("requestor", "user identity RQ");
  const response = negotiation.first("acceptor", "user identity AC");
  if (response === undefined) return;
  if (identity?.positiveResponseRequested !== 1) {
    say("user-identity-unasked", "User identity 59H, and no positive response was requested");
  } else if (identity.userIdentityType <= 2 && response.serverResponse.length > 0) {
    const { length } = response.serverResponse;
    say(
      "user-identity-response",
      `User identity 59H of ${length} bytes; to User-Identity-Type ${identity.userIdentityType} it is empty`,
    );
  }
}

/** 0 stands for no limit: the largest of all (PS3.7 D.3.3.3). */
function checkWindow(negotiation: Negotiation, say: (...say: Say) => void): void {
  const proposed = negotiation.first("requestor", "asynchronous operations window");
  const answer = negotiation.first("acceptor", "asynchronous operations window");
  if (answer === undefined) return;
  if (proposed === undefined) {
    say("async-window-unasked", "Asynchronous operations window 53H was not proposed");
    return;
  }
  const invoked = answer.maximumNumberOperationsInvoked;
  const performed = answer.maximumNumberOperationsPerformed;
  if (
    isMore(invoked, proposed.maximumNumberOperationsInvoked) ||
    isMore(performed, proposed.maximumNumberOperationsPerformed)
  ) {
    say(
      "async-window-raised",
      `Asynchronous operations window ${invoked}, ${performed} is larger than the proposed ` +
        `${proposed.maximumNumberOperationsInvoked}, ${proposed.maximumNumberOperationsPerformed}`,
    );
  }
}

function isMore(answer: number, proposed: number): boolean {
  return proposed !== 0 && (answer === 0 || answer > proposed);
}
