/** Scripts that break one rule of association control each: PS3.8 9.3, PS3.7 D.3.3. */
import type { RuleId } from "../../src/observe/rule_catalogue.ts";
import type { UserInformationSubItem } from "../../src/ul/pdu.ts";
import {
  ac,
  answer,
  CT,
  EXPLICIT,
  IMPLICIT,
  proposal,
  RELEASE,
  rq,
  type Script,
  syntax,
  VERIFICATION,
} from "./scripted_association.ts";

export interface Violation {
  readonly rule: RuleId;
  readonly name: string;
  readonly script: Script;
  /** Rules that cannot but be broken with it. */
  readonly also?: readonly RuleId[];
}

const ONE = [proposal(1, VERIFICATION)];
const ONE_ANSWER = [answer(1)];
/** Standalone Overlay and its relatives. */
const RETIRED = [8, 9, 10, 11, 129].map((last) => `1.2.840.10008.5.1.4.1.1.${last}`);
const BASICS: readonly UserInformationSubItem[] = [
  { item: "maximum length", maximumLength: 16_384 },
  { item: "implementation class UID", uid: "2.25.77" },
];
const WINDOW = (invoked: number, performed: number): UserInformationSubItem => ({
  item: "asynchronous operations window",
  maximumNumberOperationsInvoked: invoked,
  maximumNumberOperationsPerformed: performed,
});
const ROLE = (sopClassUid: string, scuRole: number, scpRole: number): UserInformationSubItem => ({
  item: "SCP/SCU role selection",
  sopClassUid,
  scuRole,
  scpRole,
});
const IDENTITY = (
  userIdentityType: number,
  options: { positiveResponseRequested?: number; secondary?: number } = {},
): UserInformationSubItem => ({
  item: "user identity RQ",
  userIdentityType,
  positiveResponseRequested: options.positiveResponseRequested ?? 0,
  primaryField: new Uint8Array(4),
  secondaryField: new Uint8Array(options.secondary ?? 0),
});
const IDENTITY_AC = {
  item: "user identity AC",
  serverResponse: new Uint8Array(2),
} as const satisfies UserInformationSubItem;
const EXTENDED: UserInformationSubItem = {
  item: "SOP class extended negotiation",
  sopClassUid: CT,
  serviceClassApplicationInformation: new Uint8Array(3),
};

/** Nothing happens behind the negotiation. */
function negotiated(request: Script["rq"], accept: Script["ac"]): Script {
  return {
    ...(request === undefined ? {} : { rq: request }),
    ...(accept === undefined ? {} : { ac: accept }),
  };
}

