import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "vitest";
import { partnerRuntime } from "../support/partner.ts";
import { inScope } from "../support/process.ts";
import { ROOT } from "../support/runtimes.ts";

const deno = partnerRuntime("deno");
/** All tests of the core once more, perhaps beside others on a small machine. */
const LIMITS = { timeout: 1_800_000 };
const CONFIG = join(ROOT, "test/pure_core.deno.json");

describe("The pure core", () => {
  test.skipIf(deno === undefined)("passes its tests without any permission", LIMITS, async () => {
    await inScope(async (scope) => {
      const { code, stdout, stderr } = await scope.run(denoTest(["--parallel"]), {
        cwd: ROOT,
        env: { NO_COLOR: "1" },
        limitMs: LIMITS.timeout - 5000,
      });
      const [, passed, failed] = /(\d+) passed.*\| (\d+) failed/.exec(stdout) ?? [];
      assert.equal(code, 0, `${stdout.slice(-4000)}\n${stderr.slice(-2000)}`);
      assert.ok(Number(passed) > 0);
      console.log(`pure core without permissions: ${passed} passed, ${failed} failed`);
    });
  });

  test.skipIf(deno === undefined)("would fail if it read a file", async () => {
    await inScope(async (scope) => {
      const impure = join(scope.tempDir(), "impure.test.ts");
      const { writeFileSync } = await import("node:fs");
      const body = `import { readFileSync } from "node:fs"; Deno.test("x", () => readFileSync("/etc/hosts"));`;
      writeFileSync(impure, body);
      const { code, stdout } = await scope.run(denoTest([impure]), { env: { NO_COLOR: "1" } });
      assert.equal(code, 1, stdout);
      assert.match(stdout, /NotCapable/);
    });
  });
});

/**
 * Denied by name, not only not granted: a Deno that is started by a Deno with permissions has them
 * too.
 */
const DENIED = ["read", "write", "net", "env", "run", "sys", "ffi"].map((what) => `--deny-${what}`);

function denoTest(args: readonly string[]): string[] {
  const program = deno?.command[0] ?? "deno";
  return [program, "test", "--no-prompt", "--no-check", ...DENIED, "--config", CONFIG, ...args];
}
