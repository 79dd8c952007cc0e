import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { userInformation } from "../../src/ul/associate_view.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import { agreedContexts, associateAc, associateRq } from "../../src/ul/negotiate.ts";
import { decodePdu } from "../../src/ul/read_pdu.ts";

const INTRODUCTION = {
  callingAeTitle: "SCU",
  calledAeTitle: "SCP",
  maximumLength: 16_384,
  implementationClassUid: "2.25.1",
  implementationVersionName: "TEST_1",
};

const PROPOSALS = [
  { abstractSyntax: "1.2.1", transferSyntaxes: ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"] },
  { abstractSyntax: "1.2.2", transferSyntaxes: ["1.2.840.10008.1.2.4.50"] },
  { abstractSyntax: "1.2.3", transferSyntaxes: ["1.2.840.10008.1.2"] },
];

/** Without 54H (PS3.7 D.3.3.4). */
const roles = { scu: true, scp: false };

describe("negotiation", () => {
  test("associateRq proposes contexts with odd IDs and introduces us", () => {
    const request = associateRq(INTRODUCTION, PROPOSALS);
    assert.deepEqual(decodePdu(encodePdu(request)), request);
    const ids = request.items.flatMap((item) =>
      item.item === "presentation context RQ" ? [item.id] : [],
    );
    assert.deepEqual(ids, [1, 3, 5]);
    assert.equal(userInformation(request).implementationVersionName, "TEST_1");
    const many = Array.from({ length: 128 }, () => PROPOSALS[0]!);
    assert.equal(associateRq(INTRODUCTION, many).items.length, 130);
    assert.throws(() => associateRq(INTRODUCTION, [...many, PROPOSALS[0]!]), RangeError);
    assert.throws(() => associateRq(INTRODUCTION, []), RangeError);
  });

  test("associateAc answers every context, with the first proposed syntax that is supported", () => {
    const request = associateRq(INTRODUCTION, PROPOSALS);
    const answer = associateAc(request, {
      introduction: INTRODUCTION,
      supported: [
        { abstractSyntax: "1.2.1", transferSyntaxes: ["1.2.840.10008.1.2"] },
        { abstractSyntax: "1.2.1", transferSyntaxes: ["1.2.840.10008.1.2.1"] },
        { abstractSyntax: "1.2.2", transferSyntaxes: ["1.2.840.10008.1.2"] },
      ],
    });
    assert.deepEqual(decodePdu(encodePdu(answer)), answer);
    assert.deepEqual(agreedContexts(request, answer), [
      { id: 1, abstractSyntax: "1.2.1", result: 0, transferSyntax: "1.2.840.10008.1.2.1", roles },
      { id: 3, abstractSyntax: "1.2.2", result: 4, transferSyntax: undefined, roles },
      { id: 5, abstractSyntax: "1.2.3", result: 3, transferSyntax: undefined, roles },
    ]);
    const [first] = answer.items.filter(({ item }) => item === "presentation context AC");
    assert.ok(first?.item === "presentation context AC" && first.items.length === 1);
  });

  test("roles hold where they are proposed and granted (PS3.7 D.3.3.4)", () => {
    const syntaxes = { transferSyntaxes: ["1.2.840.10008.1.2"] };
    const both = { scu: true, scp: true };
    const request = associateRq(INTRODUCTION, [
      { abstractSyntax: "1.2.1", ...syntaxes, roles: { scu: false, scp: true } },
      { abstractSyntax: "1.2.2", ...syntaxes, roles: both },
      { abstractSyntax: "1.2.2", ...syntaxes, roles: both },
      { abstractSyntax: "1.2.3", ...syntaxes },
      { abstractSyntax: "1.2.4", ...syntaxes, roles: both },
    ]);
    assert.deepEqual(decodePdu(encodePdu(request)), request);
    assert.equal(userInformation(request).roleSelections.length, 3, "one an abstract syntax");
    const answer = associateAc(request, {
      introduction: INTRODUCTION,
      supported: [
        { abstractSyntax: "1.2.1", ...syntaxes, roles: both },
        { abstractSyntax: "1.2.2", ...syntaxes },
        { abstractSyntax: "1.2.3", ...syntaxes, roles: both },
      ],
    });
    assert.deepEqual(
      agreedContexts(request, answer).map((context) => context.roles),
      [{ scu: false, scp: true }, roles, roles, roles, roles],
    );
    const types = answer.items.flatMap((item) => {
      return item.item === "user information" ? item.items.map((one) => one.item) : [];
    });
    assert.deepEqual(types, [
      "maximum length",
      "implementation class UID",
      "SCP/SCU role selection",
      "SCP/SCU role selection",
      "implementation version name",
    ]);
  });

  test("agreedContexts tells a context that was not answered", () => {
    const request = associateRq(INTRODUCTION, PROPOSALS.slice(0, 1));
    const answer = associateAc(
      { ...request, items: [] },
      { introduction: INTRODUCTION, supported: [] },
    );
    assert.deepEqual(agreedContexts(request, answer), [
      { id: 1, abstractSyntax: "1.2.1", result: undefined, transferSyntax: undefined, roles },
    ]);
  });

  test("associateAc sends AE title fields back octet by octet", () => {
    const calledAeTitleField = Uint8Array.from("  SCP           ", (letter) =>
      letter.charCodeAt(0),
    );
    const request = { ...associateRq(INTRODUCTION, PROPOSALS), calledAeTitleField };
    const answer = associateAc(request, { introduction: INTRODUCTION, supported: [] });
    assert.deepEqual(encodePdu(answer).slice(10, 42), encodePdu(request).slice(10, 42));
  });
});
