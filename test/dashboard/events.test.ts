import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { DashboardEvent } from "../../src/dashboard/api_types.ts";
import { captureFacts, someRecords, writeCapture } from "../support/captures.ts";
import { associationJson, type TestDashboard, testDashboard } from "../support/dashboard.ts";
import { inScope } from "../support/process.ts";

type Named = DashboardEvent["event"];

/** Reads server-sent events one by one. */
class EventReader {
  id = "";
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #waiting: DashboardEvent[] = [];
  #text = "";

  constructor(response: Response) {
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /event-stream/);
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader();
  }

  /** The next event of this name; others are passed over. */
  async next<N extends Named>(name: N): Promise<Extract<DashboardEvent, { event: N }>["data"]> {
    for (;;) {
      const event = this.#waiting.shift() ?? (await this.#read());
      if (event.event === name) return event.data as never;
    }
  }

  async close(): Promise<void> {
    await this.#reader.cancel();
  }

  async #read(): Promise<DashboardEvent> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const lines = this.#text.slice(0, end).split("\n");
        this.#text = this.#text.slice(end + 2);
        const field = (name: string) =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
        this.id = field("id");
        return { event: field("event"), data: JSON.parse(field("data")) } as DashboardEvent;
      }
      const { done, value } = await this.#reader.read();
      assert.ok(!done, "the stream ended");
      this.#text += Buffer.from(value).toString();
    }
  }
}

async function listen(
  { request }: TestDashboard,
  path = "/api/events",
  headers: Record<string, string> = {},
): Promise<EventReader> {
  return new EventReader(await request(path, { headers }));
}

describe("/api/events", () => {
  test("tells what opens, changes and ends, by the filter that was given", async () => {
    const dashboard = await testDashboard({ proxy: true });
    const { state } = dashboard;
    const events = await listen(dashboard, "/api/events?filter=~calling%20CT1");
    assert.deepEqual(await events.next("hello"), { all: 0 });
    state.setAssociation(associationJson(1, { outcome: "open", calling_ae_title: "CT1" }));
    const first = await events.next("associations");
    assert.deepEqual(
      first.rows.map(({ key, outcome }) => [key, outcome]),
      [["x.dcap/1", "open"]],
    );
    state.setAssociation(associationJson(2, { calling_ae_title: "MR2" }));
    assert.deepEqual(await events.next("associations"), { rows: [], gone: ["x.dcap/2"] });
    state.setHealth({ forwarding: true, recording: "ok", reason: null, counters: {}, routes: [] });
    assert.equal((await events.next("health")).forwarding, true);
    await events.close();
  });

  test("goes on where the connection was lost, or says that everything has to be fetched", async () => {
    const dashboard = await testDashboard();
    const { state } = dashboard;
    const before = await listen(dashboard);
    await before.next("hello");
    state.setAssociation(associationJson(1));
    await before.next("associations");
    const { id } = before;
    await before.close();
    state.setAssociation(associationJson(2));
    const after = await listen(dashboard, "/api/events", { "last-event-id": id });
    const { rows } = await after.next("associations");
    assert.deepEqual(
      rows.map(({ key }) => key),
      ["x.dcap/2"],
    );
    await after.close();
    const run = after.id.slice(0, after.id.indexOf("-"));
    for (const [why, id] of [
      ["of another run", after.id.replace(run, "0")],
      ["of no dashboard", "999999"],
    ] as const) {
      const strange = await listen(dashboard, "/api/events", { "last-event-id": id });
      assert.deepEqual(await strange.next("hello"), { all: 2 }, why);
      await strange.close();
    }
  });

  test("says that everything has to be fetched where a capture was deleted meanwhile", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      for (const [name, seed] of [
        ["a.dcap", 1],
        ["b.dcap", 2],
      ] as const) {
        const records = someRecords({ count: 2, chunks: 1, size: 10 });
        writeFileSync(join(folder, name), writeCapture(records, { facts: captureFacts(seed) }));
      }
      const dashboard = await testDashboard({ places: [folder] });
      const before = await listen(dashboard);
      assert.deepEqual(await before.next("hello"), { all: 4 });
      await before.close();
      rmSync(join(folder, "a.dcap"));
      await dashboard.state.library.refresh();
      const after = await listen(dashboard, "/api/events", { "last-event-id": before.id });
      assert.deepEqual(await after.next("hello"), { all: 2 });
      const { captures } = await after.next("captures");
      assert.deepEqual(
        captures.map(({ capture }) => capture),
        ["b.dcap"],
      );
      await after.close();
    });
  });

  test("O-07 keeps little for a browser that is slow to read", async () => {
    const dashboard = await testDashboard();
    const { state } = dashboard;
    const slow = await listen(dashboard);
    await slow.next("hello");
    for (let id = 1; id <= 5_000; id++) state.setAssociation(associationJson(id));
    // more than are kept for it came: it fetches everything again
    assert.deepEqual(await slow.next("hello"), { all: 5_000 });
    await slow.close();
  });

  test("O-07 drops a browser that does not read", async () => {
    const dashboard = await testDashboard({ stallMs: 300 });
    const stalled = await dashboard.request("/api/events");
    assert.equal(stalled.status, 200);
    for (let id = 1; id <= 5_000; id++) dashboard.state.setAssociation(associationJson(id));
    while ((await streamsOf(dashboard)) > 0); // nobody reads it, nobody closes it
    assert.equal(stalled.bodyUsed, false);
  });

  test("ends when the browser goes away", async () => {
    const dashboard = await testDashboard();
    const events = await listen(dashboard);
    await events.next("hello");
    assert.equal(await streamsOf(dashboard), 1);
    await events.close();
    while ((await streamsOf(dashboard)) > 0);
  });
});

async function streamsOf({ request }: TestDashboard): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const text = await (await request("/metrics")).text();
  return Number(/^dicomtap_event_streams (\d+)$/m.exec(text)?.[1]);
}
