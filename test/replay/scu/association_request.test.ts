import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { prepareRequest, type RequestChanges } from "../../../replay/scu/association_request.ts";
import { proposedContexts, userInformation } from "../../../src/ul/associate_view.ts";
import { encodePdu } from "../../../src/ul/encode_pdu.ts";
import { associateRq } from "../../../src/ul/negotiate.ts";
import type { UserIdentityRqItem, UserInformationSubItem } from "../../../src/ul/pdu.ts";
import { redactPdu } from "../../../src/ul/redact.ts";
import { CT, EXPLICIT, IMPLICIT, JPEG } from "./sessions.ts";

const WINDOW = {
  item: "asynchronous operations window",
  maximumNumberOperationsInvoked: 4,
  maximumNumberOperationsPerformed: 2,
} as const;

describe("prepareRequest()", () => {
  test("leaves the recorded request as it is, octet for octet", () => {
    const request = requestWith(WINDOW, identity(1, "OPERATOR", ""));
    const prepared = prepareRequest(request, changes());
    assert.deepEqual(encodePdu(prepared.request), encodePdu(request));
    assert.deepEqual(prepared.warnings, []);
  });

  test("fills a redacted user identity in from the environment, and says what is missing", () => {
    const cases: [UserIdentityRqItem, RequestChanges["identity"], string, string, number][] = [
      [identity(1, "NURSE", ""), {}, "NURSE", "", 0],
      [identity(1, "NURSE", ""), { primary: "OTHER", passcode: "x" }, "OTHER", "", 0],
      [identity(2, "NURSE", "secret"), { passcode: "fresh" }, "NURSE", "fresh", 0],
      [identity(2, "NURSE", "secret"), {}, "NURSE", "******", 1],
      [identity(3, "ticket", ""), { primary: "AAEC" }, "\0\x01\x02", "", 0],
      [identity(4, "<saml/>", ""), { primary: "<other/>" }, "<other/>", "", 0],
      [identity(5, "token", ""), {}, "*****", "", 1],
    ];
    for (const [item, given, primary, secondary, warnings] of cases) {
      const recorded = redactPdu(requestWith(item));
      assert.ok(recorded.type === "A-ASSOCIATE-RQ");
      const prepared = prepareRequest(recorded, changes({ identity: given }));
      const sent = userInformation(prepared.request).userIdentityRq;
      assert.equal(Buffer.from(sent?.primaryField ?? []).toString("latin1"), primary);
      assert.equal(Buffer.from(sent?.secondaryField ?? []).toString("latin1"), secondary);
      assert.equal(prepared.warnings.length, warnings);
      for (const text of prepared.warnings) {
        assert.match(text, /DICOMTAP_USER_IDENTITY.* \(PS3\.7 D\.3\.3\.7\)$/);
      }
    }
  });

  test("leaves the asynchronous operations window out where that is asked for", () => {
    const { request } = prepareRequest(requestWith(WINDOW), changes({ omitWindow: true }));
    assert.equal(userInformation(request).asynchronousOperationsWindow, undefined);
  });

  test("proposes only what was accepted where transfer syntaxes are pinned", () => {
    const request = requestWith();
    const accepted = (transferSyntax: string) =>
      changes({
        pinTransferSyntaxes: true,
        contexts: [
          {
            id: 1,
            abstractSyntax: CT,
            result: 0,
            transferSyntax,
            roles: { scu: true, scp: false },
          },
        ],
      });
    const of = (prepared: ReturnType<typeof prepareRequest>) =>
      proposedContexts(prepared.request).map(({ transferSyntaxes }) => transferSyntaxes);
    assert.deepEqual(of(prepareRequest(request, accepted(IMPLICIT))), [[IMPLICIT], [EXPLICIT]]);
    const unheardOf = of(prepareRequest(request, accepted("1.2.3")));
    assert.deepEqual(unheardOf[0], [JPEG, EXPLICIT, IMPLICIT], "never none at all");
  });
});

function requestWith(...userInformation: readonly UserInformationSubItem[]) {
  return associateRq(
    {
      callingAeTitle: "MODALITY",
      calledAeTitle: "PACS",
      maximumLength: 16_384,
      implementationClassUid: "2.25.1",
      implementationVersionName: "TEST",
      userInformation,
    },
    [
      { abstractSyntax: CT, transferSyntaxes: [JPEG, EXPLICIT, IMPLICIT] },
      { abstractSyntax: "1.2.840.10008.1.1", transferSyntaxes: [EXPLICIT] },
    ],
  );
}

function identity(type: number, primary: string, secondary: string): UserIdentityRqItem {
  return {
    item: "user identity RQ",
    userIdentityType: type,
    positiveResponseRequested: 0,
    primaryField: new TextEncoder().encode(primary),
    secondaryField: new TextEncoder().encode(secondary),
  };
}

function changes(some: Partial<RequestChanges> = {}): RequestChanges {
  return {
    contexts: [],
    pinTransferSyntaxes: false,
    omitWindow: false,
    identity: {},
    ...some,
  };
}
