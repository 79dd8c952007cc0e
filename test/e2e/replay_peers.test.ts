/**
 * The proxy between two replays of one capture: the requestor's side of it in front, the acceptor's
 * behind. Both replays record themselves, so that what left one, what the proxy recorded and what
 * reached the other can be held against each other octet for octet.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { replayAsScp } from "../../replay/scp/replay_as_scp.ts";
import { replayAsScu } from "../../replay/scu/replay_as_scu.ts";
import { dayCapturePath } from "../../src/demo/day_capture.ts";
import { readAll } from "../support/captures.ts";
import { inScope } from "../support/process.ts";
import { ROOT } from "../support/runtimes.ts";
import { assertSound, capturesIn, runtimesUnderTest, startProxy, stopProcess } from "./dicomtap.ts";

const GOLDEN = (name: string): string => join(ROOT, "test/captures/services", name);

/** Those in which nobody but the requestor opens associations: what returns would pass by the proxy. */
const CAPTURES = [
  GOLDEN("orthanc_1.dcap"),
  GOLDEN("print.dcap"),
  GOLDEN("study_1.dcap"),
  dayCapturePath(),
];

for (const runtime of runtimesUnderTest()) {
  describe(`dicomtap on ${runtime.name} between two replays`, () => {
    for (const capture of CAPTURES) {
      const name = capture.split("/").at(-1);
      test(`F-01 X-01 ${name}: the same octets on both sides and in the record`, async () => {
        await inScope(async (scope) => {
          const folders = { scu: scope.tempDir(), scp: scope.tempDir() };
          const captures = [capture];
          const fast = { captures, speed: Number.POSITIVE_INFINITY };
          const scp = await replayAsScp({ ...fast, record: folders.scp });
          scope.defer(() => scp.close());
          const proxy = await startProxy(scope, { runtime, to: scp.port });
          const { summary, different } = await replayAsScu({
            ...fast,
            ...{ host: "127.0.0.1", port: proxy.port, record: folders.scu, concurrency: 1 },
          });
          assert.deepEqual(different, []);
          await stopProcess(proxy.process);
          await scp.close();
          const sent = streamsOf(folders.scu);
          assert.equal(sent.length, summary.associations);
          assert.deepEqual(streamsOf(proxy.folder), sent);
          assert.deepEqual(streamsOf(folders.scp), sent);
          await assertSound(scope, runtime, proxy.folder);
          console.log(
            `F-01: ${name}: ${summary.associations} associations, ${summary.exchanges} exchanges the same, 0 octets altered`,
          );
        });
      });
    }
  });
}

/** Length and hash of both streams of each association, in the order in which they were opened. */
function streamsOf(folder: string): readonly string[] {
  return capturesIn(folder).flatMap((path) => {
    const streams = new Map<number, ReturnType<typeof newStreams>>();
    for (const item of readAll(readFileSync(path))) {
      if (item.item !== "record") continue;
      const { record } = item;
      if (record.kind === "open") streams.set(record.association, newStreams());
      if (record.kind !== "data") continue;
      const stream = streams.get(record.association)?.[record.sender];
      assert.ok(stream !== undefined, "data of an association that was not opened");
      stream.hash.update(record.bytes);
      stream.length += record.bytes.length;
    }
    return [...streams.values()].map(({ requestor, acceptor }) =>
      [requestor, acceptor].map(({ hash, length }) => `${length} ${hash.digest("hex")}`).join(", "),
    );
  });
}

function newStreams() {
  return {
    requestor: { hash: createHash("sha256"), length: 0 },
    acceptor: { hash: createHash("sha256"), length: 0 },
  };
}
