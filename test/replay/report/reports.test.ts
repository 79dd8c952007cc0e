import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import type { ExchangeEvent } from "../../../replay/events.ts";
import { JsonReport } from "../../../replay/report/json_report.ts";
import { JunitReport } from "../../../replay/report/junit_report.ts";
import { Latency } from "../../../replay/report/latency.ts";
import { ReportFile } from "../../../replay/report/report_file.ts";
import { Summary } from "../../../replay/report/summary.ts";
import { inScope } from "../../support/process.ts";

describe("Latency", () => {
  test("gives percentiles that are at most half a percent too high, and the exact maximum", () => {
    const latency = new Latency();
    assert.equal(latency.json(), null);
    for (let ms = 1; ms <= 1000; ms++) latency.add(ms);
    const { p50 = 0, p95 = 0, p99 = 0, max } = latency.json() ?? {};
    for (const [got, exact] of [
      [p50, 500],
      [p95, 950],
      [p99, 990],
    ] as const) {
      assert.ok(got >= exact && got <= exact * 1.005 + 0.001, `${got} for ${exact}`);
    }
    assert.equal(max, 1000);
  });

  test("gives one value as it is, however small or large", () => {
    for (const ms of [0, 0.0004, 0.001, 3.125, 86_400_000]) {
      const latency = new Latency();
      latency.add(ms);
      const rounded = Math.round(ms * 1000) / 1000;
      assert.deepEqual(latency.json(), { p50: rounded, p95: rounded, p99: rounded, max: rounded });
    }
  });
});

describe("Summary", () => {
  test("counts by outcome and command, and times what was answered", () => {
    const summary = new Summary();
    summary.association();
    summary.add(event({ request: "A-ASSOCIATE", status: null, ms: 50 }));
    summary.add(event({ ms: 1 }));
    summary.add(event({ outcome: "differs", ms: 3 }));
    summary.add(event({ outcome: "skipped", status: null, ms: null }));
    summary.add(event({ outcome: "timeout", status: null, ms: null }));
    summary.add(event({ outcome: "failed", status: null, ms: null }));
    const json = summary.json(12.34567);
    assert.deepEqual(json, {
      event: "summary",
      associations: 1,
      exchanges: 6,
      same: 2,
      differs: 1,
      skipped: 1,
      failed: 2,
      duration_ms: 12.346,
      latency_ms: { p50: json.latency_ms?.p50, p95: 3, p99: 3, max: 3 },
      commands: {
        "A-ASSOCIATE": {
          exchanges: 1,
          errors: 0,
          latency_ms: { p50: 50, p95: 50, p99: 50, max: 50 },
        },
        "C-ECHO-RQ": { exchanges: 5, errors: 4, latency_ms: json.latency_ms },
      },
    });
  });
});

describe("ReportFile", () => {
  test("takes the place of an older report when it is whole, and leaves it alone until then", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const path = join(folder, "report.json");
      writeFileSync(path, "the last one");
      chmodSync(path, 0o640);
      for (const begin of [() => new JsonReport(path, {}), () => new JunitReport(path, "x")]) {
        const discarded = begin();
        discarded.exchange(event({}));
        assert.equal(readFileSync(path, "utf8"), "the last one");
        discarded.discard();
        assert.deepEqual(readdirSync(folder), ["report.json"]);
      }
      const report = new JsonReport(path, {});
      report.exchange(event({}));
      report.end(new Summary().json(1));
      report.discard();
      assert.equal(JSON.parse(readFileSync(path, "utf8")).exchanges.length, 1);
      assert.equal(statSync(path).mode & 0o777, 0o640, "who could read it still can");
      assert.deepEqual(readdirSync(folder), ["report.json"]);
    });
  });

  test("writes through a link, and into what is no file", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const inside = join(folder, "inside");
      mkdirSync(inside);
      writeFileSync(join(inside, "report.json"), "the last one");
      symlinkSync(join(inside, "report.json"), join(folder, "link.json"));
      const linked = new ReportFile(join(folder, "link.json"));
      linked.write("new");
      linked.close();
      assert.ok(lstatSync(join(folder, "link.json")).isSymbolicLink());
      assert.equal(readFileSync(join(inside, "report.json"), "utf8"), "new");
      assert.deepEqual(readdirSync(inside), ["report.json"]);
      const nowhere = new ReportFile("/dev/null");
      nowhere.write("new");
      nowhere.close();
      assert.ok(statSync("/dev/null").isCharacterDevice());
      const missing = join(folder, "no", "report.json");
      assert.throws(
        () => new ReportFile(missing),
        (error: NodeJS.ErrnoException) => error.code === "ENOENT" && error.path === missing,
      );
      assert.throws(() => new ReportFile(folder), { code: "EISDIR" });
    });
  });

  test("writes to where a link points that is not there yet", async () => {
    await inScope(async (scope) => {
      const folder = scope.tempDir();
      const [link, path] = [join(folder, "link.json"), join(folder, "report.json")];
      symlinkSync("report.json", link);
      const report = new ReportFile(link);
      report.write("new");
      report.close();
      assert.ok(lstatSync(link).isSymbolicLink());
      assert.equal(readFileSync(path, "utf8"), "new");
      assert.deepEqual(readdirSync(folder).sort(), ["link.json", "report.json"]);
    });
  });

  test("writes in its place where nothing can be made beside it", async () => {
    await inScope(async (scope) => {
      // nothing with a longer name is possible there
      const longest = process.platform === "linux" ? 4_095 : 1_023;
      let folder = scope.tempDir();
      while (folder.length < longest - 40) {
        folder = join(folder, "x".repeat(Math.min(100, longest - 10 - folder.length)));
      }
      mkdirSync(folder, { recursive: true });
      const path = join(folder, "r.json");
      writeFileSync(path, "the last one, which is longer");
      const report = new ReportFile(path);
      report.write("{}");
      report.close();
      report.discard();
      assert.equal(readFileSync(path, "utf8"), "{}");
      assert.deepEqual(readdirSync(folder), ["r.json"]);
    });
  });

  test("writes into a pipe in order, and refuses one where the head comes last", async () => {
    await inScope(async (scope) => {
      const pipe = join(scope.tempDir(), "pipe");
      assert.equal(spawnSync("mkfifo", [pipe]).status, 0);
      const reader = openSync(pipe, "r+"); // it opens without a writer
      try {
        const report = new JsonReport(pipe, { to: "there" });
        report.exchange(event({}));
        report.end(new Summary().json(1));
        const bytes = new Uint8Array(65_536);
        const text = new TextDecoder().decode(bytes.subarray(0, readSync(reader, bytes)));
        assert.equal(JSON.parse(text).exchanges.length, 1);
      } finally {
        closeSync(reader);
      }
      assert.throws(() => new JunitReport(pipe, "x"), { code: "ESPIPE", path: pipe });
    });
  });
});

function event(changes: Partial<ExchangeEvent>): ExchangeEvent {
  return {
    event: "exchange",
    capture: "x.dcap",
    association: 1,
    index: 0,
    request: "C-ECHO-RQ",
    outcome: "same",
    recorded_status: 0,
    status: 0,
    differences: [],
    reason: null,
    recorded_ms: 1,
    ms: 1,
    ...changes,
  };
}