/** S-06: rules on presentation contexts. */
export const CONTEXT_VIOLATIONS: readonly Violation[] = [
  {
    rule: "context-none",
    name: "no context",
    script: negotiated(rq({ contexts: [] }), ac({ contexts: [] })),
  },
  {
    rule: "context-id-even",
    name: "id 2",
    script: negotiated(rq({ contexts: [proposal(2, CT)] }), ac({ contexts: [answer(2)] })),
  },
  {
    rule: "context-id-even",
    name: "id 0",
    script: negotiated(rq({ contexts: [proposal(0, CT)] }), ac({ contexts: [answer(0)] })),
  },
  {
    rule: "context-id-duplicate",
    name: "id 1 proposed twice",
    script: negotiated(rq({ contexts: [...ONE, proposal(1, CT)] }), ac({ contexts: ONE_ANSWER })),
  },
  {
    rule: "context-id-duplicate",
    name: "id 1 answered twice",
    script: negotiated(rq({ contexts: ONE }), ac({ contexts: [...ONE_ANSWER, answer(1)] })),
  },
  {
    rule: "context-abstract-syntax",
    name: "none",
    script: negotiated(
      rq({ contexts: [{ ...proposal(1, CT), items: [syntax("transfer syntax", IMPLICIT)] }] }),
      ac({ contexts: ONE_ANSWER }),
    ),
  },
  {
    rule: "context-abstract-syntax",
    name: "two",
    script: negotiated(
      rq({
        contexts: [
          { ...proposal(1, CT), items: [syntax("abstract syntax", CT), ...proposal(1, CT).items] },
        ],
      }),
      ac({ contexts: ONE_ANSWER }),
    ),
  },
  {
    rule: "context-transfer-syntax",
    name: "none proposed",
    script: negotiated(
      rq({ contexts: [proposal(1, CT, [])] }),
      ac({ contexts: [answer(1, 4, [])] }),
    ),
    also: ["context-none-accepted"],
  },
  {
    rule: "context-not-proposed",
    name: "99 accepted",
    script: negotiated(rq({ contexts: ONE }), ac({ contexts: [...ONE_ANSWER, answer(99)] })),
  },
  {
    rule: "context-not-proposed",
    name: "99 refused",
    script: negotiated(rq({ contexts: ONE }), ac({ contexts: [...ONE_ANSWER, answer(99, 3)] })),
  },
  {
    rule: "context-unanswered",
    name: "one of two",
    script: negotiated(rq({ contexts: [...ONE, proposal(3, CT)] }), ac({ contexts: ONE_ANSWER })),
  },
  {
    rule: "context-unanswered",
    name: "the only one",
    script: negotiated(rq({ contexts: ONE }), ac({ contexts: [] })),
  },
  {
    rule: "context-result",
    name: "5",
    script: negotiated(
      rq({ contexts: [...ONE, proposal(3, CT)] }),
      ac({ contexts: [...ONE_ANSWER, answer(3, 5)] }),
    ),
  },
  {
    rule: "context-result",
    name: "255",
    script: negotiated(rq({ contexts: ONE }), ac({ contexts: [answer(1, 255)] })),
    also: ["context-none-accepted"],
  },
  {
    rule: "context-accepted-transfer-syntax",
    name: "not proposed",
    script: negotiated(rq({ contexts: ONE }), ac({ contexts: [answer(1, 0, [EXPLICIT])] })),
  },
  {
    rule: "context-accepted-transfer-syntax",
    name: "two",
    script: negotiated(
      rq({ contexts: [proposal(1, CT, [IMPLICIT, EXPLICIT])] }),
      ac({ contexts: [answer(1, 0, [IMPLICIT, EXPLICIT])] }),
    ),
  },
  {
    rule: "context-accepted-transfer-syntax",
    name: "none",
    script: negotiated(rq({ contexts: ONE }), ac({ contexts: [answer(1, 0, [])] })),
  },
  {
    rule: "context-none-accepted",
    name: "all refused",
    script: negotiated(rq({ contexts: ONE }), ac({ contexts: [answer(1, 3)] })),
  },
  {
    rule: "retired-syntax",
    name: "five SOP classes at once",
    script: negotiated(
      rq({ contexts: RETIRED.map((uid, at) => proposal(at * 2 + 1, uid)) }),
      ac({ contexts: RETIRED.map((_, at) => answer(at * 2 + 1)) }),
    ),
  },
  {
    rule: "retired-syntax",
    name: "Explicit VR Big Endian",
    script: negotiated(
      rq({ contexts: [proposal(1, CT, ["1.2.840.10008.1.2.2"])] }),
      ac({ contexts: [answer(1, 0, ["1.2.840.10008.1.2.2"])] }),
    ),
  },
  {
    rule: "uid-invalid",
    name: "abstract syntax of 65 characters",
    script: negotiated(
      rq({ contexts: [proposal(1, `1.${"2".repeat(63)}`)] }),
      ac({ contexts: ONE_ANSWER }),
    ),
  },
  {
    rule: "uid-invalid",
    name: "transfer syntax with a leading zero",
    script: negotiated(
      rq({ contexts: [proposal(1, CT, [IMPLICIT, "1.02.3"])] }),
      ac({ contexts: ONE_ANSWER }),
    ),
  },
  {
    rule: "uid-padded",
    name: "SOP class of a role selection",
    script: negotiated(rq({ more: [ROLE(`${CT}\0`, 1, 1)] }), ac()),
  },
  {
    rule: "uid-padded",
    name: "abstract syntax padded with NUL",
    script: negotiated(rq({ contexts: [proposal(1, `${CT}\0`)] }), ac({ contexts: ONE_ANSWER })),
  },
];

