/** Files that `dicomtap send c-store` refuses, before anything is sent. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { afterAll, describe, test } from "vitest";
import { runCommand } from "../../src/cli/main.ts";
import { command } from "../../src/cli/send.ts";
import { encodeDataSet } from "../../src/dataset/encode_data_set.ts";
import { dataSetFromJson } from "../../src/dataset/json_input.ts";
import { part10Head } from "../../src/dataset/part10_head.ts";
import { DEFLATED_LITTLE, EXPLICIT_LITTLE } from "../../src/dataset/transfer_syntax.ts";
import { serveAssociations } from "../../src/mod.ts";
import { inProcess } from "../support/in_process.ts";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const folder = mkdtempSync(join(tmpdir(), "dicomtap-send-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(
  name: string,
  { uid = "2.25.9001", syntax = EXPLICIT_LITTLE, more = new Uint8Array(0) } = {},
): string {
  const head = part10Head({
    sopClassUid: CT,
    sopInstanceUid: uid || "2.25.1",
    transferSyntaxUid: syntax.uid,
    implementationClassUid: "2.25.1",
  });
  const dataSet = dataSetFromJson({ SOPClassUID: CT, SOPInstanceUID: uid, PatientID: "SYN" });
  const path = join(folder, name);
  writeFileSync(
    path,
    Buffer.concat([head, encodeDataSet(dataSet, { syntax, deflate: deflateRawSync }), more]),
  );
  return path;
}

describe("dicomtap send c-store", () => {
  test("names all files that cannot be sent at once, and why", async () => {
    const text = join(folder, "notes.txt");
    writeFileSync(text, "not DICOM");
    const cut = file("cut.dcm", { more: new Uint8Array(1) });
    const worded = file("worded.dcm", { uid: "CTImage" });
    const { code, err } = await inProcess((context) => {
      const args = ["c-store", text, file("good.dcm"), cut, worded, "--to", "1"];
      return runCommand(command, { args, context });
    });
    assert.equal(code, 2);
    assert.match(err, /3 of 4 files cannot be sent; nothing was sent\n/);
    assert.match(err, /notes\.txt: no SOP Class UID \(0008,0016\), so no DICOM object\n/);
    assert.match(err, /cut\.dcm: a data set of \d+ octets, an odd number: .* \(PS3\.5 7\.1\.1\)\n/);
    assert.match(err, /worded\.dcm: SOP Instance UID \(0008,0018\) "CTImage" is no UID/);
  });

  test("sends instances whose UIDs have leading zeros, and deflated streams of odd length", async () => {
    const arrived: string[] = [];
    const lengths: number[] = [];
    const server = await serveAssociations({
      host: "127.0.0.1",
      port: 0,
      supported: [
        { abstractSyntax: CT, transferSyntaxes: [EXPLICIT_LITTLE.uid] },
        { abstractSyntax: CT, transferSyntaxes: [DEFLATED_LITTLE.uid] },
      ],
      perform: {
        "C-STORE": async (request) => {
          let length = 0;
          for await (const fragment of request.dataSet ?? []) length += fragment.length;
          lengths.push(length % 2);
          arrived.push(request.sopInstanceUid ?? "");
          return { status: 0 };
        },
      },
    });
    try {
      // a deflated stream may end anywhere (PS3.5 A.5): one of two has an odd length
      const deflated = [0, 1].map((more) =>
        file(`${more}.dcm`, {
          uid: `2.25.1${more}`,
          syntax: DEFLATED_LITTLE,
          more: new Uint8Array(more),
        }),
      );
      const old = file("old.dcm", { uid: "1.2.03.4" });
      const { code, err } = await inProcess((context) => {
        const args = ["c-store", old, ...deflated, "--to", String(server.port)];
        return runCommand(command, { args, context });
      });
      assert.equal(code, 0, err);
      assert.deepEqual(arrived, ["1.2.03.4", "2.25.10", "2.25.11"]);
      assert.deepEqual(lengths, [0, 0, 0]);
    } finally {
      await server.close();
    }
  });
});
