/**
 * C-MOVE and C-GET of a recording of C-STOREs: DCMTK's SCUs ask, Orthanc and storescp receive.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterAll, describe, test } from "vitest";
import { type ReplayScp, replayAsScp } from "../../../../../replay/scp/replay_as_scp.ts";
import { assigned } from "../../../../../src/service/assignments.ts";
import { openAssociation } from "../../../../../src/service/open_association.ts";
import type { Performer } from "../../../../../src/service/performance.ts";
import { serveAssociations } from "../../../../../src/service/serve_associations.ts";
import {
  type DatasetFiles,
  FIRST_IMAGE_UID,
  makeDatasetFiles,
  STUDY_IMAGES,
  STUDY_UIDS,
  SYNTAXES,
} from "../../../../support/dataset_files.ts";
import {
  describeFile,
  NO_DELAY,
  type Partner,
  type ReceivedFile,
  startStorescp,
  takeFiles,
} from "../../../../support/dcmtk_servers.ts";
import { startOrthanc } from "../../../../support/orthanc.ts";
import { partner } from "../../../../support/partner.ts";
import { Scope } from "../../../../support/process.ts";
import { beforeFirst } from "../../../../support/shared.ts";
import { recorded } from "../recording.ts";

const missing = ["dump2dcm", "storescu", "storescp", "movescu", "getscu"]
  .map((program) => partner(program, "dcmtk"))
  .includes(undefined);
const orthanc = partner("Orthanc", "orthanc");

const FIND = "1.2.840.10008.5.1.4.1.2.2";
const SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";
const facts = ({ transferSyntax, sha256 }: ReceivedFile) => `${transferSyntax} ${sha256}`;
const FIRST_STUDY = ["QueryRetrieveLevel=STUDY", `StudyInstanceUID=${STUDY_UIDS[0]}`];

describe.skipIf(missing || orthanc === undefined)("RetrieveResponder with --archive", () => {
  const scope = new Scope();
  const warnings: string[] = [];
  let files: DatasetFiles;
  let storescp: Partner;
  let replay: ReplayScp;
  /** Of everything that there is. */
  let everything: readonly string[];
  /** What the recorded C-STOREs brought: transfer syntaxes and hashes. */
  let passed: readonly string[];

  beforeFirst(async () => {
    files = await makeDatasetFiles(scope);
    const recipient = await startStorescp(scope, { aeTitle: "RECIPIENT" });
    everything = await recorded(recipient.port, {
      scope,
      work: async (port) => {
        const peer = ["-aec", "RECIPIENT", "127.0.0.1", String(port)];
        const sent = [...files.study, ...Object.values(files.bySyntax)];
        const done = await scope.run(["dcmsend", ...peer, ...sent], { env: NO_DELAY });
        assert.equal(done.code, 0, done.stderr);
      },
    });
    passed = (await recipient.received()).map(facts);
    storescp = await startStorescp(scope, { aeTitle: "STORESCP" });
    replay = await replayAsScp({
      captures: everything,
      archive: true,
      moveDestinations: { STORESCP: { port: storescp.port }, NOWHERE: { port: 1 } },
      onWarning: (text) => warnings.push(text),
    });
  });
  afterAll(async () => {
    await replay?.close();
    await scope.close();
  });

  async function ask(program: string, args: readonly string[], { port } = replay) {
    const cwd = scope.tempDir();
    const peer = ["-aec", "REPLAY", "127.0.0.1", String(port)];
    const done = await scope.run([program, "-v", ...args, ...peer], { cwd, env: NO_DELAY });
    return { code: done.code, said: done.stdout + done.stderr, files: takeFiles(cwd) };
  }

  const keys = (texts: readonly string[]) => texts.flatMap((text) => ["-k", text]);
  const hashes = (paths: readonly string[]) =>
    paths.map((path) => describeFile("", readFileSync(path)).sha256).sort();

  test("C-MOVE sends the recorded instances to DCMTK and Orthanc, octet by octet", async () => {
    const sent = hashes(files.study.slice(0, STUDY_IMAGES.first));
    const archive = await startOrthanc(scope, { program: orthanc ?? "", destinations: {} });
    const moveDestinations = {
      STORESCP: { port: storescp.port },
      ORTHANC: { port: archive.port },
    };
    await using own = await replayAsScp({ captures: everything, archive: true, moveDestinations });
    for (const [aeTitle, at] of [
      ["STORESCP", storescp],
      ["ORTHANC", archive],
    ] as const) {
      const asked = ["-S", "-aem", aeTitle, ...keys(FIRST_STUDY)];
      const { code, said } = await ask("movescu", asked, own);
      assert.equal(code, 0, said);
      const received = await at.received();
      assert.equal(received.length, STUDY_IMAGES.first);
      if (aeTitle === "STORESCP") {
        assert.deepEqual(received.map(({ sha256 }) => sha256).sort(), sent);
      }
    }
  });

  test("C-MOVE of all recorded transfer syntaxes keeps each", async () => {
    const study = ["QueryRetrieveLevel=PATIENT", "PatientID=SYN-9"];
    const { code, said } = await ask("movescu", ["-P", "-aem", "STORESCP", ...keys(study)]);
    assert.equal(code, 0, said);
    const received = (await storescp.received()).map(facts);
    assert.equal(received.length, Object.keys(SYNTAXES).length);
    assert.deepEqual(
      received.filter((one) => !passed.includes(one)),
      [],
    );
    console.log(`${new Set(received.map((one) => one.split(" ")[0])).size} transfer syntaxes kept`);
  });

  test("C-MOVE to a destination that nobody named is answered A801H", async () => {
    const { code, said } = await ask("movescu", ["-S", "-aem", "STRANGER", ...keys(FIRST_STUDY)]);
    assert.notEqual(code, 0);
    assert.match(said, /MoveDestinationUnknown/);
    assert.match(warnings.join("\n"), /"STRANGER": no such destination.*--move-dest/);
  });

  test("C-MOVE to a destination that cannot be reached fails all, and lists them", async () => {
    await using user = await openAssociation({
      host: "127.0.0.1",
      port: replay.port,
      contexts: [`${FIND}.2`],
    });
    const final = await user
      .invoke({
        operation: "C-MOVE",
        sopClass: `${FIND}.2`,
        moveDestination: "NOWHERE",
        dataSet: assigned(FIRST_STUDY),
      })
      .final();
    assert.equal(final.status, 0xa702);
    assert.equal(final.values["NumberOfFailedSuboperations"], STUDY_IMAGES.first);
    assert.equal(final.values["NumberOfCompletedSuboperations"], 0);
    assert.equal("NumberOfRemainingSuboperations" in final.values, false);
    const listed = (await final.read())?.strings("FailedSOPInstanceUIDList") ?? [];
    assert.equal(listed.length, STUDY_IMAGES.first);
    assert.ok(listed.includes(FIRST_IMAGE_UID));
  });

  test("C-GET sends on the same association, as getscu takes it", async () => {
    const { code, said, files: received } = await ask("getscu", ["-S", ...keys(FIRST_STUDY)]);
    assert.equal(code, 0, said);
    assert.equal(received.length, STUDY_IMAGES.first);
    const images = received.map(({ sha256 }) => sha256).sort();
    const bitPreserving = await ask("getscu", ["-S", "+B", ...keys(FIRST_STUDY)]);
    const sent = hashes(files.study.slice(0, STUDY_IMAGES.first));
    assert.deepEqual(bitPreserving.files.map(({ sha256 }) => sha256).sort(), sent);
    assert.equal(images.length, sent.length);
  });

  test("C-GET without the SCP role or a context for it: failed and listed", async () => {
    await using user = await openAssociation({
      host: "127.0.0.1",
      port: replay.port,
      contexts: [`${FIND}.3`, SECONDARY_CAPTURE],
    });
    const final = await user
      .invoke({ operation: "C-GET", sopClass: `${FIND}.3`, dataSet: assigned(FIRST_STUDY) })
      .final();
    assert.equal(final.status, 0xa702);
    assert.equal(final.values["NumberOfFailedSuboperations"], STUDY_IMAGES.first);
  });

  test("counts what the destination says: B000H with warnings and failures", async () => {
    const answers = [0x0000, 0xb000, 0xa700, 0x0000, 0x0000, 0x0000];
    const originators: unknown[] = [];
    const store: Performer = ({ values }) => {
      originators.push([
        values["MoveOriginatorApplicationEntityTitle"],
        values["MoveOriginatorMessageID"],
      ]);
      return { status: answers.shift() ?? 0 };
    };
    await sendingTo(store, async (own) => {
      await using user = await openAssociation({
        host: "127.0.0.1",
        port: own.port,
        callingAeTitle: "ASKER",
        contexts: [`${FIND}.2`],
      });
      const pending: unknown[] = [];
      const invocation = user.invoke({
        operation: "C-MOVE",
        sopClass: `${FIND}.2`,
        moveDestination: "MINE",
        messageId: 77,
        dataSet: assigned(FIRST_STUDY),
      });
      for await (const { final, status, values } of invocation) {
        const counts = ["Remaining", "Completed", "Warning", "Failed"].map(
          (name) => values[`NumberOf${name}Suboperations`],
        );
        if (final) assert.deepEqual([status, ...counts], [0xb000, undefined, 4, 1, 1]);
        else pending.push(counts);
      }
      assert.deepEqual(pending, [
        [5, 1, 0, 0],
        [4, 1, 1, 0],
        [3, 1, 1, 1],
        [2, 2, 1, 1],
        [1, 3, 1, 1],
      ]);
      assert.deepEqual(originators, Array(6).fill(["ASKER", 77]));
    });
  });

  test("C-CANCEL ends a C-MOVE with FE00H and what remains", async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let stored = 0;
    const store: Performer = async () => {
      stored++;
      if (stored === 3) await gate;
      return { status: 0x0000 };
    };
    await sendingTo(store, async (own) => {
      await using user = await openAssociation({
        host: "127.0.0.1",
        port: own.port,
        contexts: [`${FIND}.2`],
      });
      const invocation = user.invoke({
        operation: "C-MOVE",
        sopClass: `${FIND}.2`,
        moveDestination: "MINE",
        dataSet: assigned(FIRST_STUDY),
      });
      let pending = 0;
      for await (const { final, status, values } of invocation) {
        pending++;
        if (pending === 2) {
          await invocation.cancel();
          // A round trip on another association: the C-CANCEL-RQ has come by then.
          await using other = await openAssociation({
            host: "127.0.0.1",
            port: own.port,
            contexts: ["Verification"],
          });
          await other.invoke({ operation: "C-ECHO" }).final();
          open();
        }
        if (!final) continue;
        assert.equal(status, 0xfe00);
        const completed = Number(values["NumberOfCompletedSuboperations"]);
        const remaining = Number(values["NumberOfRemainingSuboperations"]);
        assert.ok(remaining > 0, `${remaining} remain`);
        assert.equal(completed + remaining, STUDY_IMAGES.first);
        assert.equal(completed, stored);
      }
    });
  });

  /** With a move destination MINE that stores that way. */
  async function sendingTo(store: Performer, work: (own: ReplayScp) => Promise<void>) {
    const server = await serveAssociations({
      port: 0,
      supported: [SECONDARY_CAPTURE],
      perform: { "C-STORE": store },
    });
    const moveDestinations = { MINE: { port: server.port } };
    const own = await replayAsScp({ captures: await captured(), archive: true, moveDestinations });
    try {
      await work(own);
    } finally {
      await own.close();
      await server.close();
    }
  }

  let captures: readonly string[] | undefined;
  async function captured(): Promise<readonly string[]> {
    if (captures !== undefined) return captures;
    const recipient = await startStorescp(scope, { aeTitle: "RECIPIENT" });
    captures = await recorded(recipient.port, {
      scope,
      work: async (port) => {
        const peer = ["-aec", "RECIPIENT", "127.0.0.1", String(port)];
        const done = await scope.run(["storescu", ...peer, ...files.study], { env: NO_DELAY });
        assert.equal(done.code, 0, done.stderr);
      },
    });
    return captures;
  }
});
