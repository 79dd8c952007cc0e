/**
 * Hostile streams through a real proxy: every octet arrives, the proxy lives and stays small, and
 * `show` has something to say about each stream that the corpus calls malformed.
 */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, test } from "vitest";
import { hasCorpus } from "../support/corpus.ts";
import { Scope } from "../support/process.ts";
import { residentBytes } from "../support/process_memory.ts";
import {
  assertSound,
  capturesIn,
  dicomtap,
  type RunningProxy,
  runtimesUnderTest,
  type Shown,
  show,
  startProxy,
  stopProcess,
} from "./dicomtap.ts";
import { type HostileBase, type HostileEntry, readHostileCorpus } from "./hostile_corpus.ts";
import { type Acceptor, connectPeer, type Peer, startAcceptor } from "./scripted_peer.ts";

const MIB = 2 ** 20;
/** What the words of the corpus ask the proxy to report. */
const REPORTED = /malformed|anomaly|flagged|marked[: "]|not DICOM|truncat|incomplete|"reset"/i;
/** ... except about data sets, which are not decoded: there the message must be whole. */
const DATA_SET = /the message is complete for the proxy/;

for (const runtime of runtimesUnderTest()) {
  describe.skipIf(!hasCorpus)(`hostile streams through dicomtap on ${runtime.name}`, () => {
    const scope = new Scope();
    let base: HostileBase;
    let entries: readonly HostileEntry[];
    let acceptor: Acceptor;
    let proxy: RunningProxy;
    let shown: readonly Shown[];

    beforeAll(async () => {
      ({ base, entries } = readHostileCorpus());
      entries = entries.filter((entry) => entry.stage !== "transport");
      acceptor = await startAcceptor(scope);
      // What is recorded is judged: on a busy machine, too, all of it has to be there.
      const args = ["--on-full", "stall"];
      proxy = await startProxy(scope, { runtime, to: acceptor.port, args });
    });
    afterAll(() => scope.close());

    test("F-02 received is what was sent, and the proxy lives", async () => {
      const wrong: string[] = [];
      let octets = 0;
      for (const entry of entries) {
        const problem = await play(entry, { base, acceptor, port: proxy.port }).catch(String);
        if (problem !== undefined) wrong.push(`${entry.id}: ${problem}`);
        octets += entry.bytes.length;
      }
      console.log(
        `F-02: ${entries.length} streams, ${octets} octets, ${wrong.length} altered or lost`,
      );
      assert.deepEqual(wrong, []);
      assert.equal(proxy.process.over, false, proxy.process.stderr);
    });

    test("D-03 memory is flat when the same streams come again", async () => {
      const before = residentBytes(proxy.process.pid);
      let peak = before ?? 0;
      for (let round = 0; round < 3; round++) {
        for (const entry of entries) {
          await play(entry, { base, acceptor, port: proxy.port });
          if (entry.bytes.length > MIB)
            peak = Math.max(peak, residentBytes(proxy.process.pid) ?? 0);
        }
      }
      const after = residentBytes(proxy.process.pid);
      if (before === undefined || after === undefined) return; // not Linux
      const mib = (bytes: number) => `${Math.round(bytes / MIB)} MiB`;
      console.log(
        `D-03: RSS ${mib(before)} before, ${mib(after)} after 3 more rounds, peak ${mib(peak)}`,
      );
      assert.ok(after - before < 100 * MIB, `grew from ${mib(before)} to ${mib(after)}`);
      assert.ok(peak < 500 * MIB, `peak ${mib(peak)}`);
    });

    test("O-01 SIGTERM ends the proxy with 0 and verify accepts the capture", async () => {
      await stopProcess(proxy.process);
      await assertSound(scope, runtime, proxy.folder);
    });

    test("R-10 show lists each stream with all its octets", async () => {
      shown = await show(scope, runtime, capturesIn(proxy.folder));
      assert.equal(shown.length, entries.length * 4);
      for (const [index, { association }] of shown.entries()) {
        const entry = entries[index % entries.length]!;
        assert.deepEqual(association.bytes, octetsOf(entry, base), entry.id);
      }
    });

    test("D-07 show has a finding or an outcome for each malformed stream", () => {
      const silent = entries
        .filter((entry, index) => {
          const { association, messages } = shown[index]!;
          if (DATA_SET.test(entry.expected)) {
            return !messages.some((message) => message.data_set?.complete === true);
          }
          const told = association.findings.length > 0 || association.outcome === "opaque";
          return REPORTED.test(entry.expected) && !told;
        })
        .map((entry) => `${entry.id}: ${entry.expected.slice(0, 120)}`);
      console.log(`D-07: ${entries.length} streams, ${silent.length} without a word`);
      assert.deepEqual(silent, []);
    });

    test("P-15 no output has a control character from the wire", async () => {
      for (const args of [["-v"], ["-vv"], ["-vv", "--hex"]]) {
        const captures = capturesIn(proxy.folder);
        const { code, stdout, stderr } = await dicomtap(scope, runtime, [
          "show",
          ...args,
          ...captures,
        ]);
        assert.equal(code, 0, stderr);
        assert.doesNotMatch(stdout, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
      }
    });
  });
}

interface Playground {
  readonly base: HostileBase;
  readonly acceptor: Acceptor;
  readonly port: number;
}

/** Plays one entry; what was wrong, or undefined. */
async function play(entry: HostileEntry, playground: Playground): Promise<string | undefined> {
  const { base, acceptor, port } = playground;
  const requestor = await connectPeer(port);
  const answering = await acceptor.take();
  if (entry.stage !== "first") {
    await requestor.send(base.rq);
    await answering.has(base.rq.length);
  }
  if (entry.stage === "after-ac") {
    await answering.send(base.ac);
    await requestor.has(base.ac.length);
  }
  const [sender, other] =
    entry.sender === "requestor" ? [requestor, answering] : [answering, requestor];
  const expected = octetsOf(entry, base);
  await sender.send(entry.bytes);
  if (entry.then === "rst") {
    await other.has(expected[entry.sender]); // a reset overtakes what is under way
    sender.reset();
  } else sender.end();
  const ending = await other.ended();
  if (ending !== (entry.then === "rst" ? "reset" : "fin")) return `ended with ${ending}`;
  if (entry.then !== "rst") {
    other.end();
    await sender.ended();
  }
  return compare(requestor, answering);
}

function compare(requestor: Peer, acceptor: Peer): string | undefined {
  const [left, right] = [requestor.digests(), acceptor.digests()];
  if (left.sent !== right.received) return `acceptor received ${acceptor.received} other octets`;
  if (right.sent !== left.received) return `requestor received ${requestor.received} other octets`;
  return undefined;
}

function octetsOf(
  entry: HostileEntry,
  base: HostileBase,
): Record<"requestor" | "acceptor", number> {
  const count = {
    requestor: entry.stage === "first" ? 0 : base.rq.length,
    acceptor: entry.stage === "after-ac" ? base.ac.length : 0,
  };
  count[entry.sender] += entry.bytes.length;
  return count;
}
