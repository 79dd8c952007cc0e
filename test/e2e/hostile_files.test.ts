/**
 * Hostile streams through a real proxy: every octet arrives, the proxy lives and stays small, and
 * `show` has something to say about each stream that the corpus calls malformed.
 */
import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { hasCorpus } from "../support/corpus.ts";
import { inScope } from "../support/process.ts";
import { residentBytes } from "../support/process_memory.ts";
import {
  assertSound,
  capturesIn,
  dicomtap,
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
/** From the wire, which no output may have. */
const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
/** Times that all streams come again. */
const MORE_ROUNDS = 3;

for (const runtime of runtimesUnderTest()) {
  describe.skipIf(!hasCorpus)(`hostile streams through dicomtap on ${runtime.name}`, () => {
    // One test: each step looks at what the one before left, and a second try begins with nothing.
    test("F-02 D-03 O-01 R-10 D-07 P-15 arrive unaltered, and show has a word about each", {
      timeout: 900_000,
    }, async () => {
      await inScope(async (scope) => {
        const { base, entries: all } = readHostileCorpus();
        const entries = all.filter((entry) => entry.stage !== "transport");
        const acceptor = await startAcceptor(scope);
        // What is recorded is judged: on a busy machine, too, all of it has to be there.
        const args = ["--on-full", "stall"];
        const proxy = await startProxy(scope, { runtime, to: acceptor.port, args });
        const playground = { base, acceptor, port: proxy.port };
        await arriveUnaltered(entries, playground);
        assert.equal(proxy.process.over, false, proxy.process.stderr);
        await keepMemoryFlat(entries, { ...playground, pid: proxy.process.pid });
        await stopProcess(proxy.process);
        await assertSound(scope, runtime, proxy.folder);

        const captures = capturesIn(proxy.folder);
        const shown = await show(scope, runtime, captures);
        assert.equal(shown.length, entries.length * (1 + MORE_ROUNDS));
        for (const [index, { association }] of shown.entries()) {
          const entry = entries[index % entries.length]!;
          assert.deepEqual(association.bytes, octetsOf(entry, base), entry.id);
        }
        assertTold(entries, shown);
        for (const detail of [["-v"], ["-vv"], ["-vv", "--hex"]]) {
          const words = ["show", ...detail, ...captures];
          const { code, stdout, stderr } = await dicomtap(scope, runtime, words);
          assert.equal(code, 0, stderr);
          assert.doesNotMatch(stdout, CONTROLS);
        }
      });
    });
  });
}

async function arriveUnaltered(
  entries: readonly HostileEntry[],
  playground: Playground,
): Promise<void> {
  const wrong: string[] = [];
  let octets = 0;
  for (const entry of entries) {
    const problem = await play(entry, playground).catch(String);
    if (problem !== undefined) wrong.push(`${entry.id}: ${problem}`);
    octets += entry.bytes.length;
  }
  console.log(`F-02: ${entries.length} streams, ${octets} octets, ${wrong.length} altered or lost`);
  assert.deepEqual(wrong, []);
}

/** When the same streams come again. */
async function keepMemoryFlat(
  entries: readonly HostileEntry[],
  { pid, ...playground }: Playground & { readonly pid: number },
): Promise<void> {
  const before = residentBytes(pid);
  let peak = before ?? 0;
  let last = peak;
  let least = Number.POSITIVE_INFINITY; // of the rounds: what leaks does so in each
  for (let round = 0; round < MORE_ROUNDS; round++) {
    for (const entry of entries) {
      await play(entry, playground);
      if (entry.bytes.length > MIB) peak = Math.max(peak, residentBytes(pid) ?? 0);
    }
    const now = residentBytes(pid) ?? 0;
    least = Math.min(least, now - last);
    last = now;
  }
  if (before === undefined) return; // not Linux
  const mib = (bytes: number) => `${Math.round(bytes / MIB)} MiB`;
  console.log(
    `D-03: RSS ${mib(before)} before, ${mib(last)} after ${MORE_ROUNDS} more rounds, peak ${mib(peak)}`,
  );
  assert.ok(least < 25 * MIB, `each round grew by ${mib(least)} or more`);
  assert.ok(last - before < 200 * MIB, `grew from ${mib(before)} to ${mib(last)}`);
  assert.ok(peak < 500 * MIB, `peak ${mib(peak)}`);
}

/** A finding or an outcome for each malformed stream. */
function assertTold(entries: readonly HostileEntry[], shown: readonly Shown[]): void {
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
