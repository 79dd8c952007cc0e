import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { statusClass } from "../../../src/dimse/status.ts";
import { judgeStatus } from "../../../src/observe/service/status_rules.ts";

const SERVICES: Readonly<Record<string, readonly [command: string, sopClassUid: string]>> = {
  Verification: ["C-ECHO-RSP", "1.2.840.10008.1.1"],
  Storage: ["C-STORE-RSP", "1.2.840.10008.5.1.4.1.1.2"],
  "Query/Retrieve FIND": ["C-FIND-RSP", "1.2.840.10008.5.1.4.1.2.2.1"],
  "Query/Retrieve MOVE": ["C-MOVE-RSP", "1.2.840.10008.5.1.4.1.2.2.2"],
  "Query/Retrieve GET": ["C-GET-RSP", "1.2.840.10008.5.1.4.1.2.2.3"],
  Worklist: ["C-FIND-RSP", "1.2.840.10008.5.1.4.31"],
  MPPS: ["N-SET-RSP", "1.2.840.10008.3.1.2.3.3"],
  "Film Session": ["N-CREATE-RSP", "1.2.840.10008.5.1.1.1"],
  UPS: ["N-ACTION-RSP", "1.2.840.10008.5.1.4.34.6.1"],
  "Storage Commitment": ["N-ACTION-RSP", "1.2.840.10008.1.20.1"],
  nobody: ["N-GET-RSP", ""],
};

describe("judgeStatus()", () => {
  test("S-05 all 65,536 codes have a verdict in each service, with the class of Annex C", () => {
    for (const [service, [command, sopClassUid]] of Object.entries(SERVICES)) {
      const counts = { named: 0, valid: 0, invalid: 0 };
      for (let status = 0; status <= 0xffff; status++) {
        const verdict = judgeStatus(status, { command, sopClassUid });
        assert.equal(verdict.class, statusClass(status));
        assert.equal(verdict.listed, verdict.meaning !== undefined);
        if (verdict.listed) assert.notEqual(verdict.class, "not listed", status.toString(16));
        if (verdict.listed) counts.named++;
        else if (verdict.class === "not listed") counts.invalid++;
        else counts.valid++;
      }
      console.log(
        `S-05: ${service}: ${counts.named} named, ${counts.valid} of a class only, ${counts.invalid} of none`,
      );
      assert.ok(counts.named > 0 && counts.invalid > 0);
    }
  });

  test("S-05 Bxxx is a warning in every service: what was asked for was done", () => {
    for (const [command, sopClassUid] of Object.values(SERVICES)) {
      for (let status = 0xb000; status <= 0xbfff; status++) {
        assert.equal(judgeStatus(status, { command, sopClassUid }).class, "warning");
      }
    }
  });

  test("S-05 knows what a service lists, and what another one does", () => {
    const cases: readonly (readonly [service: string, status: number, listed: boolean])[] = [
      ["Storage", 0xb000, true],
      ["Storage", 0xa7ff, true],
      ["Storage", 0xa801, false],
      ["Storage", 0xb600, false],
      ["Storage", 0xff00, false],
      ["Query/Retrieve MOVE", 0xa801, true],
      ["Query/Retrieve GET", 0xa801, false],
      ["Query/Retrieve FIND", 0xff01, true],
      ["Query/Retrieve MOVE", 0xff01, false],
      ["Worklist", 0xfe00, true],
      ["Verification", 0xfe00, false],
      ["Verification", 0x0122, true],
      ["Verification", 0x0116, false],
      ["MPPS", 0x0110, true],
      ["MPPS", 0x0116, true],
      ["Film Session", 0xb600, true],
      ["Film Session", 0x0106, true],
      ["Film Session", 0x0213, true],
      ["UPS", 0xc310, true],
      ["Storage Commitment", 0xc310, false],
    ];
    for (const [service, status, listed] of cases) {
      const [command = "", sopClassUid = ""] = SERVICES[service] ?? [];
      const verdict = judgeStatus(status, { command, sopClassUid });
      assert.equal(verdict.listed, listed, `${service} ${status.toString(16)}`);
    }
  });
});
