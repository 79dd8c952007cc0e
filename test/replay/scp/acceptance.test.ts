import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { RecordedAssociation } from "../../../replay/recorded.ts";
import { type AcceptanceOptions, Acceptor } from "../../../replay/scp/acceptance.ts";
import { Library, type Reuse } from "../../../replay/scp/library.ts";
import type { AssociateAnswer } from "../../../src/io/accepted_connection.ts";
import { answeredContexts, userInformation } from "../../../src/ul/associate_view.ts";
import { agreedContexts } from "../../../src/ul/negotiate.ts";
import type { AAssociateAc, AAssociateRq, UserInformationSubItem } from "../../../src/ul/pdu.ts";
import {
  ac,
  answer,
  CT,
  EXPLICIT,
  FIND,
  IMPLICIT,
  MPPS,
  proposal,
  rq,
  VERIFICATION,
} from "../../support/scripted_association.ts";

const JPEG = "1.2.840.10008.1.2.4.50";
const RLE = "1.2.840.10008.1.2.5";

describe("Acceptor answers contexts as recorded (PS3.8 9.3.3.2)", () => {
  const recorded = association(
    request([
      proposal(1, VERIFICATION, [IMPLICIT]),
      proposal(3, CT, [JPEG, EXPLICIT]),
      proposal(5, CT, [RLE]),
      proposal(7, MPPS, [IMPLICIT]),
      proposal(9, FIND, [EXPLICIT, IMPLICIT]),
    ]),
    [answer(1), answer(3, 0, [EXPLICIT]), answer(5, 4), answer(7, 3), answer(9, 0, [IMPLICIT])],
  );

  test.each<[name: string, context: readonly [string, readonly string[]], expected: string]>([
    ["the same proposal", [CT, [JPEG, EXPLICIT]], EXPLICIT],
    ["the same in another order", [CT, [EXPLICIT, JPEG]], EXPLICIT],
    ["one more transfer syntax", [CT, [RLE, EXPLICIT, IMPLICIT]], EXPLICIT],
    ["the recorded choice, not the first one", [FIND, [EXPLICIT, IMPLICIT]], IMPLICIT],
    ["what was refused alone", [CT, [RLE]], "4"],
    ["what was never accepted", [CT, [JPEG]], "4"],
    ["an abstract syntax that was refused", [MPPS, [IMPLICIT]], "3"],
    ["one that was refused, with another syntax", [MPPS, [EXPLICIT]], EXPLICIT],
    ["an unknown one with usual syntaxes", ["1.2.3", [JPEG, IMPLICIT]], IMPLICIT],
    ["an unknown one without", ["1.2.3", [JPEG]], "4"],
  ])("%s", (_name, [abstractSyntax, transferSyntaxes], expected) => {
    const { answer: got } = acceptor([recorded]).answer(
      request([proposal(11, abstractSyntax, transferSyntaxes)]),
    );
    assert.deepEqual(contextsOf(got), [`11 ${expected}`]);
  });

  test("and refuses what it does not know where it is told so", () => {
    const contexts = [proposal(1, "1.2.3"), proposal(3, MPPS, [EXPLICIT]), proposal(5, FIND)];
    const { answer: got } = acceptor([recorded], { unknownContext: "reject" }).answer(
      request(contexts),
    );
    assert.deepEqual(contextsOf(got), ["1 3", "3 4", `5 ${IMPLICIT}`]);
  });

  test("and leaves out what the recorded answer left out", () => {
    const one = association(request([proposal(1, CT), proposal(3, FIND)]), [answer(3)]);
    const { answer: got } = acceptor([one]).answer(request([proposal(1, CT), proposal(3, FIND)]));
    assert.deepEqual(contextsOf(got), [`3 ${IMPLICIT}`]);
  });

  test("and looks into other associations for what the like one does not have", () => {
    const other = association(request([proposal(1, MPPS)], { calling: "X", called: "Y" }), [
      answer(1),
    ]);
    const { answer: got } = acceptor([
      association(request([proposal(1, CT)]), [answer(1)]),
      other,
    ]).answer(request([proposal(1, CT), proposal(3, MPPS)]));
    assert.deepEqual(contextsOf(got), [`1 ${IMPLICIT}`, `3 ${IMPLICIT}`]);
  });
});

