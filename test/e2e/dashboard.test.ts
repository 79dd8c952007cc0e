/** The dashboard as a program: of captures alone, and of a proxy that runs. */
import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, test } from "vitest";
import type {
  AssociationsJson,
  HealthJson,
  MessagesJson,
  ReplayDetailJson,
  ReplayJson,
  SessionJson,
} from "../../src/dashboard/api_types.ts";
import { DashboardClient } from "../support/dashboard_client.ts";
import { startDashboard } from "../support/dashboard_process.ts";
import { playDay, startDayPacs } from "../support/demo_day.ts";
import { partner } from "../support/partner.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { inScope, type Scope } from "../support/process.ts";
import { residentBytes } from "../support/process_memory.ts";
import type { StartableRuntime } from "../support/runtimes.ts";
import { assertSound, dicomtap, runtimesUnderTest, startProxy, stopProcess } from "./dicomtap.ts";

const openssl = partner("openssl", "openssl");
const AE_TITLE = "PACS01";
const GOLDEN = "test/captures/services/study_1.dcap";

/** The proxy before a simulated PACS, with its dashboard. */
async function startWatched(scope: Scope, runtime: StartableRuntime) {
  const pacs = await startDayPacs();
  scope.defer(() => pacs.close());
  const options = { runtime, to: pacs.port, dashboard: "127.0.0.1:0" };
  const { folder, port, process, ready } = await startProxy(scope, options);
  const client = new DashboardClient(ready.dashboard ?? "");
  const to = { host: "127.0.0.1", port, calledAeTitle: AE_TITLE };
  return { client, folder, pacs, port, process, to };
}

async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; ; ) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > end) {
      const last = JSON.stringify(answer).slice(0, 4_000);
      throw new Error(`Not in ${PATIENCE_MS} ms: ${holds}. The last answer: ${last}`);
    }
    await pause(100);
  }
}

