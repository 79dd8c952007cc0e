import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "vitest";
import { transferSyntax } from "../../../src/dataset/transfer_syntax.ts";
import type { TransportTap } from "../../../src/io/transport_tap.ts";
import type { Performer } from "../../../src/service/performance.ts";
import type { ServiceUser } from "../../../src/service/service_user.ts";
import { inScope } from "../../support/process.ts";
import { dataSetOf } from "../../support/service_data.ts";
import { importsOf, read } from "../../support/sources.ts";
import {
  both,
  COMMITMENT,
  COMMITMENT_INSTANCE,
  CT,
  EXPLICIT,
  eventOf,
  IMPLICIT,
  JPEG,
  recorded,
  replayed,
  STUDY_FIND,
  startScp,
  VERIFICATION,
} from "./sessions.ts";

/** Instances of 40 kB: several PDUs of the usual length, one byte pattern each. */
function image(instance: string, syntax = EXPLICIT): Uint8Array {
  return dataSetOf(
    {
      SOPClassUID: CT,
      SOPInstanceUID: instance,
      PatientName: "NOBODY^X",
      PixelData: new Uint8Array(40_000).fill(instance.length),
    },
    transferSyntax(syntax),
  );
}

const IDENTIFIER = dataSetOf(
  { QueryRetrieveLevel: "STUDY", StudyInstanceUID: "" },
  transferSyntax(EXPLICIT),
);

async function storeOne(user: ServiceUser): Promise<void> {
  const dataSet = image("2.25.1");
  const request = { operation: "C-STORE", sopClass: CT, sopInstanceUid: "2.25.1" } as const;
  await user.invoke({ ...request, dataSet }).final();
}

/** What an SCP took, in a form that does not depend on Message IDs and fragments. */
function listening() {
  const heard: string[] = [];
  const hear: Performer = async (request) => {
    const hash = createHash("sha256");
    for await (const piece of request.dataSet ?? []) hash.update(piece);
    const {
      MessageID: _,
      CommandGroupLength: __,
      CommandDataSetType: ___,
      ...values
    } = request.values;
    heard.push(`${request.context.id} ${JSON.stringify(values)} ${hash.digest("hex")}`);
    return { status: 0x0000 };
  };
  return { heard, hear };
}

