import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { transferSyntax } from "../../../src/dataset/transfer_syntax.ts";
import type { Performers } from "../../../src/service/performance.ts";
import { serveAssociations } from "../../../src/service/serve_associations.ts";
import type { OperationResponse, PerformRequest } from "../../../src/service/service_message.ts";
import { inScope } from "../../support/process.ts";
import { meaning } from "../../support/same_data_set.ts";
import {
  associated,
  CT,
  dataSet,
  EXPLICIT,
  find,
  IMPLICIT,
  playing,
  recording,
  STUDY_FIND,
} from "./recording.ts";

const BIG_ENDIAN = "1.2.840.10008.1.2.2";
const DEFLATED = "1.2.840.10008.1.2.1.99";
const UNCOMPRESSED = [IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED];

const STUDY = dataSet({
  SpecificCharacterSet: "ISO_IR 192",
  StudyDate: "20260203",
  PatientName: "Müller^Jürgen",
  PatientID: "1",
  NumberOfStudyRelatedInstances: "12",
  ReferencedStudySequence: [{ ReferencedSOPInstanceUID: "1.2.3" }, {}],
});

/** The answer's octets and meaning in one transfer syntax. */
async function answerIn(
  to: { readonly host: string; readonly port: number },
  uid: string,
): Promise<{ readonly octets: string; readonly means: unknown }> {
  const contexts = [{ abstractSyntax: STUDY_FIND, transferSyntaxes: [uid] }];
  return await associated(to, { contexts }, async (user) => {
    const query = dataSet({ QueryRetrieveLevel: "STUDY", PatientID: "" });
    const invocation = user.invoke({
      operation: "C-FIND",
      sopClass: STUDY_FIND,
      ...(uid === DEFLATED ? { dataSet: NOTHING_DEFLATED } : { dataSet: query }),
    });
    let answer: OperationResponse | undefined;
    let octets = "";
    let means: unknown;
    for await (const response of invocation) {
      if (response.final) continue;
      answer = response;
      const pieces: Uint8Array[] = [];
      for await (const piece of response.dataSet ?? []) pieces.push(Uint8Array.from(piece));
      const whole = Buffer.concat(pieces);
      octets = createHash("sha256").update(whole).digest("hex");
      const { readDataSet } = await import("../../../src/dataset/read_data_set.ts");
      const syntax = transferSyntax(uid);
      assert.ok(syntax);
      // Re-encoding as it passes writes sequences with delimiters (PS3.5 7.5.2).
      means = meaning(readDataSet(whole, { syntax }).dataSet).map((line) =>
        line.replace(/ undefined$/, ""),
      );
    }
    assert.equal(answer?.context.transferSyntax, uid);
    return { octets, means };
  });
}

/** An empty data set as a deflated stream: it matches everything. */
const NOTHING_DEFLATED = Uint8Array.of(0x03, 0x00);

describe("replayAsScp answers in the live transfer syntax (PS3.5 A)", () => {
  test.each(UNCOMPRESSED.slice(0, 3))("what was recorded in %s", async (recordedIn) => {
    await inScope(async (scope) => {
      const perform: Performers = {
        "C-FIND": async function* () {
          yield { status: 0xff00, dataSet: STUDY };
          yield { status: 0x0000 };
        },
      };
      const supported = [{ abstractSyntax: STUDY_FIND, transferSyntaxes: UNCOMPRESSED }];
      let first: Awaited<ReturnType<typeof answerIn>> | undefined;
      const capture = await recording(scope, { supported, perform }, async (to) => {
        first = await answerIn(to, recordedIn);
      });
      // Contexts that the recording has not are taken in the usual syntaxes alone.
      const others = await recording(scope, { supported, perform: {} }, async (to) => {
        for (const uid of UNCOMPRESSED) {
          const contexts = [{ abstractSyntax: STUDY_FIND, transferSyntaxes: [uid] }];
          await associated(to, { contexts }, async () => undefined);
        }
      });
      const { to, requests, warnings } = await playing(scope, [capture, others], {
        match: "order",
      });
      for (const uid of UNCOMPRESSED) {
        const again = await answerIn(to, uid);
        assert.deepEqual(again.means, first?.means, uid);
        if (uid === recordedIn) assert.equal(again.octets, first?.octets, "byte for byte");
      }
      assert.deepEqual(warnings, []);
      assert.equal(requests.filter(({ matched }) => matched).length, UNCOMPRESSED.length);
    });
  });
});

