import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, test } from "vitest";
import { inScope } from "../support/process.ts";
import { ownRuntime, ROOT } from "../support/runtimes.ts";

const LOG = join(ROOT, "src/io/log.ts");

describe("configureLog()", () => {
  test("P-15: wire values cannot forge a line or steer a terminal", async () => {
    const script = `
      log.warn("AE title {title}", { title: "A\\nB\\r\\x1b[2J\\u202e" });
      log.warn("object {value}", { value: { text: "\\x1b[0m\\n" } });
      log.error("failed: {error}", { error: new Error("x\\ny\\x07") });
    `;
    const { stderr } = await runLogging(script);
    const lines = stderr.trimEnd().split("\n");
    assert.equal(lines.length, 3, stderr);
    assert.doesNotMatch(stderr.replaceAll("\n", ""), /[\x00-\x1f\u202e]/);
    assert.match(lines[0] ?? "", /warning test: AE title A\\nB\\r\\x1b\[2J\\u\{202e\}$/);
    console.log("P-15: 3 log lines from 3 events");
  });

  test("O-09: a flood is cut short", async () => {
    // Few enough to be within one window of the limiter on a busy machine.
    const script = `for (let i = 0; i < 20_000; i++) log.error("Cannot {i}", { i });`;
    const { stderr } = await runLogging(script);
    const lines = stderr.trimEnd().split("\n");
    assert.equal(lines.length, 11);
    assert.match(lines.at(-1) ?? "", /19,990 more like "test: Cannot/);
    console.log(`O-09: 20,000 errors, ${lines.length} lines`);
  });

  test("O-09: a reader that stopped does not hold the program up", async () => {
    const child = startLogging(`
      for (let i = 0; i < 20_000; i++) {
        log.error("kind " + (i % 150) + " {text}", { text: "x".repeat(4000) });
        if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    `);
    const started = performance.now();
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    console.log(`O-09: stderr not read, ended after ${Math.round(performance.now() - started)} ms`);
  });

  test("O-09: a closed stderr is harmless", async () => {
    const child = startLogging(`
      await new Promise((resolve) => setTimeout(resolve, 200));
      for (let i = 0; i < 1000; i++) log.error("kind " + (i % 150) + " {i}", { i });
    `);
    child.stderr.destroy();
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
  });
});

async function runLogging(script: string) {
  return await inScope(async (scope) => {
    const result = await scope.run(commandFor(script));
    assert.equal(result.code, 0, result.stderr);
    return result;
  });
}

/** stderr is a pipe that nobody reads from. */
function startLogging(script: string) {
  const [program = "", ...args] = commandFor(script);
  return spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
}

function commandFor(script: string): string[] {
  const { name, command } = ownRuntime();
  const [program = ""] = command;
  const source = `
    const { configureLog, flushLog, logger } = await import(${JSON.stringify(LOG)});
    configureLog();
    const log = logger("test");
    ${script}
    await flushLog();
    process.exit(0);
  `;
  if (name === "deno") return [program, "eval", source];
  if (name === "bun") return [program, "-e", source];
  return [program, "--import", "tsx", "--input-type=module", "-e", source];
}
