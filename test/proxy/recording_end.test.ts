import assert from "node:assert/strict";
import { describe, test } from "vitest";
import type { RecordingOptions } from "../../proxy/recording.ts";
import { CHUNK, DeafThread, opened, overflow, setUpRecording } from "../support/deaf_recorder.ts";

const NOT_FINISHED = "The recorder did not finish in time: its last file has no index";

/** A recording with a thread that reads nothing, and an association that it has. */
function setUp(changes: Partial<RecordingOptions> = {}) {
  const thread = new DeafThread();
  const { recording, heard } = setUpRecording({
    start: (_name, options) => thread.started(options),
    ...changes,
  });
  void recording.start([]);
  return { thread, recording, heard, tap: opened(recording) };
}

describe("Recording that ends badly", () => {
  test("R-06 gives up a thread that does not finish, and tells once of what it had", async () => {
    const { thread, recording, heard, tap } = setUp({ stopLimit: 20 });
    const taken = overflow(recording, tap);
    tap.ended("requestor", "fin"); // a record tells of the gap, on its way to the same thread
    await recording.stop();
    thread.emit("exit", 1);
    assert.deepEqual(heard.alarms, [NOT_FINISHED]);
    assert.equal(recording.status.lost, taken + CHUNK);
    const octets = { requestor: 0, acceptor: 0, either: taken + CHUNK };
    assert.deepEqual(heard.losses, [{ octets, associations: 0 }]);
    console.log(`R-06: ${taken} octets on their way and ${CHUNK} in a gap, all told`);
  });

  test("R-06 tells of the gaps that a thread never read when it died, but does not count them again", async () => {
    const { thread, recording, heard, tap } = setUp();
    const taken = overflow(recording, tap);
    tap.ended("requestor", "fin");
    thread.emit("exit", 1);
    assert.equal(recording.status.lost, taken + CHUNK);
    await recording.stop();
    const octets = { requestor: 0, acceptor: 0, either: taken + CHUNK };
    assert.deepEqual(heard.losses, [{ octets, associations: 0 }]);
    assert.equal(recording.status.lost, taken + CHUNK);
  });

  test("does not count as lost what a dead thread gave back, seen or not", async () => {
    const { thread, recording, heard, tap } = setUp();
    tap.data("requestor", new Uint8Array(CHUNK));
    recording.setRecording(true); // sends what there is
    thread.giveBack({ traffic: CHUNK });
    thread.emit("exit", 1); // in the same turn: no message was looked at since
    assert.equal(recording.status.lost, 0);
    const [alarm = ""] = heard.alarms;
    assert.match(alarm, / in a second; what came in its last half second may be missing$/);
    await recording.stop();
    assert.deepEqual(heard.losses, []);
  });

  test("ends without waiting where its thread dies while records wait for room", async () => {
    const { thread, recording, heard, tap } = setUp({ onFull: "stall" });
    let sent = 0;
    for (; sent < 100 * CHUNK; sent += CHUNK) tap.data("requestor", new Uint8Array(CHUNK));
    assert.equal(recording.overflowed, 0, "some wait for room");
    const stopped = recording.stop();
    thread.emit("exit", 1);
    await stopped;
    assert.match(heard.alarms.join("\n"), /^The recorder stopped \(exit code 1\)[^\n]*$/);
    const { requestor = 0, either = 0 } = heard.losses[0]?.octets ?? {};
    assert.equal(requestor + either, sent);
    assert.ok(requestor > 0 && either > 0);
  });
});
