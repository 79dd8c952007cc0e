import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { STATUS_TABLE } from "../../src/dictionary/status_table.ts";
import { serviceStatusMeaning, statusService } from "../../src/dictionary/statuses.ts";
import { sopClasses } from "../../src/dictionary/uids.ts";
import { statusClass } from "../../src/dimse/status.ts";

const ROOT = "1.2.840.10008.";

describe("statuses of service classes", () => {
  const cases: readonly (readonly [string, string, number, string | undefined])[] = [
    ["C-STORE-RSP", "5.1.4.1.1.2", 0xa712, "Refused: Out of Resources"],
    ["C-STORE-RSP", "5.1.4.1.1.2", 0xb007, "Data Set Does Not Match SOP Class"],
    ["C-STORE-RSP", "5.1.4.38.1", 0xa700, "Out of resources"],
    ["C-FIND-RSP", "5.1.4.1.2.2.1", 0xff00, "Matches are continuing"],
    ["C-MOVE-RSP", "5.1.4.1.2.2.2", 0xa801, "Move destination unknown"],
    ["C-GET-RSP", "5.1.4.1.2.2.3", 0xa801, undefined],
    ["N-CREATE-RSP", "5.1.1.1", 0xb600, "Memory allocation not supported"],
    [
      "N-ACTION-RSP",
      "5.1.1.2",
      0xc604,
      "Image position collision: several images for one image position (retired)",
    ],
    ["N-ACTION-RSP", "5.1.4.34.6.1", 0xc302, "The UPS is already IN PROGRESS"],
    ["N-SET-RSP", "3.1.2.3.3", 0x0001, "Requested optional attributes are not supported"],
    ["C-ECHO-RSP", "1.1", 0xa700, undefined],
    ["N-GET-RSP", "1.20.1", 0xa700, undefined],
  ];
  for (const [command, uid, status, meaning] of cases) {
    test(`${command} of ${uid}: ${status.toString(16)}`, () => {
      const sopClassUid = ROOT + uid;
      assert.equal(serviceStatusMeaning(status, { command, sopClassUid }), meaning);
    });
  }

  test("S-05 no status of a service is unlisted in PS3.7 Annex C", () => {
    const rows = STATUS_TABLE.trim().split("\n");
    for (const row of rows) {
      for (const code of row.split("|")[1]?.split("-") ?? []) {
        assert.notEqual(statusClass(Number.parseInt(code, 16)), "not listed", row);
      }
    }
    console.log(`S-05: ${rows.length} statuses of service classes, all listed`);
  });

  test("every service of the table is reached by a SOP class of PS3.6", () => {
    const commands = ["C-STORE-RSP", "C-FIND-RSP", "C-MOVE-RSP", "C-GET-RSP", "N-ACTION-RSP"];
    const reached = new Set(
      sopClasses().flatMap(({ uid }) => commands.map((command) => statusService(command, uid))),
    );
    const services = new Set(
      STATUS_TABLE.trim()
        .split("\n")
        .map((row) => row.split("|")[0]),
    );
    assert.deepEqual(
      [...services].filter((service) => !reached.has(service)),
      [],
    );
  });
});