export const ASSOCIATE_VIOLATIONS: readonly Violation[] = [
  { rule: "protocol-version", name: "2", script: { rq: rq({ protocolVersion: 2 }) } },
  { rule: "protocol-version", name: "0 in AC", script: { ac: ac({ protocolVersion: 0 }) } },
  { rule: "ae-title-blank", name: "called", script: { rq: rq({ calledAeTitle: "" }) } },
  {
    rule: "ae-title-characters",
    name: "backslash",
    script: { rq: rq({ callingAeTitle: "A\\B" }) },
  },
  { rule: "ae-title-characters", name: "escape", script: { rq: rq({ callingAeTitle: "A\x1bB" }) } },
  {
    rule: "reserved-octets",
    name: "octets 43 to 74",
    script: { rq: rq({ reservedOctets43: new Uint8Array(32).fill(1) }) },
  },
  {
    rule: "application-context",
    name: "none",
    script: { rq: rq({ items: rq().items.slice(1) }) },
  },
  {
    rule: "application-context",
    name: "two",
    script: { rq: rq({ items: [...rq().items.slice(0, 1), ...rq().items] }) },
  },
  {
    rule: "application-context",
    name: "a private one",
    script: {
      rq: rq({ items: [{ item: "application context", name: "1.2.3" }, ...rq().items.slice(1)] }),
    },
  },
  {
    rule: "item-unknown",
    name: "77H",
    script: {
      rq: rq({
        items: [...rq().items, { item: "other", itemType: 0x77, bytes: new Uint8Array(2) }],
      }),
    },
  },
  {
    rule: "item-misplaced",
    name: "21H in a request",
    script: {
      rq: rq({ items: [...rq().items.slice(0, -1), answer(1), ...rq().items.slice(-1)] as never }),
    },
  },
  {
    rule: "item-order",
    name: "application context last",
    script: { rq: rq({ items: [...rq().items.slice(1), ...rq().items.slice(0, 1)] }) },
  },
  {
    rule: "user-information",
    name: "none",
    script: { rq: rq({ items: rq().items.slice(0, -1) }) },
  },
  { rule: "user-information", name: "empty", script: { ac: ac({ userInformation: [] }) } },
  {
    rule: "user-information-duplicate",
    name: "two maximum lengths",
    script: { rq: rq({ more: BASICS.slice(0, 1) }) },
  },
  {
    rule: "maximum-length-missing",
    name: "in AC",
    script: { ac: ac({ userInformation: BASICS.slice(1) }) },
  },
  {
    rule: "maximum-length-too-small",
    name: "7",
    script: {
      rq: rq({
        userInformation: [{ item: "maximum length", maximumLength: 7 }, ...BASICS.slice(1)],
      }),
    },
  },
  {
    rule: "implementation-class-uid-missing",
    name: "in RQ",
    script: { rq: rq({ userInformation: BASICS.slice(0, 1) }) },
  },
  {
    rule: "implementation-version-name",
    name: "17 characters",
    script: {
      rq: rq({
        userInformation: [
          ...BASICS,
          { item: "implementation version name", name: "SEVENTEEN_LETTERS" },
        ],
      }),
    },
  },
  {
    rule: "async-window-unasked",
    name: "in AC only",
    script: { ac: ac({ more: [WINDOW(1, 1)] }) },
  },
  {
    rule: "async-window-raised",
    name: "4 for 2",
    script: negotiated(rq({ more: [WINDOW(2, 2)] }), ac({ more: [WINDOW(4, 1)] })),
  },
  {
    rule: "async-window-raised",
    name: "no limit for 2",
    script: negotiated(rq({ more: [WINDOW(2, 2)] }), ac({ more: [WINDOW(1, 0)] })),
  },
  { rule: "role-unasked", name: "in AC only", script: { ac: ac({ more: [ROLE(CT, 1, 0)] }) } },
  {
    rule: "role-unasked",
    name: "more than proposed",
    script: negotiated(rq({ more: [ROLE(CT, 1, 0)] }), ac({ more: [ROLE(CT, 1, 1)] })),
  },
  {
    rule: "role-value",
    name: "2",
    script: negotiated(rq({ more: [ROLE(CT, 2, 1)] }), ac({ more: [ROLE(CT, 1, 1)] })),
  },
  {
    rule: "role-not-proposed",
    name: "no such context",
    script: { rq: rq({ more: [ROLE("1.2.3", 1, 1)] }) },
  },
  {
    rule: "extended-negotiation-unasked",
    name: "in AC only",
    script: { ac: ac({ more: [EXTENDED] }) },
  },
  {
    rule: "common-extended-negotiation-in-ac",
    name: "57H",
    script: {
      ac: ac({
        more: [
          {
            item: "SOP class common extended negotiation",
            version: 0,
            sopClassUid: CT,
            serviceClassUid: "1.2.840.10008.4.2",
            relatedGeneralSopClassUids: [],
          },
        ],
      }),
    },
  },
  { rule: "user-identity-type", name: "6", script: { rq: rq({ more: [IDENTITY(6)] }) } },
  {
    rule: "user-identity-secondary",
    name: "with type 1",
    script: { rq: rq({ more: [IDENTITY(1, { secondary: 3 })] }) },
  },
  {
    rule: "user-identity-unasked",
    name: "no identity",
    script: { ac: ac({ more: [IDENTITY_AC] }) },
  },
  {
    rule: "user-identity-unasked",
    name: "no response requested",
    script: negotiated(rq({ more: [IDENTITY(1)] }), ac({ more: [IDENTITY_AC] })),
  },
  {
    rule: "user-identity-response",
    name: "of 2 bytes to a passcode",
    script: negotiated(
      rq({ more: [IDENTITY(2, { positiveResponseRequested: 1, secondary: 4 })] }),
      ac({ more: [IDENTITY_AC] }),
    ),
  },
  { rule: "user-identity-unasked", name: "59H in RQ", script: { rq: rq({ more: [IDENTITY_AC] }) } },
  {
    rule: "reject-code",
    name: "1/1/99",
    script: { ac: { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 99 }, end: [] },
  },
  {
    rule: "abort-code",
    name: "source 1",
    script: { end: [["acceptor", { type: "A-ABORT", source: 1, reason: 0 }]] },
  },
];