test("replayAsScp keeps the recorded pauses, those before canceled answers not", async () => {
  await inScope(async (scope) => {
    const PAUSE = 300;
    const perform: Performers = {
      "C-FIND": async function* () {
        yield { status: 0xff00, dataSet: STUDY };
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
        yield { status: 0x0000 };
      },
    };
    const contexts = [STUDY_FIND];
    const capture = await recording(scope, { supported: contexts, perform }, async (to) => {
      await associated(to, { contexts }, (user) => find(user, {}));
    });
    const took = async (options: { readonly speed: number; readonly maxGap?: number }) => {
      const { to } = await playing(scope, capture, options);
      return await associated(to, { contexts }, async (user) => {
        const started = performance.now();
        assert.deepEqual(await find(user, {}), ["FF00 1", "0000"]);
        return performance.now() - started;
      });
    };
    // Timers may fire a moment early; a late one proves nothing.
    assert.ok((await took({ speed: 1 })) > PAUSE - 20);
    assert.ok((await took({ speed: 0.5 })) > 2 * PAUSE - 40);
    assert.ok((await took({ speed: 1, maxGap: 100 })) > 80);
  });
});

test("replayAsScp forwards instances as they come, and sub-operations the other way", async () => {
  await inScope(async (scope) => {
    const GET = "1.2.840.10008.5.1.4.1.2.2.3";
    const image = new Uint8Array(3_000_000).map((_, at) => (at * 31) & 0xff);
    const hashOf = async (request: PerformRequest): Promise<string> => {
      const hash = createHash("sha256");
      for await (const piece of request.dataSet ?? []) hash.update(piece);
      return hash.digest("hex");
    };
    const sent = {
      operation: "C-STORE",
      sopClass: CT,
      sopInstanceUid: "1.2.3",
      dataSet: image,
    } as const;
    const arrived: string[] = [];
    const real = await serveAssociations({
      host: "127.0.0.1",
      port: 0,
      supported: [
        { abstractSyntax: CT, transferSyntaxes: [EXPLICIT], roles: { scu: true, scp: true } },
        { abstractSyntax: GET, transferSyntaxes: [EXPLICIT] },
      ],
      perform: {
        "C-STORE": async (request) => {
          arrived.push(await hashOf(request));
          return { status: 0xb000, values: { ErrorComment: "from there" } };
        },
        "C-GET": async function* (_request, user) {
          const { status } = await user.invoke(sent).final();
          yield {
            status: 0x0000,
            values: { NumberOfCompletedSuboperations: status === 0 ? 1 : 0 },
          };
        },
      },
    });
    scope.defer(() => real.close());
    const nothing = await recording(scope, { supported: [CT], perform: {} }, async (to) => {
      await associated(to, { contexts: [CT] }, async () => undefined);
    });
    const { to, requests } = await playing(scope, nothing, {
      unmatched: { do: "forward", to: { host: real.host, port: real.port } },
    });
    const came: string[] = [];
    const contexts = [
      { abstractSyntax: CT, transferSyntaxes: [EXPLICIT], roles: { scu: true, scp: true } },
      { abstractSyntax: GET, transferSyntaxes: [EXPLICIT] },
    ];
    const perform: Performers = {
      "C-STORE": async (request) => {
        came.push(await hashOf(request));
        return { status: 0x0000 };
      },
    };
    await associated(to, { contexts, perform }, async (user) => {
      const stored = await user.invoke(sent).final();
      assert.deepEqual([stored.status, stored.values["ErrorComment"]], [0xb000, "from there"]);
      const query = dataSet({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: "1.2" });
      const got = await user.invoke({ operation: "C-GET", sopClass: GET, dataSet: query }).final();
      assert.equal(got.values["NumberOfCompletedSuboperations"], 1);
    });
    const hash = createHash("sha256").update(image).digest("hex");
    assert.deepEqual([arrived, came], [[hash], [hash]]);
    assert.deepEqual(
      requests.map(({ by }) => by),
      ["forward", "forward"],
    );
  });
});