describe("Acceptor answers user information as recorded (PS3.7 D.3.3)", () => {
  const ROLE = role(CT, 1, 1);
  const EXTENDED: UserInformationSubItem = {
    item: "SOP class extended negotiation",
    sopClassUid: FIND,
    serviceClassApplicationInformation: Uint8Array.of(1, 1, 0),
  };
  const IDENTITY: UserInformationSubItem = {
    item: "user identity RQ",
    userIdentityType: 1,
    positiveResponseRequested: 1,
    primaryField: Uint8Array.of(0x61),
    secondaryField: new Uint8Array(0),
  };
  const response = (...octets: number[]): UserInformationSubItem => ({
    item: "user identity AC",
    serverResponse: Uint8Array.from(octets),
  });
  const contexts = [proposal(1, CT), proposal(3, FIND)];
  const answers = [answer(1), answer(3)];

  test.each<
    [
      name: string,
      offered: readonly UserInformationSubItem[],
      answered: readonly UserInformationSubItem[],
      now: readonly UserInformationSubItem[],
      expected: readonly UserInformationSubItem[],
    ]
  >([
    ["a role as it was granted", [ROLE], [role(CT, 0, 1)], [ROLE], [role(CT, 0, 1)]],
    ["no role that is not proposed", [ROLE], [ROLE], [role(CT, 0, 1)], [role(CT, 0, 1)]],
    ["no role that was not answered", [ROLE], [], [ROLE], []],
    ["a role that nobody proposed before", [], [], [ROLE], [ROLE]],
    ["no window that was not answered", [asyncWindow(5, 5)], [], [asyncWindow(5, 5)], []],
    [
      "the smaller window",
      [asyncWindow(0, 9)],
      [asyncWindow(0, 5)],
      [asyncWindow(3, 0)],
      [asyncWindow(3, 5)],
    ],
    [
      "extended negotiation",
      [EXTENDED],
      [{ ...EXTENDED, serviceClassApplicationInformation: Uint8Array.of(0, 1, 0) }],
      [EXTENDED],
      [{ ...EXTENDED, serviceClassApplicationInformation: Uint8Array.of(0, 1, 0) }],
    ],
    ["no extended negotiation that is not offered", [EXTENDED], [EXTENDED], [], []],
    ["an identity", [IDENTITY], [response(1, 2)], [IDENTITY], [response(1, 2)]],
    [
      "an identity out of a redacted capture",
      [IDENTITY],
      [response(0x2a, 0x2a)],
      [IDENTITY],
      [response()],
    ],
    ["an identity that had no answer", [IDENTITY], [], [IDENTITY], []],
    ["an identity that nobody had before", [], [], [IDENTITY], [response()]],
    [
      "no identity where no answer is asked for",
      [IDENTITY],
      [response(1)],
      [{ ...IDENTITY, positiveResponseRequested: 0 }],
      [],
    ],
  ])("%s", (_name, offered, answered, now, expected) => {
    const recorded = association(request(contexts, { more: offered }), answers, { more: answered });
    const { answer: got } = acceptor([recorded]).answer(request(contexts, { more: now }));
    assert.deepEqual(negotiated(got), expected);
  });

  test("and the maximum length that was recorded, or the one that is told", () => {
    const recorded = association(request(contexts), answers, { maximumLength: 65_536 });
    const lengthOf = (options: Partial<AcceptanceOptions>): number | undefined => {
      const { answer: got } = acceptor([recorded], options).answer(request(contexts));
      return got.type === "A-ASSOCIATE-AC" ? userInformation(got).maximumLength : undefined;
    };
    assert.equal(lengthOf({}), 65_536);
    assert.equal(lengthOf({ maximumLength: 4096 }), 4096);
  });
});

describe("Acceptor chooses the recorded association that is like the live one", () => {
  const echo = [proposal(1, VERIFICATION)];
  const store = [proposal(1, CT)];
  const other = { calling: "OTHER", called: "PACS" };

  test("by what is proposed, then by called and calling AE title", () => {
    const all = [
      association(request(store), [answer(1)]),
      association(request(echo, { calling: "X", called: "Y" }), [answer(1)]),
      association(request(echo, other), [answer(1)]),
      association(request(echo), [answer(1)]),
    ];
    const chosen = (one: AAssociateRq): number =>
      all.indexOf(acceptor(all).answer(one).recorded as RecordedAssociation);
    assert.equal(chosen(request(store, other)), 0);
    assert.equal(chosen(request(echo)), 3);
    assert.equal(chosen(request(echo, { calling: "NEW", called: "PACS" })), 2);
    assert.equal(chosen(request(echo, { calling: "X", called: "Y" })), 1);
    assert.equal(chosen(request([proposal(1, "1.2.3")])), -1);
  });

  test.each<[reuse: Reuse, expected: readonly number[]]>([
    ["last", [0, 1, 1, 1]],
    ["cycle", [0, 1, 0, 1]],
    ["none", [0, 1, -1, -1]],
  ])("in the order of the recording, then reuse %s", (reuse, expected) => {
    const all = [association(request(echo), [answer(1)]), association(request(echo), [answer(1)])];
    const one = acceptor(all, { reuse });
    const chosen = expected.map(() =>
      all.indexOf(one.answer(request(echo)).recorded as RecordedAssociation),
    );
    assert.deepEqual(chosen, expected);
  });

  test("and rejects as recorded, but nobody else", () => {
    const rejection = { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 7 } as const;
    const rejected: RecordedAssociation = {
      ...association(request(echo, { calling: "MODALITY", called: "WRONG" }), []),
      answer: rejection,
      contexts: [],
      end: { how: "rejected", by: "acceptor", at: 0 },
    };
    const both = acceptor([rejected, association(request(echo), [answer(1)])]);
    const wrong = both.answer(request(echo, { calling: "MODALITY", called: "WRONG" }));
    assert.deepEqual(wrong.answer, rejection);
    assert.equal(both.answer(request(echo)).answer.type, "A-ASSOCIATE-AC");
    assert.equal(
      both.answer(request(echo, { calling: "NEW", called: "WRONG" })).answer.type,
      "A-ASSOCIATE-AC",
    );
    // Where there is nothing else, that is what is played.
    assert.deepEqual(acceptor([rejected]).answer(request(echo, other)).answer, rejection);
  });

  test("and takes strict AE titles alone where it is told so", () => {
    const strict = acceptor([association(request(echo), [answer(1)])], { ae: "strict" });
    const reasonOf = ({ answer: got }: { answer: AssociateAnswer }): number | undefined =>
      got.type === "A-ASSOCIATE-RJ" ? got.reason : undefined;
    assert.equal(reasonOf(strict.answer(request(echo))), undefined);
    assert.equal(reasonOf(strict.answer(request(echo, { calling: "MODALITY", called: "X" }))), 7);
    assert.equal(reasonOf(strict.answer(request(echo, { calling: "X", called: "PACS" }))), 3);
  });

  test("and rejects what is like nothing where it is told so", () => {
    const one = acceptor([association(request(echo), [answer(1)])], { rejectUnlike: true });
    assert.equal(one.answer(request(echo, other)).answer.type, "A-ASSOCIATE-AC");
    const { answer: got } = one.answer(request(store));
    assert.deepEqual(got, { type: "A-ASSOCIATE-RJ", result: 1, source: 1, reason: 1 });
  });
});

