import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, test } from "vitest";
import { commandFields } from "../../../replay/fuzz/fields.ts";
import { fuzzReplay, scriptsOf } from "../../../replay/fuzz/fuzz_replay.ts";
import { FuzzTarget } from "../../../replay/fuzz/fuzz_target.ts";
import { mutate } from "../../../replay/fuzz/mutate.ts";
import { applied } from "../../../replay/fuzz/mutation.ts";
import { SeededRandom } from "../../../replay/fuzz/seeded_random.ts";
import { readCommandSet } from "../../../src/dimse/command_set.ts";
import { encodeCommandSet } from "../../../src/dimse/encode_command_set.ts";
import type { AssociationServer } from "../../../src/io/accept_associations.ts";
import { serveAssociations } from "../../../src/mod.ts";
import { STORE_RQ } from "../../support/dimse_stream.ts";
import { freePort, portOpen } from "../../support/ports.ts";
import { ROOT } from "../../support/runtimes.ts";

const CAPTURE = join(ROOT, "test/captures/services/orthanc_2.dcap");
const CT = "1.2.840.10008.5.1.4.1.1.2";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/**
 * An SCP with a bug: it keeps SOP Instance UIDs in 64 octets, as PS3.5 9.1 has them, and dies of
 * longer ones: its connections are reset and nothing listens, until it is started again.
 */
class ToyScp {
  crashes = 0;
  readonly #port: number;
  #server: AssociationServer | undefined;
  #over = false;

  constructor(port: number) {
    this.#port = port;
  }

  async start(): Promise<void> {
    if (this.#over) return;
    this.#server = await serveAssociations({
      host: "127.0.0.1",
      port: this.#port,
      supported: [CT],
      perform: {
        "C-STORE": async (request, user) => {
          for await (const _ of request.dataSet ?? []);
          if ((request.sopInstanceUid ?? "").length > 64) {
            this.crashes += 1;
            user.association.reset();
            await this.#server?.close();
            setTimeout(() => this.start(), 20);
          }
          return { status: 0 };
        },
      },
    });
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#server?.close();
  }
}

