import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "vitest";
import { runCommand } from "../../src/cli/main.ts";
import { command } from "../../src/cli/send.ts";
import { encodeDataSet } from "../../src/dataset/encode_data_set.ts";
import { readPart10 } from "../../src/dataset/part10.ts";
import { part10Head } from "../../src/dataset/part10_head.ts";
import {
  EXPLICIT_BIG,
  EXPLICIT_LITTLE,
  IMPLICIT_LITTLE,
} from "../../src/dataset/transfer_syntax.ts";
import { dataSetFromJson, type Performers } from "../../src/mod.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import type { Pdu } from "../../src/ul/pdu.ts";
import { acceptOf } from "../support/golden_exchanges.ts";
import { inProcess } from "../support/in_process.ts";
import { freePort } from "../support/ports.ts";
import { meaning } from "../support/same_data_set.ts";
import { afterThis, send, serve } from "../support/send_command.ts";
import { type StoredInstance, startSimulatedPacs } from "../support/simulated_pacs.ts";

const CT = "1.2.840.10008.5.1.4.1.1.2";
const FIND = "1.2.840.10008.5.1.4.1.2.2.1";
const GET = "1.2.840.10008.5.1.4.1.2.2.3";

describe("dicomtap send", () => {
  test("c-echo, c-find and c-store with the simulated PACS", async () => {
    const stored: StoredInstance[] = [];
    const pacs = await startSimulatedPacs({ stored: (instance) => stored.push(instance) });
    afterThis(() => pacs.close());
    const to = ["--to", `127.0.0.1:${pacs.port}`];

    const echo = await send("c-echo", ...to);
    assert.deepEqual([echo.code, /^C-ECHO {2}0000H Success {2}\S+\n$/.test(echo.out)], [0, true]);

    const found = await send("C-FIND", "PatientName=demo*", "StudyInstanceUID", ...to);
    assert.equal(found.code, 0, found.err);
    assert.match(found.err, /No level is given: QueryRetrieveLevel=STUDY\./);
    assert.match(found.out, /\(0010,0010\) PN PatientName +\*\*\*\n/);
    assert.match(found.out, /C-FIND {2}0000H Success {2}\d+ match/);
    assert.doesNotMatch(found.out, /DEMO/);
    const open = await send("c-find", "PatientName=demo*", "StudyInstanceUID", "--show-phi", ...to);
    assert.match(open.out, /DEMO\^/);

    const path = imageFile("image.dcm", EXPLICIT_LITTLE);
    const kept = await send("c-store", path, ...to);
    assert.equal(kept.code, 0, kept.err);
    assert.match(kept.out, /image\.dcm {2}0000H Success/);
    assert.equal(stored[0]?.sopInstanceUid, "2.25.9001");
    assert.equal(stored[0]?.transferSyntax, EXPLICIT_LITTLE.uid);
  });

  test("--json gives one object a response, masked unless --show-phi", async () => {
    const pacs = await startSimulatedPacs();
    afterThis(() => pacs.close());
    const args = ["c-find", "PatientName", "PatientID", "StudyDate", "--json"];
    for (const shown of [false, true]) {
      const to = ["--to", `127.0.0.1:${pacs.port}`, ...(shown ? ["--show-phi"] : [])];
      const { code, out } = await send(...args, ...to);
      assert.equal(code, 0);
      const lines = out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      assert.ok(lines.length > 1);
      const [first] = lines;
      assert.equal(first.status, 0xff00);
      assert.equal(first.status_class, "pending");
      assert.equal(first.command_set.AffectedSOPClassUID, FIND);
      assert.equal(first.data_set["00100010"].Value[0].Alphabetic === "***", !shown);
      assert.equal(first.data_set["00100020"].Value[0] === "***", !shown);
      assert.match(first.data_set["00080020"].Value[0], /^\d{8}$/);
      const last = lines.at(-1);
      assert.deepEqual([last.final, last.status, last.data_set], [true, 0, null]);
    }
  });

  test("c-store re-encodes where the acceptor chose another uncompressed syntax, losing nothing", async () => {
    for (const [from, to] of [
      [EXPLICIT_BIG, IMPLICIT_LITTLE],
      [IMPLICIT_LITTLE, EXPLICIT_LITTLE],
      [EXPLICIT_LITTLE, IMPLICIT_LITTLE],
    ] as const) {
      let arrived: string[] = [];
      const port = await serve(
        {
          "C-STORE": async (request) => {
            const dataSet = await request.read();
            arrived = dataSet === undefined ? [] : meaning(dataSet, false);
            return { status: 0xb000 };
          },
        },
        [{ abstractSyntax: CT, transferSyntaxes: [to.uid] }],
      );
      const path = imageFile(`${from.uid}.dcm`, from);
      const { code, out, err } = await send("c-store", path, "--to", String(port));
      assert.equal(code, 0, err);
      assert.match(out, /B000H Coercion of Data Elements/);
      const { dataSet } = readPart10(readFileSync(path));
      assert.deepEqual(plain(arrived), plain(meaning(dataSet, false)));
    }
  });

  test("c-store tells what no context was accepted for, and sends the rest", async () => {
    const port = await serve({ "C-STORE": () => ({ status: 0 }) }, [
      { abstractSyntax: CT, transferSyntaxes: [IMPLICIT_LITTLE.uid] },
    ]);
    const jpeg = imageFile("jpeg.dcm", EXPLICIT_LITTLE, { uid: "1.2.840.10008.1.2.4.50" });
    const good = imageFile("plain.dcm", IMPLICIT_LITTLE);
    const { code, out, err } = await send("c-store", jpeg, good, "--to", String(port));
    assert.equal(code, 3);
    assert.match(
      err,
      /jpeg\.dcm: not sent\. .* in JPEG Baseline .*, and dicomtap does not recompress/,
    );
    assert.match(out, /plain\.dcm {2}0000H Success/);
    const text = join(folder(), "notes.txt");
    writeFileSync(text, "not DICOM");
    const none = await send("c-store", text, "--to", String(port));
    assert.deepEqual([none.code, /no DICOM object/.test(none.err)], [2, true], none.err);
    const missing = await send("c-store", "/nowhere.dcm", "--to", String(port));
    assert.deepEqual([missing.code, /Cannot find \/nowhere\.dcm/.test(missing.err)], [2, true]);
  });

  test("P-04: c-get names files by counting, whatever the wire says", async () => {
    const roles = { scu: true, scp: true };
    const storage = { abstractSyntax: CT, transferSyntaxes: [IMPLICIT_LITTLE.uid], roles };
    const names = ["2.25.1", "../../escape", "/etc/passwd", "a\0b", "2.25.2"];
    const statuses: number[] = [];
    const port = await serve(
      {
        async *"C-GET"(request, user) {
          await request.read();
          for (const sopInstanceUid of names) {
            const dataSet = dataSetFromJson({ PatientName: sopInstanceUid });
            const store = { operation: "C-STORE", sopClass: CT, sopInstanceUid, dataSet } as const;
            statuses.push((await user.invoke(store).final()).status);
          }
          yield { status: 0 };
        },
      },
      [GET, storage],
    );
    const output = join(folder(), "deep", "er");
    const args = ["c-get", "StudyInstanceUID=1.2", "--output", output, "--to", String(port)];
    const { code, out, err } = await send(...args);
    assert.equal(code, 0, err);
    assert.deepEqual(statuses, [0, 0xc000, 0xc000, 0xc000, 0]);
    assert.deepEqual(readdirSync(output).sort(), ["000001.dcm", "000002.dcm"]);
    assert.match(out, /000002\.dcm {2}CT Image Storage, Implicit VR Little Endian/);
    const file = readPart10(readFileSync(join(output, "000002.dcm")));
    assert.deepEqual(file.findings, []);
    assert.equal(file.meta.text("MediaStorageSOPInstanceUID"), "2.25.2");
    assert.equal(file.dataSet.text("PatientName"), "2.25.2");
    await send(...args);
    assert.equal(readdirSync(output).length, 4, "nothing is written over");
    assert.equal(existsSync(join(output, "../../escape")), false);
    console.log(`P-04: ${names.length} names from the wire, 0 outside of the directory`);
  });

  test("an N-CREATE without required parts is refused with the right words; --force sends it", async () => {
    const seen: unknown[] = [];
    const port = await serve(
      {
        "N-CREATE": async (request) => {
          seen.push((await request.read())?.elements.length);
          return { status: 0x0120, values: { AttributeIdentifierList: ["20100010"] } };
        },
      },
      ["BasicGrayscalePrintManagementMeta"],
    );
    const to = ["--to", String(port)];
    const box = ["n-create", "--class", "BasicFilmBox", "FilmSizeID=14INX17IN", ...to];
    const refused = await send(...box);
    assert.equal(refused.code, 2);
    assert.match(
      refused.err,
      /N-CREATE of Basic Film Box SOP Class needs ImageDisplayFormat \(2010,0010\), ReferencedFilmSessionSequence \(2010,0500\) \(PS3\.4 H\.4\.2\.2\.1\)/,
    );
    const none = await send("n-create", ...to);
    assert.equal(none.code, 2);
    assert.match(none.err, /needs Affected SOP Class UID \(Table 10\.3-9, PS3\.7 10\.3\.5\.1\)/);
    assert.deepEqual(seen, [], "nothing was sent");
    const forced = await send(...box, "--force");
    assert.equal(forced.code, 1);
    assert.match(forced.out, /N-CREATE {2}0120H Missing Attribute/);
    assert.match(forced.out, /Attribute Identifier List: 20100010/);
    assert.deepEqual(seen, [1]);
  });

  test("each N operation goes out with its parts", async () => {
    const seen: string[] = [];
    const answer = async ({
      operation,
      values,
      read,
    }: Parameters<NonNullable<Performers["N-SET"]>>[0]) => {
      const dataSet = await read();
      const { RequestedSOPInstanceUID: r, AffectedSOPInstanceUID: a } = values;
      const type = values["ActionTypeID"] ?? values["EventTypeID"] ?? "";
      const attributes = values["AttributeIdentifierList"] ?? "";
      seen.push([operation, r ?? a, type, attributes, dataSet?.elements.length ?? ""].join(" "));
      return { status: 0 };
    };
    const roles = { scu: true, scp: true };
    const contexts = ["1.2.840.10008.5.1.1.16", "1.2.840.10008.1.20.1"].map((abstractSyntax) => {
      return { abstractSyntax, transferSyntaxes: [IMPLICIT_LITTLE.uid], roles };
    });
    const operations = ["N-SET", "N-GET", "N-ACTION", "N-DELETE", "N-EVENT-REPORT"] as const;
    const port = await serve(
      Object.fromEntries(operations.map((name) => [name, answer])),
      contexts,
    );
    const printer = ["--class", "Printer", "--to", String(port)];
    const commitment = ["--class", "StorageCommitmentPushModel", "--to", String(port)];
    const item = "ReferencedSOPSequence[0].ReferencedSOP";
    for (const args of [
      ["n-get", "PrinterStatus", "2110,0020", ...printer],
      ["n-set", "PrinterName=X", "--instance", "1.2.3", ...printer],
      ["n-delete", "--instance", "1.2.3", ...printer],
      [
        "n-action",
        "--action",
        "1",
        "TransactionUID=1.2",
        `${item}ClassUID=1.2`,
        `${item}InstanceUID=1.3`,
        ...commitment,
      ],
      ["n-event-report", "--event", "2", "TransactionUID=1.2", ...commitment],
    ]) {
      const { code, err } = await send(...args);
      assert.equal(code, 0, err);
    }
    assert.deepEqual(seen, [
      "N-GET 1.2.840.10008.5.1.1.17  21100010,21100020 ",
      "N-SET 1.2.3   1",
      "N-DELETE 1.2.3   ",
      "N-ACTION 1.2.840.10008.1.20.1.1 1  2",
      "N-EVENT-REPORT 1.2.840.10008.1.20.1.1 2  1",
    ]);
  });

  test("data from DICOM JSON and from a DICOM file, operands on top", async () => {
    let seen: string[] = [];
    const port = await serve(
      {
        "N-CREATE": async (request) => {
          const dataSet = await request.read();
          seen = ["NumberOfCopies", "MediumType"].map((keyword) => dataSet?.text(keyword) ?? "-");
          return { status: 0xb600, values: { AffectedSOPInstanceUID: "1.2.3" } };
        },
      },
      ["BasicGrayscalePrintManagementMeta"],
    );
    const json = join(folder(), "film.json");
    writeFileSync(
      json,
      JSON.stringify([{ "20000010": { vr: "IS", Value: [2] }, MediumType: "PAPER" }]),
    );
    const args = [
      "n-create",
      "--class",
      "BasicFilmSession",
      "--instance",
      "1.2.3",
      "--to",
      String(port),
    ];
    const created = await send(...args, "--data", json);
    assert.equal(created.code, 0, "a warning is no failure");
    assert.match(created.out, /B600H .*[Mm]emory allocation not supported.* {2}instance 1\.2\.3/);
    assert.deepEqual(seen, ["2", "PAPER"]);
    await send(...args, "--data", json, "NumberOfCopies=3");
    assert.deepEqual(seen, ["3", "PAPER"]);
    const dcm = join(folder(), "film.dcm");
    const dataSet = dataSetFromJson({ NumberOfCopies: 7 });
    writeFileSync(dcm, part10(dataSet, EXPLICIT_LITTLE));
    await send(...args, "--data", dcm);
    assert.deepEqual(seen, ["7", "-"]);
    writeFileSync(json, "{ not json");
    for (const [path, what] of [
      [json, /Cannot read .* as JSON/],
      ["/nowhere.json", /Cannot find \/nowhere\.json/],
    ] as const) {
      const { code, err } = await send(...args, "--data", path);
      assert.deepEqual([code, what.test(err)], [2, true], err);
    }
  });

  test("--cancel-after ends an operation early; so does Ctrl-C", async () => {
    const stop = new AbortController();
    let matchesUntilStop = Number.POSITIVE_INFINITY;
    const port = await serve(
      {
        async *"C-FIND"(request) {
          await request.read();
          for (let number = 0; !request.canceled.aborted; number++) {
            if (number === matchesUntilStop) stop.abort();
            yield { status: 0xff00, dataSet: dataSetFromJson({ PatientID: String(number) }) };
            await new Promise((resolve) => setTimeout(resolve, 2));
          }
          yield { status: 0xfe00 };
        },
      },
      [FIND],
    );
    const args = ["c-find", "PatientID", "--to", String(port)];
    const { code, out } = await send(...args, "--cancel-after", "3");
    assert.equal(code, 0);
    assert.match(out, /C-FIND {2}FE00H .*[Cc]ancel/);
    matchesUntilStop = 20;
    const stopped = await inProcess((context) => {
      return runCommand(command, { args, context: { ...context, stopSignal: () => stop.signal } });
    });
    assert.equal(stopped.code, 0);
    assert.match(stopped.out, /C-FIND {2}FE00H/);
  });

  test("an event that is reported meanwhile is printed and answered", async () => {
    const report = dataSetFromJson({ TransactionUID: "1.2.9" });
    let answered: number | undefined;
    const enough = new AbortController();
    const commitment = "1.2.840.10008.1.20.1";
    const port = await serve(
      {
        "N-ACTION": (_request, user) => {
          setTimeout(async () => {
            const event = {
              operation: "N-EVENT-REPORT",
              sopClass: commitment,
              eventTypeId: 1,
            } as const;
            const instance = { sopInstanceUid: "1.2.840.10008.1.20.1.1", dataSet: report };
            answered = (await user.invoke({ ...event, ...instance }).final()).status;
            enough.abort();
          }, 20);
          return { status: 0 };
        },
      },
      [commitment],
    );
    const item = "ReferencedSOPSequence[0].ReferencedSOP";
    const args = [
      ...["n-action", "--class", commitment, "--action", "1", "TransactionUID=1.2.9"],
      ...[`${item}ClassUID=1.2`, `${item}InstanceUID=1.3`, "--wait", "10m", "--to", String(port)],
    ];
    const { code, out, err } = await inProcess((context) => {
      return runCommand(command, {
        args,
        context: { ...context, stopSignal: () => enough.signal },
      });
    });
    assert.equal(code, 0, err);
    assert.match(
      out,
      /N-ACTION {2}0000H[\s\S]*N-EVENT-REPORT from the other side: event 1[\s\S]*1\.2\.9/,
    );
    assert.equal(answered, 0);
  });

  test("exit 3 with the next step: no listener, rejected, no context, a peer that stalls or is none", async () => {
    const pacs = await startSimulatedPacs({ aeTitles: ["ARCHIVE"] });
    afterThis(() => pacs.close());
    const silent = createServer((socket) => socket.on("error", () => undefined));
    const http = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    for (const server of [silent, http]) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      afterThis(() => server.close());
    }
    const port = (server: typeof silent) => String((server.address() as { port: number }).port);
    const cases: readonly (readonly [args: readonly string[], what: RegExp, hint: RegExp])[] = [
      [
        ["--to", String(await freePort())],
        /nothing listens there/,
        /Check the address and the port/,
      ],
      [["--to", String(pacs.port)], /called AE title not recognized/, /Try another --called/],
      [
        ["--to", String(pacs.port), "--called", "ARCHIVE", "--class", "Printer"],
        /no context for Printer SOP Class: Basic Grayscale .*abstract syntax not supported/,
        /does not offer this service/,
      ],
      [
        ["--to", port(silent), "--timeout", "200ms"],
        /No answer in 200 ms/,
        /--timeout waits longer/,
      ],
      [["--to", port(http)], /No association:/, /does not speak DICOM/],
    ];
    for (const [args, what, hint] of cases) {
      const operation = args.includes("Printer") ? "n-get" : "c-echo";
      const { code, out, err } = await send(operation, ...args);
      assert.equal(code, 3, err);
      assert.equal(out, "");
      assert.match(err, what);
      assert.match(err, hint);
    }
  });

  test("a peer that negotiates what cannot be is told in words, exit 3", async () => {
    const verification = {
      abstractSyntax: "1.2.840.10008.1.1",
      transferSyntaxes: [EXPLICIT_LITTLE.uid],
    };
    const tiny = await serve({}, [verification], { maximumLength: 4 });
    const { code, err } = await send("c-echo", "--to", String(tiny));
    assert.equal(code, 3);
    assert.match(err, /a maximum length of 4 bytes leaves no room for a fragment/);

    const unasked = await answering({
      ...acceptOf([]),
      items: [
        { item: "application context", name: "1.2.840.10008.3.1.1.1" },
        {
          item: "presentation context AC",
          id: 1,
          result: 0,
          items: [{ item: "transfer syntax", uid: "1.2.840.10008.1.2.4.50" }],
        },
        { item: "user information", items: [{ item: "maximum length", maximumLength: 0 }] },
      ],
    });
    const wrong = await send("c-echo", "--to", String(unasked));
    assert.equal(wrong.code, 3);
    assert.match(
      wrong.err,
      /accepted Verification SOP Class in JPEG Baseline .*, which was not prop/,
    );
  });

  test("a data set with compressed pixel data is no attribute list: exit 2", async () => {
    const port = await serve({}, ["BasicGrayscalePrintManagementMeta"]);
    const path = join(folder(), "compressed.dcm");
    const fragments = Buffer.from(
      "e07f10004f420000fffffffffeff00e000000000feff00e002000000ffd8feffdde000000000",
      "hex",
    );
    const head = part10(
      dataSetFromJson({ Modality: "OT" }),
      EXPLICIT_LITTLE,
      "1.2.840.10008.1.2.4.50",
    );
    writeFileSync(path, Buffer.concat([head, fragments]));
    const args = ["n-create", "--class", "BasicFilmSession", "--data", path, "--to", String(port)];
    const { code, err } = await send(...args);
    assert.equal(code, 2, err);
    assert.match(err, /Cannot send the data set: Cannot write \d+ octets of bulk data/);
  });

  test("exit 1 for a failure, with what the response says of it", async () => {
    const comment = "Patient DOE is unknown\x1b[2J";
    const port = await serve(
      {
        "C-FIND": () => ({
          status: 0xc001,
          values: { ErrorComment: comment, OffendingElement: ["00100010"] },
        }),
      },
      [FIND],
    );
    const args = ["c-find", "PatientID", "--to", String(port)];
    const { code, out } = await send(...args);
    assert.equal(code, 1);
    assert.match(out, /C-FIND {2}C001H Unable to Process/i);
    assert.match(out, /Error Comment: \*\*\*/);
    assert.match(out, /Offending Element: 00100010/);
    const shown = await send(...args, "--show-phi");
    assert.match(shown.out, /Error Comment: Patient DOE is unknown\\x1b\[2J/);
    assert.doesNotMatch((await send(...args, "--json")).out, /DOE/);
  });

  test("exit 2 for what cannot be sent, naming the option or the operand", async () => {
    for (const [args, what] of [
      [["c-find", "PatientID"], /Option --to is missing/],
      [["find", "--to", "104"], /Cannot send "find"/],
      [["c-findd", "--to", "104"], /Did you mean c-find/],
      [["c-find", "PatientNme=X", "--to", "104"], /Did you mean PatientName\?/],
      [["c-find", "PatientID", "--class", "Studyrot", "--to", "104"], /no such SOP class/],
      [["c-echo", "PatientID=1", "--to", "104"], /C-ECHO has no data set/],
      [["c-store", "--to", "104"], /C-STORE needs files/],
      [
        ["c-move", "StudyInstanceUID=1.2", "--to", "104"],
        /needs Move Destination[\s\S]*--destination/,
      ],
      [["c-move", "StudyInstanceUID=1.2", "--destination", "A\\B", "--to", "104"], /no AE title/],
      [["c-get", "PatientID=1", "--to", "104"], /needs StudyInstanceUID/],
      [["n-get", "--class", "Printer", "Nothing", "--to", "104"], /Cannot ask for "Nothing"/],
      [["n-set", "--class", "Printer", "--instance", "x", "--to", "104"], /it is no UID/],
      [["n-action", "--class", "Printer", "--to", "104"], /needs Action Type ID.*--action N/s],
      [["c-echo", "--syntax", "Nothing", "--to", "104"], /no such transfer syntax/],
      [["c-echo", "--called", "SEVENTEEN LETTERS", "--to", "104"], /no AE title/],
    ] as const) {
      const { code, out, err } = await send(...args);
      assert.deepEqual([code, out], [2, ""], err);
      assert.match(err, what);
    }
  });
});

