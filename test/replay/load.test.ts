/** Issue 4, Load: many associations at once, with percentiles and errors a command, in bounded memory. */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import { dataSetFromJson } from "../../src/dataset/json_input.ts";
import { transferSyntax } from "../../src/dataset/transfer_syntax.ts";
import { openAssociation } from "../../src/service/open_association.ts";
import type { Performers } from "../../src/service/performance.ts";
import { startStorescp } from "../support/dcmtk_servers.ts";
import { partner } from "../support/partner.ts";
import { inScope, type Scope } from "../support/process.ts";
import { dataSetOf } from "../support/service_data.ts";
import {
  CT,
  EXPLICIT,
  IMPLICIT,
  type Replayed,
  recorded,
  replayed,
  STUDY_FIND,
  startScp,
  VERIFICATION,
} from "./scu/sessions.ts";

const storescp = partner("storescp", "dcmtk");
const CONCURRENCY = 50;
const REPEAT = 100;
const INSTANCES = 3;
/** Generous: this machine may have other things to do. */
const LIMITS = {
  connectTimeout: 60_000,
  acseTimeout: 60_000,
  dimseTimeout: 60_000,
  eventTimeout: 60_000,
} as const;
const LOAD = { concurrency: CONCURRENCY, repeat: REPEAT, ...LIMITS } as const;

describe("replay under load", () => {
  test("scu --concurrency 50 --repeat 100 --uids new against scp: all the same, with percentiles", async () => {
    await inScope(async (scope) => {
      const capture = await session(scope);
      await using scp = await replayAsScp({ captures: [capture], speed: Number.POSITIVE_INFINITY });
      const result = await replayed([capture], scp.port, { ...LOAD, rewrite: { uids: "new" } });
      assertAllSame(result);
      report("replay scp", result);
      const { commands } = result.summary;
      assert.equal(commands["C-FIND-RQ"]?.exchanges, REPEAT);
    });
  });

  test.skipIf(storescp === undefined)("the same against storescp", async () => {
    await inScope(async (scope) => {
      const capture = await session(scope, { finds: false });
      const server = await startStorescp(scope, { args: ["--fork", "--ignore", "+xa"] });
      const result = await replayed([capture], server.port, {
        ...LOAD,
        rewrite: { uids: "new" },
      });
      assertAllSame(result);
      report("storescp", result);
    });
  });

  test("goes on where the other side fails, and counts the errors of each command", async () => {
    await inScope(async (scope) => {
      const capture = await session(scope);
      let stores = 0;
      let finds = 0;
      const server = await startScp(scope, {
        perform: {
          ...ARCHIVE,
          "C-STORE": async (request, user) => {
            for await (const _ of request.dataSet ?? []);
            if (++stores % 10 === 0) user.association.reset();
            return { status: 0x0000 };
          },
          "C-FIND": async (request) => {
            await request.read();
            return { status: ++finds % 2 === 0 ? 0xa700 : 0x0000 };
          },
        },
      });
      const result = await replayed([capture], server.port, LOAD);
      const { commands } = result.summary;
      assert.equal(result.summary.associations, REPEAT);
      const reset = Math.floor(stores / 10);
      assert.ok(reset > 10, `${stores} C-STOREs`);
      assert.equal(commands["C-FIND-RQ"]?.errors, REPEAT, "no match, or Out of Resources");
      // Those that could not be sent any more count, too.
      assert.equal(commands["C-STORE-RQ"]?.errors, INSTANCES * REPEAT - (stores - reset));
      assert.equal(commands["C-ECHO-RQ"]?.errors, 0);
      console.log(
        `load: ${reset} resets and ${finds} wrong answers in ${REPEAT} associations, each counted`,
      );
    });
  });

  test("scp serves 300 associations at once, each with its own answers", async () => {
    await inScope(async (scope) => {
      const capture = await session(scope);
      await using scp = await replayAsScp({ captures: [capture], speed: Number.POSITIVE_INFINITY });
      const users = await Promise.all(
        Array.from({ length: 300 }, () =>
          openAssociation({
            host: "127.0.0.1",
            port: scp.port,
            contexts: [VERIFICATION, STUDY_FIND],
            ...LIMITS,
          }),
        ),
      );
      const found = await Promise.all(
        users.map(async (user) => {
          const ids: (string | undefined)[] = [];
          const dataSet = dataSetFromJson(QUERY);
          for await (const response of user.invoke({
            operation: "C-FIND",
            sopClass: STUDY_FIND,
            dataSet,
          })) {
            ids.push((await response.read())?.text("StudyInstanceUID"));
          }
          assert.equal((await user.invoke({ operation: "C-ECHO" }).final()).status, 0);
          return ids.join();
        }),
      );
      assert.deepEqual([...new Set(found)], ["2.25.1,2.25.2,"]);
      await Promise.all(users.map((user) => user.release()));
      console.log(`load: ${users.length} associations at once on replay scp, all answered`);
    });
  });
});

