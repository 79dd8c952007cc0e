import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { noPduWords } from "../../../../src/dashboard/ui/association/no_pdu_words.ts";

const NONE = { requestor: 0, acceptor: 0 };

describe("noPduWords()", () => {
  test("does not say that nothing passed where the index knows of PDUs that cannot be read", () => {
    const damaged = noPduWords({
      bytes: { requestor: 900, acceptor: 40 },
      pdus: { requestor: 9, acceptor: 2 },
    });
    assert.equal(damaged.title, "No PDU can be read");
    assert.match(damaged.why, /capture is damaged/);
    const tls = noPduWords({ bytes: { requestor: 292, acceptor: 0 }, pdus: NONE });
    assert.match(tls.why, /Nothing .* was DICOM/);
    assert.match(noPduWords({ bytes: NONE, pdus: NONE }).why, /Neither AE sent/);
  });
});
