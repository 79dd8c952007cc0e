import assert from "node:assert/strict";
import { test } from "vitest";
import { negotiatedMatching } from "../../../../../replay/scp/service/query/negotiated.ts";
import { associateAcOf, associateRq } from "../../../../../src/ul/negotiate.ts";
import { STUDY_FIND } from "../../recording.ts";

test.each([
  [[], {}],
  [[1], { combinedDateTime: false, emptyValues: false, multipleValues: false }],
  [[0, 1], { combinedDateTime: true, emptyValues: false, multipleValues: false }],
  [[1, 0, 1, 1, 1, 1, 0], { combinedDateTime: false, emptyValues: true, multipleValues: false }],
  [[0, 0, 0, 0, 0, 0, 1], { combinedDateTime: false, emptyValues: false, multipleValues: true }],
])(
  "negotiatedMatching reads the octets %j of an answer (PS3.4 Table C.5-2)",
  (octets, expected) => {
    const item = {
      item: "SOP class extended negotiation",
      sopClassUid: STUDY_FIND,
      serviceClassApplicationInformation: Uint8Array.from(octets),
    } as const;
    const introduction = {
      callingAeTitle: "MODALITY",
      calledAeTitle: "PACS",
      maximumLength: 16_384,
      implementationClassUid: "1.2.3",
      implementationVersionName: "TEST",
    };
    const contexts = [{ abstractSyntax: STUDY_FIND, transferSyntaxes: ["1.2.840.10008.1.2"] }];
    const answer = associateAcOf(associateRq(introduction, contexts), {
      contexts: [],
      userInformation: { item: "user information", items: octets.length === 0 ? [] : [item] },
    });
    assert.deepEqual(negotiatedMatching({ answer }, STUDY_FIND), expected);
    assert.deepEqual(negotiatedMatching({ answer }, "1.2.3"), {});
  },
);
