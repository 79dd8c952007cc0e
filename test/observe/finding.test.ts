import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { explainContext, explainRejection } from "../../src/observe/explain.ts";
import { FindingList, finding, quoted } from "../../src/observe/finding.ts";
import { played, rq } from "../support/scripted_association.ts";

describe("findings", () => {
  test("P-15 text from the wire cannot forge a line or act on a terminal", () => {
    for (let code = 0; code < 0x100; code++) {
      assert.match(quoted(`a${String.fromCharCode(code)}b`), /^"a[\x20-\x7e]+b"$/);
    }
    assert.equal(quoted("\x1b[31m"), '"\\x1b[31m"');
    assert.equal(quoted("x".repeat(500)).length, 83);
    const observed = played({ rq: rq({ callingAeTitle: "A\x1b[2J\r\nFAKE" }) });
    for (const { text } of observed.findings) assert.match(text, /^[\x20-\x7e…]*$/);
    assert.equal(observed.findings.length, 1);
  });

  test("FindingList keeps 20 of one id, 200 in all, and counts the rest", () => {
    const list = new FindingList();
    const place = { sender: "requestor" } as const;
    for (let count = 0; count < 50; count++) list.add(finding("item-order", "x", place));
    assert.equal(list.kept.length, 20);
    assert.equal(list.more, 30);
    assert.equal(list.counts.get("item-order"), 50);
    assert.equal(list.add(finding("uid-padded", "y", place)), true);
  });
});

describe("explanations", () => {
  test("S-03 every rejection of three octets has words", () => {
    let explained = 0;
    for (let result = 0; result < 4; result++) {
      for (let source = 0; source < 5; source++) {
        for (let reason = 0; reason < 256; reason++) {
          const titles = { callingAeTitle: "MODALITY", calledAeTitle: "ARCHIVE" };
          const text = explainRejection({ result, source, reason, ...titles });
          assert.match(text, /^re[js]e[a-z]+ .+\./);
          explained++;
        }
      }
    }
    console.log(`S-03: ${explained} rejections in words`);
  });

  test("every refused context has words, an accepted one none", () => {
    const names = { abstractSyntax: "CT Image Storage", transferSyntaxes: ["JPEG Baseline"] };
    assert.equal(explainContext(0, names), undefined);
    for (let result = 1; result < 256; result++) {
      assert.match(explainContext(result, names) ?? "", result < 5 ? /CT Image/ : /reserved/);
    }
    assert.match(explainContext(4, names) ?? "", /JPEG Baseline/);
    assert.equal(explainContext(undefined, names), "not answered");
  });
});