const QUERY = { QueryRetrieveLevel: "STUDY", PatientID: "LOAD", StudyInstanceUID: "" };

const ARCHIVE: Performers = {
  "C-ECHO": () => ({ status: 0x0000 }),
  "C-STORE": async (request) => {
    for await (const _ of request.dataSet ?? []);
    return { status: 0x0000 };
  },
  async *"C-FIND"(request) {
    await request.read();
    for (const StudyInstanceUID of ["2.25.1", "2.25.2"]) {
      const keys = { QueryRetrieveLevel: "STUDY", PatientID: "LOAD", StudyInstanceUID };
      yield { status: 0xff00, dataSet: dataSetFromJson(keys) };
    }
    yield { status: 0x0000 };
  },
};

/** A modality's visit: an echo, a query, three instances. */
async function session(scope: Scope, { finds = true } = {}): Promise<string> {
  const server = await startScp(scope, { perform: ARCHIVE });
  const contexts = [VERIFICATION, ...(finds ? [STUDY_FIND] : [])];
  const storage = { abstractSyntax: CT, transferSyntaxes: [EXPLICIT, IMPLICIT] };
  return await recorded(scope, server.port, {
    contexts: [...contexts, storage],
    act: async (user) => {
      await user.invoke({ operation: "C-ECHO" }).final();
      if (finds) {
        const dataSet = dataSetFromJson(QUERY);
        await user.invoke({ operation: "C-FIND", sopClass: STUDY_FIND, dataSet }).final();
      }
      for (let n = 1; n <= INSTANCES; n++) {
        const sopInstanceUid = `2.25.70${n}`;
        const dataSet = dataSetOf(
          {
            SOPClassUID: CT,
            SOPInstanceUID: sopInstanceUid,
            StudyInstanceUID: "2.25.1",
            SeriesInstanceUID: "2.25.3",
            PixelData: new Uint8Array(20_000 * n),
          },
          transferSyntax(EXPLICIT),
        );
        await user.invoke({ operation: "C-STORE", sopClass: CT, sopInstanceUid, dataSet }).final();
      }
    },
  });
}

function assertAllSame({ summary, different }: Replayed): void {
  assert.deepEqual(different, []);
  assert.equal(summary.associations, REPEAT);
  assert.equal(summary.same, summary.exchanges);
  assert.equal(summary.commands["C-STORE-RQ"]?.exchanges, INSTANCES * REPEAT);
  for (const [command, { errors, latency_ms }] of Object.entries(summary.commands)) {
    assert.equal(errors, 0, command);
    assert.ok(latency_ms !== null, command);
    const { p50, p95, p99, max } = latency_ms;
    assert.ok(p50 > 0 && p50 <= p95 && p95 <= p99 && p99 <= max, command);
  }
}

function report(target: string, { summary }: Replayed): void {
  const { associations, duration_ms, commands } = summary;
  const store = commands["C-STORE-RQ"]?.latency_ms;
  console.log(
    `load: ${associations} associations, ${CONCURRENCY} at once, to ${target} in ${Math.round(duration_ms)} ms; C-STORE ms p50 ${store?.p50} p95 ${store?.p95} p99 ${store?.p99} max ${store?.max}; 0 errors`,
  );
}
