import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "vitest";
import { diffCaptures, type Recorded } from "../../../replay/compare/diff_captures.ts";
import type { DiffEvent } from "../../../replay/compare/diff_events.ts";
import type { RecordedAssociation, RecordedMessage } from "../../../replay/recorded.ts";
import { replayAsScp } from "../../../replay/scp/replay_as_scp.ts";
import { replayAsScu } from "../../../replay/scu/replay_as_scu.ts";
import { openRecordings } from "../../../replay/source/recordings.ts";
import { serveAssociations } from "../../../src/service/serve_associations.ts";
import { inScope } from "../../support/process.ts";
import { ROOT } from "../../support/runtimes.ts";
import { recordedAssociation } from "./recorded_exchange.ts";

const CT = "1.2.840.10008.5.1.4.1.1.2";

describe("diffCaptures() of a C-MOVE's sub-operations", () => {
  test("pairs a recording with the recording of its replay, and finds nothing", async () => {
    const captures = ["retrieve_1.dcap", "retrieve_2.dcap"].map((name) =>
      join(ROOT, "test/captures/services", name),
    );
    await inScope(async (scope) => {
      const record = scope.tempDir();
      const workstation = await serveAssociations({
        port: 0,
        supported: [CT],
        perform: { "C-STORE": () => ({ status: 0x0000 }) },
      });
      scope.defer(() => workstation.close());
      const speed = Number.POSITIVE_INFINITY;
      const moveDestinations = { WORKSTATION: { port: workstation.port } };
      const pacs = await replayAsScp({ captures, speed, moveDestinations, record });
      const { host, port } = pacs;
      const { summary } = await replayAsScu({ captures: captures.slice(0, 1), host, port, speed });
      await pacs.close();
      assert.equal(summary.same, summary.exchanges);
      using a = openRecordings(captures);
      using b = openRecordings([record]);
      const events = await diff(a, b);
      const total = events.at(-1);
      assert.ok(total?.event === "summary");
      assert.deepEqual(total.associations, { a: 6, b: 6, paired: 6 });
      assert.deepEqual([total.differs, total.only_in_a, total.only_in_b], [0, 0, 0]);
      console.log(`diff with a replay that moved instances: ${total.same} same, 0 differ`);
    });
  });

  test.each([
    ["contexts of the SCP's choice are no difference", "VIEWER", "VIEWER", []],
    ["also where one side does not say for whom it stores, which is one", "VIEWER", undefined, []],
    [
      "those that a modality proposes are",
      undefined,
      undefined,
      ["PresentationContext[1].TransferSyntax", "PresentationContext[3]"],
    ],
  ])("%s", async (_name, one, other, paths) => {
    const a = stores("1.2.840.10008.1.2", [1], one);
    const b = stores("1.2.840.10008.1.2.1", [1, 3], other);
    const [begun, stored] = (await diff(only(a), only(b))) as readonly DiffEvent[];
    assert.deepEqual(
      begun?.differences.map(({ path }) => path),
      paths,
    );
    assert.equal(begun?.reason === null, paths.length > 0);
    assert.equal(stored?.outcome, one === other ? "same" : "differs");
  });
});

type Told = ReturnType<typeof diffCaptures> extends AsyncGenerator<infer Event> ? Event : never;

async function diff(a: Recorded, b: Recorded): Promise<readonly Told[]> {
  const events: Told[] = [];
  for await (const event of diffCaptures({ a, b })) events.push(event);
  return events;
}

function only(association: RecordedAssociation): Recorded {
  return { associations: () => [association] };
}

/** One C-STORE, in contexts that were all accepted. */
function stores(
  transferSyntax: string,
  ids: readonly number[],
  originator: string | undefined,
): RecordedAssociation {
  const made = recordedAssociation([
    {
      command: "C-STORE-RQ",
      values: { AffectedSOPClassUID: CT, AffectedSOPInstanceUID: "1.9" },
      data: { SOPInstanceUID: { Value: ["1.9"] } },
    },
    { command: "C-STORE-RSP", values: { Status: 0 }, respondsTo: 0 },
  ]);
  const [request, response] = made.messages as readonly [RecordedMessage, RecordedMessage];
  const MoveOriginatorApplicationEntityTitle = originator ?? null;
  const values = originator === undefined ? {} : { MoveOriginatorApplicationEntityTitle };
  const roles = { scu: true, scp: false };
  const context = { abstractSyntax: CT, result: 0, transferSyntax, roles };
  return {
    ...made,
    answer: { type: "A-ASSOCIATE-AC" } as NonNullable<RecordedAssociation["answer"]>,
    contexts: ids.map((id) => ({ ...context, id })),
    messages: [{ ...request, values: { ...request.values, ...values } }, response],
  };
}