/** Associations that look odd, and break no rule. */
export const CONFORMANT_ASSOCIATIONS: readonly (readonly [name: string, script: Script])[] = [
  ["release", {}],
  [
    "answers in another order",
    { ac: ac({ contexts: [11, 9, 7, 5, 3, 1].map((id) => answer(id)) }) },
  ],
  [
    "a refused context among accepted ones, its transfer syntax not significant",
    {
      rq: rq({ contexts: [...ONE, proposal(3, CT)] }),
      ac: ac({ contexts: [answer(1), answer(3, 4, ["1.2.3"])] }),
    },
  ],
  [
    "a retired transfer syntax among the proposed",
    {
      rq: rq({ contexts: [proposal(1, CT, ["1.2.840.10008.1.2.2", IMPLICIT])] }),
      ac: ac({ contexts: [answer(1)] }),
    },
  ],
  ["255 as id", { rq: rq({ contexts: [proposal(255, CT)] }), ac: ac({ contexts: [answer(255)] }) }],
  ["protocol version with further bits", { rq: rq({ protocolVersion: 3 }) }],
  ["AE titles of the AC are not tested", { ac: ac({ calledAeTitle: "", callingAeTitle: "\\" }) }],
  ["a window taken down", { rq: rq({ more: [WINDOW(0, 8)] }), ac: ac({ more: [WINDOW(4, 1)] }) }],
  ["a window that is not answered", { rq: rq({ more: [WINDOW(4, 4)] }) }],
  ["roles taken down", { rq: rq({ more: [ROLE(CT, 1, 1)] }), ac: ac({ more: [ROLE(CT, 0, 1)] }) }],
  ["extended negotiation", { rq: rq({ more: [EXTENDED] }), ac: ac({ more: [EXTENDED] }) }],
  [
    "user identity with its response",
    {
      rq: rq({ more: [IDENTITY(2, { positiveResponseRequested: 1, secondary: 4 })] }),
      ac: ac({ more: [{ ...IDENTITY_AC, serverResponse: new Uint8Array(0) }] }),
    },
  ],
  [
    "a SAML response",
    {
      rq: rq({ more: [IDENTITY(4, { positiveResponseRequested: 1 })] }),
      ac: ac({ more: [IDENTITY_AC] }),
    },
  ],
  [
    "maximum length 0",
    {
      rq: rq({
        userInformation: [{ item: "maximum length", maximumLength: 0 }, ...BASICS.slice(1)],
      }),
    },
  ],
  [
    "rejected",
    {
      ac: { type: "A-ASSOCIATE-RJ", result: 2, source: 3, reason: 2 },
      end: [
        ["requestor", "fin"],
        ["acceptor", "fin"],
      ],
    },
  ],
  ["aborted", { end: [["requestor", { type: "A-ABORT", source: 0, reason: 9 }]] }],
  ["released, then reset", { end: RELEASE.slice(0, 2), closed: "reset" }],
];