/** A listener that answers every A-ASSOCIATE-RQ with this PDU, and nothing else. */
async function answering(pdu: Pdu): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      socket.write(encodePdu(pdu));
      socket.once("data", () => socket.end()); // A-RELEASE-RQ: it does not wait for an answer
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterThis(() => server.close());
  return (server.address() as { port: number }).port;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "dicomtap-send-"));
  afterThis(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function imageFile(
  name: string,
  syntax: typeof EXPLICIT_LITTLE,
  { uid = syntax.uid } = {},
): string {
  const path = join(folder(), name);
  const pixels = Buffer.alloc(300_000, "0123456789").toString("base64");
  const dataSet = dataSetFromJson({
    SOPClassUID: CT,
    SOPInstanceUID: "2.25.9001",
    PatientName: "Müller^Jörg",
    ReferencedStudySequence: [{ ReferencedSOPClassUID: "1.2", ReferencedSOPInstanceUID: "1.3" }],
    Rows: 500,
    PixelData: { vr: "OW", InlineBinary: pixels },
  });
  writeFileSync(path, part10(dataSet, syntax, uid));
  return path;
}

function part10(
  dataSet: Parameters<typeof encodeDataSet>[0],
  syntax: typeof EXPLICIT_LITTLE,
  transferSyntaxUid = syntax.uid,
): Uint8Array {
  const head = part10Head({
    sopClassUid: CT,
    sopInstanceUid: "2.25.9001",
    transferSyntaxUid,
    implementationClassUid: "2.25.1",
  });
  return Buffer.concat([head, encodeDataSet(dataSet, { syntax })]);
}

/** Re-encoding gives sequences undefined length. */
function plain(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(" undefined", ""));
}