describe("fuzzReplay", () => {
  test("X-05 finds the bug of a toy SCP, and leaves out what it does not need", async () => {
    const port = await freePort();
    const toy = new ToyScp(port);
    await toy.start();
    cleanups.push(() => toy.stop());
    const stop = new AbortController();
    const result = await fuzzReplay({
      ...{ captures: [CAPTURE], host: "127.0.0.1", port, seed: "84" },
      ...{ cases: 500, stepTimeout: 2_000, healthTimeout: 60_000, restartTimeout: 60_000 },
      signal: stop.signal,
      onFinding: () => stop.abort(),
    });
    assert.equal(result.reached, true);
    const [found] = result.findings;
    assert.ok(found !== undefined && toy.crashes > 0, `${result.cases} cases`);
    assert.equal(found.minimised, true);
    assert.equal(found.changes.length, 1);
    assert.match(found.changes[0] ?? "", /SOPInstanceUID/);
    console.log(
      `X-05: bug found in case ${found.case}, ${(found.ms / 1000).toFixed(1)} s, ${toy.crashes} crashes to a reproducer of ${found.octets.length / 2} octets: ${found.changes[0]}`,
    );

    // what it gives is enough: those octets alone do it again
    const before = toy.crashes;
    assert.ok(await portOpen(port)); // it may still be starting again after the last try
    await sendOctets(port, Buffer.from(found.octets, "hex"));
    assert.equal(toy.crashes, before + 1);
  });

  test("finds nothing in an SCP without the bug", async () => {
    let stored = 0;
    const server = await serveAssociations({
      host: "127.0.0.1",
      port: 0,
      supported: [CT],
      perform: {
        "C-STORE": async (request) => {
          for await (const _ of request.dataSet ?? []);
          stored += 1;
          return { status: 0 };
        },
      },
    });
    cleanups.push(() => server.close());
    const { cases, findings } = await fuzzReplay({
      ...{ captures: [CAPTURE], host: server.host, port: server.port, seed: "sound" },
      ...{ cases: 25, stepTimeout: 200, healthTimeout: 60_000 },
    });
    assert.equal(cases, 25);
    assert.deepEqual(findings, []);
    assert.ok(stored > 0);
  });

  test("chooses the same changes for the same seed and case, and others for another", async () => {
    const [script] = await scriptsOf([CAPTURE]);
    assert.ok(script !== undefined);
    const changes = (seed: string, number: number): string =>
      JSON.stringify(mutate(script, new SeededRandom(seed, number)));
    const seen = new Set<string>();
    for (let number = 0; number < 50; number++) {
      assert.equal(changes("a", number), changes("a", number));
      seen.add(changes("a", number)).add(changes("b", number));
    }
    assert.ok(seen.size > 95, `${seen.size} of 100`);
  });

  test("refuses a target that is not this machine, and says when nothing is reached", async () => {
    const rest = { captures: [CAPTURE], seed: "1", cases: 1 };
    await assert.rejects(fuzzReplay({ ...rest, host: "192.0.2.1", port: 104 }), RangeError);
    const port = await freePort();
    const nobody = await fuzzReplay({ ...rest, host: "127.0.0.1", port });
    assert.deepEqual([nobody.reached, nobody.cases], [false, 0]);
  });

  test("tells a target that hangs from one that is gone", async () => {
    const helper = await serveAssociations({
      host: "127.0.0.1",
      port: 0,
      supported: [CT],
      perform: { "C-STORE": async () => ({ status: 0 }) },
    });
    cleanups.push(() => helper.close());
    const sockets: Socket[] = [];
    let mute = false;
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      if (mute) return;
      const upstream = connect(helper.port, helper.host);
      sockets.push(upstream);
      upstream.on("error", () => undefined);
      socket.pipe(upstream).pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { port } = server.address() as { port: number };
    const [script] = await scriptsOf([CAPTURE]);
    assert.ok(script !== undefined);
    const options = {
      ...{ target: { host: "127.0.0.1", port }, connectTimeout: 60_000, restartTimeout: 0 },
    };
    const patient = { ...options, stepTimeout: 60_000, healthTimeout: 60_000 };
    assert.equal(await new FuzzTarget(script, patient).isWell(), true);
    mute = true;
    const hasty = new FuzzTarget(script, { ...options, stepTimeout: 30, healthTimeout: 100 });
    assert.equal(await hasty.play(script, []), "target hangs");
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
    assert.equal(await hasty.play(script, []), "target gone");
    assert.equal(await hasty.isBack(), false);
  });
});

describe("Mutations", () => {
  test("commandFields finds the length and the value of every element", () => {
    const octets = encodeCommandSet(STORE_RQ);
    const fields = commandFields(octets);
    const view = new DataView(octets.buffer, octets.byteOffset);
    assert.deepEqual(
      fields.map(({ lengthAt }) => view.getUint32(lengthAt, true)),
      readCommandSet(octets).elements.map(({ length }) => length),
    );
  });

  test("applied makes each change at its own place, whatever their order", () => {
    const octets = Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7]);
    const change = { unit: 0, level: "content", words: "" } as const;
    const mutations = [
      { ...change, at: 6, remove: 1, insert: Uint8Array.of(60, 61) },
      { ...change, at: 1, remove: 2, insert: new Uint8Array(0) },
      { ...change, at: 100, remove: 5, insert: Uint8Array.of(9) },
    ];
    for (const order of [mutations, mutations.toReversed()]) {
      assert.deepEqual([...applied(octets, order)], [0, 3, 4, 5, 60, 61, 7, 9]);
    }
  });

  test("SeededRandom chooses the same for the same seed, and evenly", () => {
    const digits = (stream: number): number[] => {
      const random = new SeededRandom("s", stream);
      return Array.from({ length: 2_000 }, () => random.below(10));
    };
    const first = digits(3);
    assert.deepEqual(first, digits(3));
    for (let digit = 0; digit < 10; digit++) {
      const count = first.filter((one) => one === digit).length;
      assert.ok(count > 120 && count < 280, `${digit}: ${count}`);
    }
    assert.notDeepEqual(first, digits(4));
  });
});

/** As `nc` would: all of it, then until the other side is done. */
function sendOctets(port: number, octets: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(octets));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.resume();
  });
}