test("Acceptor never fails, whatever is proposed", () => {
  const one = acceptor([association(request([proposal(1, CT)]), [answer(1)])]);
  const odd: readonly AAssociateRq[] = [
    rq({ items: [] }),
    rq({ items: [{ item: "other", itemType: 0x20, bytes: Uint8Array.of(1, 2, 3) }] }),
    request([{ item: "presentation context RQ", id: 1, items: [] }]),
    request([proposal(1, CT, []), proposal(1, CT, []), proposal(2, CT)]),
    request(Array.from({ length: 200 }, (_, index) => proposal(index % 256, `1.2.${index}`))),
  ];
  const kinds = odd.map((request) => one.answer(request).answer.type);
  assert.deepEqual(new Set(kinds), new Set(["A-ASSOCIATE-AC"]));
});

function acceptor(
  associations: readonly RecordedAssociation[],
  { reuse = "last", ...options }: Partial<AcceptanceOptions> & { readonly reuse?: Reuse } = {},
): Acceptor {
  return new Acceptor(new Library(associations, { reuse }), {
    ae: "any",
    unknownContext: "accept",
    rejectUnlike: false,
    ...options,
  });
}

function association(
  request: AAssociateRq,
  contexts: readonly ReturnType<typeof answer>[],
  {
    more = [],
    maximumLength = 16_384,
  }: { readonly more?: readonly UserInformationSubItem[]; readonly maximumLength?: number } = {},
): RecordedAssociation {
  const accepted: AAssociateAc = ac({
    contexts,
    userInformation: [{ item: "maximum length", maximumLength }, ...more],
  });
  return {
    capture: "made.dcap",
    id: 1,
    captureId: new Uint8Array(16),
    openedAt: 0,
    wallUs: undefined,
    summary: {} as RecordedAssociation["summary"],
    request,
    answer: accepted,
    answeredAt: 0,
    contexts: agreedContexts(request, accepted),
    messages: [],
    end: { how: "released", by: "requestor", at: 0 },
    problems: [],
  };
}

function request(
  contexts: readonly ReturnType<typeof proposal>[],
  options: {
    readonly calling?: string;
    readonly called?: string;
    readonly more?: readonly UserInformationSubItem[];
  } = {},
): AAssociateRq {
  const { calling = "MODALITY", called = "PACS", more = [] } = options;
  return { ...rq({ contexts, more }), callingAeTitle: calling, calledAeTitle: called };
}

function role(sopClassUid: string, scuRole: number, scpRole: number): UserInformationSubItem {
  return { item: "SCP/SCU role selection", sopClassUid, scuRole, scpRole };
}

function asyncWindow(invoked: number, performed: number): UserInformationSubItem {
  return {
    item: "asynchronous operations window",
    maximumNumberOperationsInvoked: invoked,
    maximumNumberOperationsPerformed: performed,
  };
}

/** "3 1.2.840.10008.1.2" accepted, "5 4" refused. */
function contextsOf(got: AssociateAnswer): readonly string[] {
  assert.equal(got.type, "A-ASSOCIATE-AC");
  return answeredContexts(got as AAssociateAc).map(({ id, result, transferSyntax }) =>
    result === 0 ? `${id} ${transferSyntax}` : `${id} ${result}`,
  );
}

/** Without what every answer has. */
function negotiated(got: AssociateAnswer): readonly UserInformationSubItem[] {
  assert.equal(got.type, "A-ASSOCIATE-AC");
  const BASICS = ["maximum length", "implementation class UID", "implementation version name"];
  return (got as AAssociateAc).items
    .flatMap((item) => (item.item === "user information" ? item.items : []))
    .filter(({ item }) => !BASICS.includes(item));
}
