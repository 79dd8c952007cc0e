/** S-13: captures of real programs, recorded through the proxy. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { MemorySource } from "../../../src/capture/byte_source.ts";
import { readCapture } from "../../../src/capture/reader.ts";
import { RecordObserver } from "../../../src/inspect/record_observer.ts";
import { ROOT } from "../../support/runtimes.ts";

const FOLDER = join(ROOT, "test/captures/services");
const names = existsSync(FOLDER)
  ? readdirSync(FOLDER).filter((name) => name.endsWith(".dcap"))
  : [];

describe.skipIf(names.length === 0)("rules on services, on captures of real programs", () => {
  test("S-13 no error in what DCMTK, Orthanc and dcmjs-dimse said", () => {
    const errors: string[] = [];
    let associations = 0;
    let messages = 0;
    for (const name of names) {
      const observer = new RecordObserver({
        capture: name,
        sink: (id) => ({
          messageEnded: () => messages++,
          finding: ({ severity, id: rule, text }) => {
            if (severity === "error") errors.push(`${name} ${id}: ${rule}: ${text}`);
          },
        }),
        ended: () => associations++,
      });
      const source = new MemorySource(readFileSync(join(FOLDER, name)));
      for (const item of readCapture(source)) {
        if (item.item === "record") observer.consume(item.record);
      }
      observer.finish();
    }
    console.log(
      `S-13: ${names.length} captures, ${associations} associations, ${messages} messages, ${errors.length} false errors`,
    );
    assert.deepEqual(errors, []);
    assert.ok(messages > 0);
  });
});
