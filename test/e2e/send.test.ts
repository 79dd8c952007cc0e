import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { dataSetFromJson, openAssociation, serveAssociations } from "../../src/mod.ts";
import { formatSize } from "../../src/units.ts";
import {
  FIRST_SERIES_UID,
  makeDatasetFiles,
  STUDY_IMAGES,
  STUDY_UIDS,
  SYNTAXES,
  type SyntaxName,
} from "../support/dataset_files.ts";
import { startDcmprscp } from "../support/dcmtk_print_server.ts";
import {
  describeFile,
  startDcmqrscp,
  startStorescp,
  startWlmscpfs,
} from "../support/dcmtk_servers.ts";
import { partner } from "../support/partner.ts";
import { type Finished, inScope, type Scope } from "../support/process.ts";
import { residentBytes } from "../support/process_memory.ts";
import { ownRuntime } from "../support/runtimes.ts";
import { capturesIn, show, startProxy } from "./dicomtap.ts";

const { dicomtap, name: runtime } = ownRuntime();
const dcmtk = partner("dcmqrscp", "dcmtk");

function send(scope: Scope, ...args: readonly (string | number)[]): Promise<Finished> {
  return scope.run([...dicomtap, "send", ...args.map(String)]);
}

describe("dicomtap send and DCMTK", () => {
  test.skipIf(dcmtk === undefined)(
    "c-store: files in eight transfer syntaxes reach storescp octet by octet",
    async () => {
      await inScope(async (scope) => {
        const files = await makeDatasetFiles(scope);
        const scp = await startStorescp(scope);
        const paths = [...Object.values(files.bySyntax), files.big, ...files.study];
        const { code, stdout, stderr } = await send(
          scope,
          ...["c-store", ...paths, "--to", scp.port, "--called", scp.aeTitle],
        );
        assert.equal(code, 0, stderr);
        assert.equal(stdout.match(/0000H Success/g)?.length, paths.length);
        const sent = paths.map((path) => describeFile("", readFileSync(path)).sha256);
        const received = (await scp.received()).map(({ sha256 }) => sha256);
        assert.deepEqual(received.sort(), sent.sort());
        console.log(`send c-store on ${runtime}: ${paths.length} files, 0 altered data sets`);
      });
    },
  );

  test.skipIf(dcmtk === undefined)(
    "c-store: what storescp takes in another uncompressed syntax is re-encoded as DCMTK does it",
    async () => {
      await inScope(async (scope) => {
        const files = await makeDatasetFiles(scope);
        const folder = scope.tempDir();
        let compared = 0;
        for (const [only, wanted] of [
          ["+xi", "implicit"],
          ["+xe", "explicit"],
          ["+xb", "bigEndian"],
        ] as const) {
          const scp = await startStorescp(scope, { args: [only] });
          for (const from of ["implicit", "explicit", "bigEndian", "deflated"] as const) {
            const path = files.bySyntax[from];
            // Of the two that storescp lists, those it prefers: ask for one only.
            const syntax = ["--syntax", SYNTAXES[wanted].uid];
            const { code, stderr } = await send(
              scope,
              ...["c-store", path, ...syntax, "--to", scp.port, "--called", scp.aeTitle],
            );
            assert.equal(code, 0, `${from} to ${wanted}: ${stderr}`);
            const expected = join(folder, `${from}-${wanted}.dcm`);
            const flag = { implicit: "+ti", explicit: "+te", bigEndian: "+tb" }[wanted];
            await scope.run(["dcmconv", flag, "-e", path, expected]);
            const [file] = await scp.received();
            assert.equal(file?.transferSyntax, SYNTAXES[wanted as SyntaxName].uid);
            assert.equal(file?.sha256, describeFile("", readFileSync(expected)).sha256);
            compared++;
          }
        }
        console.log(`send c-store on ${runtime}: ${compared} re-encodings equal to dcmconv`);
      });
    },
  );

  test.skipIf(dcmtk === undefined)("c-find, c-get and c-move with dcmqrscp", async () => {
    await inScope(async (scope) => {
      const files = await makeDatasetFiles(scope);
      const destination = await startStorescp(scope);
      const scp = await startDcmqrscp(scope, {
        files: files.study,
        destinations: { [destination.aeTitle]: destination.port },
      });
      const to = ["--to", scp.port, "--called", scp.aeTitle];

      const studies = await send(
        scope,
        "c-find",
        "StudyInstanceUID",
        "PatientName",
        ...to,
        "--json",
      );
      assert.equal(studies.code, 0, studies.stderr);
      const lines = studies.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      const uids = lines.flatMap((line) => line.data_set?.["0020000D"].Value ?? []);
      assert.deepEqual(uids.sort(), [...STUDY_UIDS].sort());
      assert.equal(lines[0].data_set["00100010"].Value[0].Alphabetic, "***");

      const output = join(scope.tempDir(), "got");
      const study = `StudyInstanceUID=${STUDY_UIDS[0]}`;
      const got = await send(scope, "c-get", study, "--output", output, ...to);
      assert.equal(got.code, 0, got.stderr);
      assert.match(got.stdout, /C-GET {2}0000H Success {2}6 completed, 0 failed, 0 with warning/);
      const names = readdirSync(output).sort();
      assert.deepEqual(names[5], "000006.dcm");
      assert.equal(names.length, STUDY_IMAGES.first);
      const hashes = new Set(
        files.study.map((path) => describeFile("", readFileSync(path)).sha256),
      );
      for (const name of names) {
        const file = readFileSync(join(output, name));
        assert.ok(hashes.has(describeFile("", file).sha256), `${name} is one of the images`);
        const checked = await scope.run(["dcmdump", "-q", join(output, name)]);
        assert.equal(checked.code, 0, checked.stderr);
      }

      const series = [study, `SeriesInstanceUID=${FIRST_SERIES_UID}`];
      const moved = await send(
        scope,
        ...["c-move", ...series, "--destination", destination.aeTitle, ...to],
      );
      assert.equal(moved.code, 0, moved.stderr);
      assert.match(moved.stderr, /QueryRetrieveLevel=SERIES/);
      assert.equal((await destination.received()).length, 3);
      const nowhere = await send(scope, "c-move", study, "--destination", "NOWHERE", ...to);
      assert.equal(nowhere.code, 1);
      assert.match(nowhere.stdout, /A801H Move destination unknown/);
      console.log(`send on ${runtime}: 2 studies found, ${names.length} images got, 3 moved`);
    });
  });

  test.skipIf(dcmtk === undefined)("c-find with wlmscpfs, a key inside a sequence", async () => {
    await inScope(async (scope) => {
      const scp = await startWlmscpfs(scope);
      const { code, stdout, stderr } = await send(
        scope,
        ...["c-find", "--class", "ModalityWorklistInformationModelFind", "PatientName"],
        ...["ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartTime=090002"],
        ...["ScheduledProcedureStepSequence[0].Modality", "--show-phi"],
        ...["--to", scp.port, "--called", scp.aeTitle],
      );
      assert.equal(code, 0, stderr);
      assert.match(stdout, /Worklist\^Patient 2/);
      assert.match(stdout, /C-FIND {2}0000H Success {2}1 match/);
    });
  });

  test.skipIf(dcmtk === undefined)("n-create makes a film session on dcmprscp", async () => {
    await inScope(async (scope) => {
      const scp = await startDcmprscp(scope);
      const to = ["--to", scp.port, "--called", scp.aeTitle];
      const data = join(scope.tempDir(), "film.json");
      writeFileSync(data, JSON.stringify({ NumberOfCopies: 2, MediumType: "PAPER" }));
      const session = ["n-create", "--class", "BasicFilmSession", "--instance", "1.2.3"];
      const created = await send(scope, ...session, "--data", data, ...to);
      assert.equal(created.code, 0, created.stderr);
      assert.match(created.stdout, /N-CREATE {2}0000H Success {2}instance 1\.2\.3/);
      assert.match(created.stdout, /NumberOfCopies +2\n/);
      const refused = await send(scope, ...session, "MediumType=GOLD", ...to);
      assert.equal(refused.code, 1);
      assert.match(refused.stdout, /N-CREATE {2}0106H/);
      const printer = await send(scope, "n-get", "--class", "Printer", ...to);
      assert.equal(printer.code, 0, printer.stderr);
      assert.match(printer.stdout, /PrinterStatus +NORMAL/);
    });
  });

  test.skipIf(dcmtk === undefined)("a film is printed on dcmprscp by library calls", async () => {
    await inScope(async (scope) => {
      const { port, aeTitle } = await startDcmprscp(scope);
      const user = await openAssociation({
        host: "127.0.0.1",
        port,
        calledAeTitle: aeTitle,
        contexts: ["BasicFilmSession"],
        dimseTimeout: 10_000,
      });
      const create = (sopClass: string, json: object) =>
        user.invoke({ operation: "N-CREATE", sopClass, dataSet: dataSetFromJson(json) }).final();
      const session = await create("BasicFilmSession", { NumberOfCopies: 1 });
      assert.equal(session.status, 0);
      const box = await create("BasicFilmBox", {
        ImageDisplayFormat: "STANDARD\\1,1",
        FilmSizeID: "8INX10IN",
        ReferencedFilmSessionSequence: [
          {
            ReferencedSOPClassUID: "1.2.840.10008.5.1.1.1",
            ReferencedSOPInstanceUID: String(session.values["AffectedSOPInstanceUID"]),
          },
        ],
      });
      assert.equal(box.status, 0, box.meaning);
      const images = (await box.read())?.items("ReferencedImageBoxSequence") ?? [];
      assert.equal(images.length, 1);
      const pixels = Buffer.alloc(64 * 64, 0x80).toString("base64");
      const set = await user
        .invoke({
          operation: "N-SET",
          sopClass: "BasicGrayscaleImageBox",
          sopInstanceUid: images[0]?.text("ReferencedSOPInstanceUID") ?? "",
          dataSet: dataSetFromJson({
            ImageBoxPosition: 1,
            BasicGrayscaleImageSequence: [
              {
                SamplesPerPixel: 1,
                PhotometricInterpretation: "MONOCHROME2",
                Rows: 64,
                Columns: 64,
                PixelAspectRatio: "1\\1",
                BitsAllocated: 8,
                BitsStored: 8,
                HighBit: 7,
                PixelRepresentation: 0,
                PixelData: { vr: "OW", InlineBinary: pixels },
              },
            ],
          }),
        })
        .final();
      assert.equal(set.status, 0, set.meaning);
      const printed = await user
        .invoke({
          operation: "N-ACTION",
          sopClass: "BasicFilmBox",
          sopInstanceUid: String(box.values["AffectedSOPInstanceUID"]),
          actionTypeId: 1,
        })
        .final();
      assert.equal(printed.statusClass, "success", printed.meaning);
      await user.release();
    });
  });

  test.skipIf(dcmtk === undefined)("S-13: nothing that send says breaks a rule", async () => {
    await inScope(async (scope) => {
      const files = await makeDatasetFiles(scope);
      const archive = await startDcmqrscp(scope, { files: files.study, destinations: {} });
      const printer = await startDcmprscp(scope);
      const found: string[] = [];
      let messages = 0;
      for (const [scp, requests] of [
        [
          archive,
          [
            ["c-echo"],
            ["c-store", files.bySyntax.implicit, files.bySyntax.rle, files.bySyntax.deflated],
            ["c-find", "PatientName", "StudyInstanceUID", "--cancel-after", "1"],
            ["c-get", `StudyInstanceUID=${STUDY_UIDS[0]}`, "--output", scope.tempDir()],
            ["c-move", `StudyInstanceUID=${STUDY_UIDS[0]}`, "--destination", "NOWHERE"],
          ],
        ],
        [
          printer,
          [
            ["n-create", "--class", "BasicFilmSession", "--instance", "1.2.3", "NumberOfCopies=1"],
            ["n-get", "--class", "Printer", "PrinterStatus"],
            ["n-delete", "--class", "BasicFilmSession", "--instance", "1.2.3"],
          ],
        ],
      ] as const) {
        const proxy = await startProxy(scope, { runtime: ownRuntime(), to: scp.port });
        for (const request of requests) {
          const to = ["--to", proxy.port, "--called", scp.aeTitle];
          const { code } = await send(scope, ...request, ...to);
          assert.ok(code === 0 || code === 1 || request[0] === "c-store", `${request[0]}: ${code}`);
        }
        proxy.process.signal("SIGTERM");
        await proxy.process.exit();
        for (const shown of await show(scope, ownRuntime(), capturesIn(proxy.folder))) {
          messages += shown.messages.length;
          for (const { sender, severity, id, text } of shown.association.findings) {
            if (sender === "requestor" && severity !== "note") found.push(`${id}: ${text}`);
          }
        }
      }
      assert.deepEqual(found, []);
      assert.ok(messages > 20);
      console.log(
        `S-13: send on ${runtime}, ${messages} messages recorded, ${found.length} findings`,
      );
    });
  });

  test("Ctrl-C cancels what is pending and ends in order", async () => {
    await inScope(async (scope) => {
      let canceled = false;
      const server = await serveAssociations({
        host: "127.0.0.1",
        port: 0,
        supported: ["StudyRootQueryRetrieveInformationModelFind"],
        perform: {
          async *"C-FIND"(request) {
            await request.read();
            while (!request.canceled.aborted) {
              yield { status: 0xff00, dataSet: dataSetFromJson({ PatientID: "1" }) };
              await new Promise((resolve) => setTimeout(resolve, 10));
            }
            canceled = true;
            yield { status: 0xfe00 };
          },
        },
      });
      scope.defer(() => server.close());
      const run = scope.start([
        ...dicomtap,
        "send",
        "c-find",
        "PatientID",
        "--to",
        String(server.port),
      ]);
      await run.line(/FF00H/);
      run.signal("SIGINT");
      const { code } = await run.exit();
      assert.equal(code, 0, run.stderr);
      assert.match(run.stdout, /C-FIND {2}FE00H/);
      assert.equal(canceled, true);
    });
  });

  test.skipIf(dcmtk === undefined)("a file of 256 MiB goes out in bounded memory", async () => {
    await inScope(async (scope) => {
      const files = await makeDatasetFiles(scope);
      const folder = scope.tempDir();
      const path = join(folder, "large.dcm");
      const head = readFileSync(files.bySyntax.explicit).subarray(0, -(128 * 128 + 12));
      const element = Buffer.from("e07f10004f57000000000000", "hex");
      element.writeUInt32LE(2 ** 28, 8);
      const block = Buffer.alloc(2 ** 24, "0123456789abcdef");
      writeFileSync(path, Buffer.concat([head, element]));
      for (let count = 0; count < 16; count++) writeFileSync(path, block, { flag: "a" });
      const scp = await startStorescp(scope, { args: ["+B", "+xa"] });
      const run = scope.start([...dicomtap, "send", "c-store", path, "--to", String(scp.port)]);
      let most = 0;
      const watch = setInterval(() => {
        most = Math.max(most, residentBytes(run.pid) ?? 0);
      }, 50);
      const { code } = await run.exit();
      clearInterval(watch);
      assert.equal(code, 0, run.stderr);
      const [received] = await scp.received();
      assert.equal(received?.sha256, describeFile("", readFileSync(path)).sha256);
      assert.ok(most < 220 * 2 ** 20, `${formatSize(most)} resident`);
      console.log(`send c-store on ${runtime}: 256 MiB with at most ${formatSize(most)} resident`);
    });
  });
});
