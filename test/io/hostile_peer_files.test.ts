import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, test } from "vitest";
import { AssociationError } from "../../src/io/association_error.ts";
import { requestAssociation } from "../../src/io/request_association.ts";
import { hasCorpus, readCorpus, readCorpusJson } from "../support/corpus.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { startSimulatedPacs } from "../support/simulated_pacs.ts";
import { bytesOfHex } from "../support/vectors.ts";

interface Hostile {
  readonly id: string;
  readonly stage: string;
  readonly hex?: string;
  readonly file?: string;
  readonly rq?: string;
}

const VERIFICATION = "1.2.840.10008.1.1";
/** A peer that is silent ends its connection, too: nothing here has to wait for a timeout. */
const ENOUGH_MS = 30_000;

describe.skipIf(!hasCorpus)("hostile peers", () => {
  test("an acceptor survives every hostile requestor and goes on serving", async () => {
    const { base, cases } = corpus(["first", "after-ac"]);
    const endings = new Map<string, number>();
    const pacs = await startSimulatedPacs({
      acseTimeout: ENOUGH_MS,
      dimseTimeout: ENOUGH_MS,
      ended: (_association, error) => {
        const kind = error instanceof AssociationError ? error.kind : (error?.name ?? "released");
        endings.set(kind, (endings.get(kind) ?? 0) + 1);
      },
    });
    await inParallel(cases, 8, async ({ id, stage, bytes }) => {
      const socket = connect(pacs.port, "127.0.0.1");
      await play(socket, id, async () => {
        if (stage === "after-ac") {
          socket.write(base);
          await once(socket, "data");
        }
        socket.end(bytes);
      });
    });
    const association = await ask(pacs.port);
    await association.release();
    await pacs.close();
    const words = [...endings].map(([kind, count]) => `${count} ${kind}`).join(", ");
    console.log(`hostile requestors: ${cases.length} served, still alive (${words})`);
    // Whatever is wrong is told as one of our own errors, never as a fault of this program.
    assert.deepEqual(
      [...endings.keys()].filter((kind) => /Error/.test(kind)),
      [],
    );
  });

  test("a requestor tells in words what a hostile acceptor answered", async () => {
    const { cases } = corpus(["answer", "first"]);
    const kinds = new Map<string, number>();
    await inParallel(cases, 8, async ({ id, bytes }) => {
      const server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end(bytes));
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const kind = await ask(port).then(
        async (association) => {
          await association.release().catch(() => association.abort());
          return "accepted";
        },
        (error: unknown) => {
          assert.ok(error instanceof AssociationError, `${id}: ${error}`);
          assert.notEqual(error.message, "", id);
          return error.kind;
        },
      );
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      server.close();
    });
    const words = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ");
    console.log(`hostile acceptors: ${cases.length} asked, ${words}`);
    assert.ok((kinds.get("protocol") ?? 0) > 10);
    assert.ok((kinds.get("rejected") ?? 0) >= 4);
  });
});

interface Case {
  readonly id: string;
  readonly stage: string;
  readonly bytes: Uint8Array;
}

function corpus(stages: readonly string[]): { readonly base: Uint8Array; readonly cases: Case[] } {
  const all = readCorpusJson("malformed.json") as readonly Hostile[];
  const base = bytesOfHex(all.find(({ stage }) => stage === "base")?.rq ?? "");
  const cases = all.flatMap(({ id, stage, hex, file }) => {
    if (!stages.includes(stage) || (hex === undefined && file === undefined)) return [];
    return [{ id, stage, bytes: hex !== undefined ? bytesOfHex(hex) : readCorpus(file ?? "") }];
  });
  return { base, cases };
}

function ask(port: number): ReturnType<typeof requestAssociation> {
  return requestAssociation({
    host: "127.0.0.1",
    port,
    callingAeTitle: "TEST",
    calledAeTitle: "PACS",
    contexts: [{ abstractSyntax: VERIFICATION, transferSyntaxes: ["1.2.840.10008.1.2"] }],
    acseTimeout: ENOUGH_MS,
    dimseTimeout: ENOUGH_MS,
  });
}

/** Plays one peer to the end of its connection, however the other side ends it. */
async function play(socket: Socket, id: string, script: () => Promise<void>): Promise<void> {
  socket.on("error", () => undefined);
  socket.on("data", () => undefined);
  const closed = once(socket, "close");
  await once(socket, "connect");
  await Promise.race([script(), closed]);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    socket.destroy();
  }, PATIENCE_MS);
  await closed;
  clearTimeout(timer);
  assert.equal(late, false, `${id} was not closed`);
}

async function inParallel<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
