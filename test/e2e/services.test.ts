/** The golden captures of services, held against what tshark reads in their octets. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { capturedWire } from "../support/capture_wire.ts";
import { partner } from "../support/partner.ts";
import { inScope } from "../support/process.ts";
import { ownRuntime, ROOT } from "../support/runtimes.ts";
import { tsharkDecode } from "../support/tshark.ts";
import { compareWithTshark } from "./agreement.ts";
import { show } from "./dicomtap.ts";

const tshark = partner("tshark", "tshark");
const FOLDER = join(ROOT, "test/captures/services");

describe("Golden captures of services", () => {
  test.skipIf(tshark === undefined)("D-08 show agrees with tshark", async () => {
    await inScope(async (scope) => {
      const totals = { captures: 0, associations: 0, fields: 0, placeOnly: 0 };
      for (const name of readdirSync(FOLDER).sort()) {
        const path = join(FOLDER, name);
        const connections = capturedWire(readFileSync(path));
        const decoded = await tsharkDecode(scope, { program: tshark ?? "", connections });
        const shown = await show(scope, ownRuntime(), [path]);
        const { fields, placeOnly, mismatches } = compareWithTshark(shown, decoded);
        assert.deepEqual(mismatches, [], name);
        totals.captures += 1;
        totals.associations += shown.length;
        totals.fields += fields;
        totals.placeOnly += placeOnly;
      }
      assert.ok(totals.captures >= 6 && totals.fields > 1000);
      console.log(
        `D-08: ${totals.captures} captures, ${totals.associations} associations, ${totals.fields} fields compared, 0 mismatches, ${totals.placeOnly} command sets by their place only (services)`,
      );
    });
  });

  test("S-13 the protocol checks find no error in them", async () => {
    await inScope(async (scope) => {
      const captures = readdirSync(FOLDER).map((name) => join(FOLDER, name));
      const all = await show(scope, ownRuntime(), captures);
      // what dcmjs-dimse sends was put into its mouth by the script that recorded it
      const shown = all.filter(({ association }) => {
        const { requestor } = association.user_information;
        return requestor.implementation_version_name?.startsWith("DCMJS") !== true;
      });
      assert.ok(shown.length >= 8);
      const errors = shown.flatMap(({ association }) =>
        association.findings
          .filter((finding) => finding.severity === "error")
          .map(({ id, text }) => `${association.capture} ${association.id}: ${id} ${text}`),
      );
      console.log(`S-13: ${shown.length} associations, ${errors.length} false errors (services)`);
      assert.deepEqual(errors, []);
    });
  });
});
