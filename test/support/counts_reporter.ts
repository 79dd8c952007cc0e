/**
 * Prints `N passed, N failed, N skipped` as the very last line, so that scripts (and people) read
 * the outcome without parsing anything else. A file that fails to load counts as one failure: it
 * holds tests that did not run.
 */
import type { Reporter, TestCase, TestModule } from "vitest/node";

export class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const state = stateOf(test);
        if (state === "passed") passed++;
        else if (state === "skipped") skipped++;
        else failed++;
      }
    }
    const line = `${passed} passed, ${failed} failed, ${skipped} skipped`;
    // The built-in reporter prints its own summary after this hook: wait until the process is done.
    process.once("exit", () => process.stdout.write(`${line}\n`));
  }
}

/** A test that never got a result (its file was cut short) did not pass. */
function stateOf(test: TestCase): "passed" | "failed" | "skipped" {
  const { state } = test.result();
  return state === "pending" ? "failed" : state;
}