for (const runtime of runtimesUnderTest()) {
  describe(`the dashboard on ${runtime.name}`, () => {
    test("serves captures without a proxy, and its page from a checkout", async () => {
      await inScope(async (scope) => {
        const folder = scope.tempDir();
        copyFileSync(GOLDEN, join(folder, "a.dcap"));
        const { process, url } = await startDashboard(scope, [folder], { runtime });
        const client = new DashboardClient(url);
        const list = () => client.json<AssociationsJson>("/api/associations");
        assert.equal((await until(list, ({ complete }) => complete)).total, 5);
        assert.equal((await client.json<SessionJson>("/api/session")).proxy, false);
        const script = await client.ask("/app.js");
        assert.equal(script.status, 200, script.text.slice(0, 300));
        assert.match(String(script.headers["content-type"]), /^text\/javascript/);
        const style = await client.ask("/app.css");
        assert.equal(style.status, 200);
        const page = await client.ask("/", { headers: { accept: "text/html" } });
        assert.match(page.text, /<script type="module" src="\/app\.js">/);
        assert.doesNotMatch(page.text, /<script>|<style|style=|onload=/);
        assert.match(String(page.headers["content-security-policy"]), /default-src 'none'/);
        copyFileSync(GOLDEN, join(folder, "b.dcap"));
        await until(list, ({ total }) => total === 10);
        await stopProcess(process);
        const token = new URL(url).searchParams.get("token") ?? "";
        const printed = process.stdout.split("\n").slice(1).join("\n") + process.stderr;
        assert.ok(!printed.includes(token), "P-05: the token is in the ready line only");
      });
    });

    test("P-01 is not opened elsewhere without an access file", async () => {
      await inScope(async (scope) => {
        const args = ["dashboard", "test/captures/v1", "--listen", "0.0.0.0:0"];
        const { code, stderr } = await dicomtap(scope, runtime, args);
        assert.equal(code, 2);
        assert.match(stderr, /--dashboard-auth/);
        const missing = await dicomtap(scope, runtime, ["dashboard", "nothing-here"]);
        assert.notEqual(missing.code, 0);
        assert.match(missing.stderr, /nothing-here/);
      });
    });

    test.skipIf(openssl === undefined)(
      "P-16 serves users by HTTPS, each in their role",
      async () => {
        await inScope(async (scope) => {
          const folder = scope.tempDir();
          copyFileSync(GOLDEN, join(folder, "a.dcap"));
          const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
          const made = await scope.run([
            ...[openssl ?? "", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
            ...["-subj", "/CN=localhost", "-keyout", key, "-out", cert],
          ]);
          assert.equal(made.code, 0, made.stderr);
          const users = join(folder, "users");
          const tokens: string[] = [];
          const lines: string[] = [];
          for (const user of ["ward:viewer", "anna:operator"]) {
            const told = await dicomtap(scope, runtime, ["dashboard", "--new-token", user]);
            assert.equal(told.code, 0, told.stderr);
            lines.push(told.stdout);
            tokens.push(/^Token of \w+: (\S+)$/m.exec(told.stderr)?.[1] ?? "");
          }
          writeFileSync(users, lines.join(""), { mode: 0o600 });
          const tls = ["--dashboard-cert", cert, "--dashboard-key", key];
          const { url } = await startDashboard(scope, [folder, "--dashboard-auth", users, ...tls], {
            runtime,
          });
          assert.match(url, /^https:\/\/127\.0\.0\.1:\d+\/$/);
          const [viewer, operator] = tokens.map((token) => new DashboardClient(url, token));
          assert.ok(viewer !== undefined && operator !== undefined);
          assert.equal((await viewer.json<SessionJson>("/api/session")).user, "ward");
          assert.equal((await operator.json<SessionJson>("/api/session")).role, "operator");
          const clear = "/api/associations/a.dcap/3/messages/0?show_phi=1";
          await until(
            () => operator.ask(clear),
            ({ status }) => status === 200,
          );
          assert.equal((await viewer.ask(clear)).status, 403);
          assert.equal((await new DashboardClient(url, "guess").ask("/api/session")).status, 401);
          const login = await operator.ask(`/?token=${tokens[1]}`);
          assert.match(String(login.headers["set-cookie"]), /Secure/);
        });
      },
    );

    test("shows live associations, records on demand, replays and gives captures", async () => {
      await inScope(async (scope) => {
        const { client, folder, pacs, process, to } = await startWatched(scope, runtime);
        const list = () => client.json<AssociationsJson>("/api/associations?limit=1000");
        const over = ({ total, counts }: AssociationsJson) => total > 0 && !counts.open;
        await playDay(to, AbortSignal.timeout(PATIENCE_MS));
        const first = await until(list, (answer) => over(answer) && answer.total >= 5);
        for (const { key } of first.associations) assert.match(key, /^dicomtap-.*\.dcap\/\d+$/);
        const stored = first.associations.find(({ services }) => /stored/.test(services));
        const messages = await client.json<MessagesJson>(
          `/api/associations/${stored?.key}/messages`,
        );
        assert.equal(messages.total, stored?.messages, "of a capture that is being written");

        const record = async (on: boolean) =>
          (await client.json<HealthJson>("/api/recording", { method: "POST", body: { on } }))
            .recording;
        assert.equal(await record(false), "off");
        await playDay(to, AbortSignal.timeout(PATIENCE_MS));
        const unrecorded = ({ associations }: AssociationsJson) =>
          associations.filter(({ key }) => key.startsWith("live/"));
        await until(list, (all) => over(all) && unrecorded(all).length >= first.total);
        assert.equal(await record(true), "ok");

        const started = await client.json<ReplayJson>("/api/replays", {
          method: "POST",
          body: { keys: [stored?.key], to: `127.0.0.1:${pacs.port}`, speed: "max" },
        });
        const replay = await until(
          () => client.json<ReplayDetailJson>(`/api/replays/${started.id}`),
          ({ state }) => state !== "running",
        );
        assert.equal(replay.state, "done", replay.error ?? "");
        assert.equal(replay.failed, 0);
        assert.ok(replay.same > 0 && replay.events.length >= replay.exchanges);
        const elsewhere = { keys: [stored?.key], to: "192.0.2.1:104" };
        const refused = await client.ask("/api/replays", { method: "POST", body: elsewhere });
        assert.equal(refused.status, 403, "P-14");

        const capture = await client.ask(`/api/download?key=${stored?.key}`);
        const path = join(scope.tempDir(), "selection.dcap");
        writeFileSync(path, capture.bytes);
        const verified = await dicomtap(scope, runtime, ["verify", path]);
        assert.equal(verified.code, 0, verified.stdout + verified.stderr);
        await stopProcess(process);
        await assertSound(scope, runtime, folder);
        console.log(
          `dashboard on ${runtime.name}: ${first.total} live, ${replay.same} of ${replay.exchanges} exchanges replayed the same`,
        );
      });
    });

    test("O-07 ten browsers that do not read cost less than 20 MiB", async () => {
      await inScope(async (scope) => {
        const { client, process, to } = await startWatched(scope, runtime);
        const rounds = async (from: number, count: number) => {
          for (let round = from; round < from + count; round++) {
            await playDay(to, AbortSignal.timeout(PATIENCE_MS));
          }
        };
        await rounds(1, 3); // everything that is loaded late is loaded
        const resident = () => (residentBytes(process.pid) ?? 0) / 2 ** 20;
        const start = resident();
        await rounds(4, 5);
        const before = resident();
        const sockets: Socket[] = [];
        const { port, hostname } = new URL(client.origin);
        const token = (await process.line(/"event":\s*"ready"/)).match(/token=([\w-]+)/)?.[1];
        for (let i = 0; i < 10; i++) {
          const socket = connect(Number(port), hostname).pause();
          socket.on("error", () => {});
          socket.write(
            `GET /api/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
          );
          sockets.push(socket);
        }
        const metrics = async () => (await client.ask("/metrics")).text;
        await until(metrics, (text) => text.includes("dicomtap_event_streams 10"));
        // What the same work costs without browsers is no cost of theirs. Garbage that waits for its
        // collection is gone the next time; what is kept for browsers would only grow.
        let grown = Number.POSITIVE_INFINITY;
        for (let attempt = 0; attempt < 3 && grown >= 20; attempt++) {
          const from = attempt === 0 ? before : resident();
          await rounds(9 + 5 * attempt, 5);
          grown = resident() - from - Math.max(0, before - start);
        }
        for (const socket of sockets) socket.destroy();
        console.log(`O-07: 10 stalled browsers, ${grown.toFixed(1)} MiB on ${runtime.name}`);
        assert.ok(grown < 20, `${grown} MiB`);
        await until(metrics, (text) => text.includes("dicomtap_event_streams 0"));
      });
    });
  });
}
