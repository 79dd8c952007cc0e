/**
 * Prints `N passed, N failed, N skipped` as the very last line, so that scripts (and people) read
 * the outcome without parsing anything else. A file that fails to load counts as one failure: it
 * holds tests that did not run.
 *
 * Before it, a line for each test that passed only at its second try (`.ci/run` allows one), with what
 * went wrong at the first: it is a fault of the test or of the product, and is not to be forgotten.
 */
import type { Reporter, TestCase, TestModule } from "vitest/node";

export class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    let failed = errors.length;
    let skipped = 0;
    const lines: string[] = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        if (test.diagnostic()?.flaky === true) lines.push(secondTry(test));
        const state = stateOf(test);
        if (state === "passed") passed++;
        else if (state === "skipped") skipped++;
        else failed++;
      }
    }
    lines.push(`${passed} passed, ${failed} failed, ${skipped} skipped`);
    // The built-in reporter prints its own summary after this hook: wait until the process is done.
    process.once("exit", () => process.stdout.write(`${lines.join("\n")}\n`));
  }
}

function secondTry(test: TestCase): string {
  const errors = test.result().errors ?? [];
  const why = errors.map(({ message }) => message).join("; ");
  return `second try: ${test.module.relativeModuleId} > ${test.fullName}: ${why}`;
}

/** A test that never got a result (its file was cut short) did not pass. */
function stateOf(test: TestCase): "passed" | "failed" | "skipped" {
  const { state } = test.result();
  return state === "pending" ? "failed" : state;
}