test("replayAsScp answers itself where the real PACS cannot be reached, and says so", async () => {
  await inScope(async (scope) => {
    const capture = await recording(scope, { supported: [STUDY_FIND], perform: {} }, async (to) => {
      await associated(to, { contexts: [STUDY_FIND] }, async () => undefined);
    });
    const { to, requests, warnings } = await playing(scope, capture, {
      unmatched: { do: "forward", to: { host: "127.0.0.1", port: 1 } },
    });
    await associated(to, { contexts: [STUDY_FIND] }, async (user) => {
      assert.deepEqual(await find(user, {}), ["C000"]);
    });
    assert.equal(requests[0]?.matched, false);
    assert.match(warnings[0] ?? "", /^Cannot forward C-FIND-RQ: Cannot connect to 127\.0\.0\.1:1/);
  });
});

test("replayAsScp passes a C-CANCEL-RQ on to the real PACS, and its last word back", async () => {
  await inScope(async (scope) => {
    const MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
    const real = await serveAssociations({
      host: "127.0.0.1",
      port: 0,
      supported: [MOVE],
      perform: {
        // No pending response: only a C-CANCEL-RQ ends it.
        "C-MOVE": async ({ canceled }) => {
          if (!canceled.aborted) {
            await new Promise((resolve) => {
              canceled.addEventListener("abort", resolve, { once: true });
            });
          }
          return { status: 0xfe00, values: { NumberOfRemainingSuboperations: 7 } };
        },
      },
    });
    scope.defer(() => real.close());
    const nothing = await recording(scope, { supported: [MOVE], perform: {} }, async (to) => {
      await associated(to, { contexts: [MOVE] }, async () => undefined);
    });
    const { to, requests } = await playing(scope, nothing, {
      unmatched: { do: "forward", to: { host: real.host, port: real.port } },
    });
    await associated(to, { contexts: [MOVE] }, async (user) => {
      const invocation = user.invoke({
        operation: "C-MOVE",
        sopClass: MOVE,
        values: { MoveDestination: "ELSEWHERE" },
        dataSet: dataSet({ QueryRetrieveLevel: "STUDY", StudyInstanceUID: "1.2" }),
      });
      await invocation.cancel();
      const { status, values } = await invocation.final();
      assert.deepEqual([status, values["NumberOfRemainingSuboperations"]], [0xfe00, 7]);
    });
    assert.deepEqual(
      requests.map(({ by, status }) => [by, status]),
      [["forward", 0xfe00]],
    );
  });
});

test("replayAsScp keeps what it forwards, where both are asked for", async () => {
  await inScope(async (scope) => {
    let arrived = 0;
    const real = await serveAssociations({
      host: "127.0.0.1",
      port: 0,
      supported: [CT],
      perform: {
        "C-STORE": async ({ dataSet: pieces }) => {
          for await (const { length } of pieces ?? []) arrived += length;
          return { status: 0x0000 };
        },
      },
    });
    scope.defer(() => real.close());
    const nothing = await recording(scope, { supported: [CT], perform: {} }, async (to) => {
      await associated(to, { contexts: [CT] }, async () => undefined);
    });
    const store = scope.tempDir();
    const { to, warnings } = await playing(scope, nothing, {
      unmatched: { do: "forward", to: { host: real.host, port: real.port } },
      store,
    });
    const image = new Uint8Array(1_000_000).fill(0xaa);
    await associated(to, { contexts: [CT] }, async (user) => {
      const request = { operation: "C-STORE", sopClass: CT, sopInstanceUid: "1.2.3" } as const;
      const { status } = await user.invoke({ ...request, dataSet: image }).final();
      assert.equal(status, 0x0000);
    });
    assert.deepEqual([arrived, warnings], [image.length, []]);
    const [name = "", ...others] = readdirSync(store);
    assert.deepEqual(others, []);
    assert.deepEqual(readFileSync(join(store, name)).subarray(-image.length), Buffer.from(image));
  });
});