describe("replayAsScu()", () => {
  test("X-01 delivers the recorded messages again, byte for byte", async () => {
    await inScope(async (scope) => {
      const { heard, hear } = listening();
      const find = async function* (request: Parameters<Performer>[0]) {
        await hear(request, undefined as never);
        yield {
          status: 0xff00,
          dataSet: dataSetOf(
            { StudyInstanceUID: "2.25.7" },
            transferSyntax(request.context.transferSyntax ?? ""),
          ),
        };
        yield { status: 0x0000 };
      };
      const server = await startScp(scope, {
        perform: { "C-ECHO": hear, "C-STORE": hear, "C-FIND": find, "N-ACTION": hear },
      });
      const capture = await recorded(scope, server.port, {
        contexts: [VERIFICATION, CT, STUDY_FIND, COMMITMENT],
        act: async (user) => {
          await user.invoke({ operation: "C-ECHO", messageId: 77 }).final();
          for (const instance of ["2.25.1", "2.25.22"]) {
            const dataSet = image(instance);
            await user
              .invoke({ operation: "C-STORE", sopClass: CT, sopInstanceUid: instance, dataSet })
              .final();
          }
          await user
            .invoke({ operation: "C-FIND", sopClass: STUDY_FIND, dataSet: IDENTIFIER })
            .final();
          await user
            .invoke({
              operation: "N-ACTION",
              sopClass: COMMITMENT,
              sopInstanceUid: COMMITMENT_INSTANCE,
              actionTypeId: 1,
              dataSet: dataSetOf({ TransactionUID: "2.25.9" }, transferSyntax(EXPLICIT)),
            })
            .final();
        },
      });
      const before = heard.splice(0);
      const run = await replayed([capture], server.port);
      assert.deepEqual(heard, before);
      assert.equal(before.length, 5);
      assert.deepEqual([...new Set(run.outcomes.map((text) => text.split(" ")[1]))], ["same"]);
      assert.equal(run.summary.exchanges, 7, "association, five requests, end");
      assert.deepEqual(run.warnings, []);
      console.log(`X-01: ${before.length} messages, ${before.length} equal`);
    });
  });

  test("X-03 sends no PDU that is longer than the live acceptor takes", async () => {
    await inScope(async (scope) => {
      const { heard, hear } = listening();
      const first = await startScp(scope, { perform: { "C-STORE": hear } });
      const capture = await recorded(scope, first.port, {
        contexts: [CT],
        act: storeOne,
      });
      const [message] = heard.splice(0);
      let pdus = 0;
      let tooLong = 0;
      const peers = [4096, 16_384, 0];
      for (const maximumLength of peers) {
        for (const fragment of ["max", "recorded", "one-pdv", 1000] as const) {
          const lengths: number[] = [];
          const server = await startScp(scope, {
            perform: { "C-STORE": hear },
            maximumLength,
            tap: () => pduLengths(lengths),
          });
          const { outcomes } = await replayed([capture], server.port, { fragment });
          assert.deepEqual(outcomes, ["A-ASSOCIATE same", "C-STORE-RQ same", "end same"]);
          assert.deepEqual(heard.splice(0), [message], "octets stay the same however they are cut");
          pdus += lengths.length;
          tooLong += lengths.filter((length) => maximumLength > 0 && length > maximumLength).length;
        }
      }
      assert.equal(tooLong, 0);
      assert.ok(pdus > 100);
      console.log(`X-03: ${peers.length} peers, 4 ways to cut, ${pdus} PDUs, ${tooLong} too long`);
    });
  });

  test("re-encodes where another uncompressed transfer syntax was accepted, and only there", async () => {
    await inScope(async (scope) => {
      const stored: string[] = [];
      const perform = {
        "C-STORE": (async (request) => {
          const dataSet = await request.read();
          stored.push(`${request.context.transferSyntax} ${dataSet?.strings(0x00100010).join()}`);
          return { status: 0x0000 };
        }) satisfies Performer,
      };
      const server = await startScp(scope, { perform });
      const capture = await recorded(scope, server.port, {
        contexts: [CT],
        act: storeOne,
      });
      const implicit = { abstractSyntax: CT, transferSyntaxes: [IMPLICIT] };
      const other = await startScp(scope, { perform, supported: [implicit] });
      const run = await replayed([capture], other.port);
      assert.deepEqual(stored, [`${EXPLICIT} NOBODY^X`, `${IMPLICIT} NOBODY^X`]);
      assert.equal(eventOf(run, "C-STORE-RQ").outcome, "same");
      assert.deepEqual(eventOf(run, "A-ASSOCIATE").differences, [
        { path: "PresentationContext[1].TransferSyntax", recorded: EXPLICIT, got: IMPLICIT },
      ]);
      const pinned = await replayed([capture], other.port, { pinTransferSyntaxes: true });
      assert.equal(eventOf(pinned, "C-STORE-RQ").outcome, "skipped");
    });
  });

  test("does with refused contexts what it is told: skip, retry, fail", async () => {
    await inScope(async (scope) => {
      const { heard, hear } = listening();
      const perform = { "C-STORE": hear, "C-ECHO": hear };
      const server = await startScp(scope, { perform });
      const capture = await recorded(scope, server.port, {
        // Implicit alone at first: what the other SCP below refuses there.
        contexts: [{ abstractSyntax: CT, transferSyntaxes: [JPEG, IMPLICIT] }, VERIFICATION],
        act: async (user) => {
          const dataSet = image("2.25.1", IMPLICIT);
          await user
            .invoke({ operation: "C-STORE", sopClass: CT, sopInstanceUid: "2.25.1", dataSet })
            .final();
          await user.invoke({ operation: "C-ECHO" }).final();
        },
      });
      const explicit = { abstractSyntax: CT, transferSyntaxes: [EXPLICIT] };
      const other = await startScp(scope, { perform, supported: [explicit, both(VERIFICATION)] });
      heard.length = 0;

      const skipped = await replayed([capture], other.port);
      assert.match(
        eventOf(skipped, "C-STORE-RQ").reason ?? "",
        /^context 1, CT Image Storage was refused: 4, .*\(PS3.8 9.3.3.2\)$/,
      );
      assert.equal(eventOf(skipped, "C-ECHO-RQ").outcome, "same", "the others are played");

      const retried = await replayed([capture], other.port, { refusedContext: "retry" });
      assert.equal(eventOf(retried, "C-STORE-RQ").outcome, "same");
      await other.drained(); // the second association is released, too

      const failed = await replayed([capture], other.port, { refusedContext: "fail" });
      assert.match(eventOf(failed, "C-ECHO-RQ").reason ?? "", /^given up because context 1, /);
      assert.equal(heard.length, 3, "ECHO; STORE and ECHO; none");
    });
  });

  test("X-04 makes pauses as recorded, scaled, or none", async () => {
    await inScope(async (scope) => {
      const times: number[] = [];
      const echo: Performer = () => {
        times.push(performance.now());
        return { status: 0x0000 };
      };
      const server = await startScp(scope, { perform: { "C-ECHO": echo } });
      const capture = await recorded(scope, server.port, {
        contexts: [VERIFICATION],
        act: async (user) => {
          for (let at = 0; at < 3; at++) {
            await user.invoke({ operation: "C-ECHO" }).final();
            await new Promise((resolve) => setTimeout(resolve, 60));
          }
        },
      });
      const gaps = () => {
        const all = times.splice(0);
        return all.slice(1).map((time, at) => time - (all[at] ?? 0));
      };
      times.length = 0;
      const figures: string[] = [];
      for (const [speed, atLeast] of [
        [1, 58],
        [2, 28],
        [Number.POSITIVE_INFINITY, 0],
      ] as const) {
        await replayed([capture], server.port, { speed });
        const found = gaps();
        assert.equal(found.length, 2);
        for (const gap of found) assert.ok(gap >= atLeast, `${gap} ms at speed ${speed}`);
        figures.push(`${speed}x: ${found.map((gap) => gap.toFixed(1)).join(" ")} ms`);
      }
      await replayed([capture], server.port, { speed: 0.001, maxGap: 5 / 1000 });
      assert.equal(gaps().length, 2, "a pause of a minute is cut before it is scaled");
      console.log(`X-04: recorded pauses of 60 ms; ${figures.join(", ")}`);
    });
  });

  test("X-01 compares statuses, and says what differs", async () => {
    await inScope(async (scope) => {
      let status = 0x0000;
      const perform: { readonly "C-STORE": Performer } = {
        "C-STORE": async (request) => {
          await request.read();
          return { status };
        },
      };
      const server = await startScp(scope, { perform });
      const capture = await recorded(scope, server.port, {
        contexts: [CT],
        act: storeOne,
      });
      status = 0xa700;
      const run = await replayed([capture], server.port);
      const event = eventOf(run, "C-STORE-RQ");
      assert.equal(event.outcome, "differs");
      assert.equal(event.recorded_status, 0);
      assert.equal(event.status, 0xa700);
      assert.deepEqual(event.differences[0], { path: "Status", recorded: 0, got: 0xa700 });
      assert.deepEqual(run.different, [event]);
      assert.equal(run.summary.differs, 1);
      assert.equal(run.summary.commands["C-STORE-RQ"]?.errors, 1);
    });
  });

  test("P-14 has one place that connects, and that connects to the target alone", () => {
    const reached = new Set<string>();
    const connecting: string[] = [];
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { target, typeOnly } of importsOf(file)) {
        if (typeOnly) continue;
        if (/^node:(net|tls|http|https|dgram|child_process)$/.test(target)) connecting.push(file);
        if (target === "src/io/request_association.ts") connecting.push(file);
        if (/^(src|replay)\//.test(target)) visit(target);
      }
    };
    visit("replay/scu/replay_as_scu.ts");
    const ours = connecting.filter((file) => file.startsWith("replay/"));
    assert.deepEqual(ours, ["replay/scu/open_live.ts"]);
    const code = read("replay/scu/open_live.ts");
    assert.deepEqual(code.match(/\b(host|port): .*/g), [
      "host: options.host,",
      "port: options.port,",
    ]);
    assert.ok(reached.size > 50);
  });
});

/** Lengths of the P-DATA-TF PDUs that the requestor sends: octets 3 to 6 of each (PS3.8 9.3.5). */
function pduLengths(lengths: number[]): TransportTap {
  let held = Buffer.alloc(0);
  return {
    onOctets: (sender, bytes) => {
      if (sender !== "requestor") return;
      held = Buffer.concat([held, bytes]);
      while (held.length >= 6 && held.length >= 6 + held.readUInt32BE(2)) {
        const length = held.readUInt32BE(2);
        if (held[0] === 0x04) lengths.push(length);
        held = held.subarray(6 + length);
      }
    },
  };
}
