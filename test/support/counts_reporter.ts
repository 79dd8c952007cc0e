/**
 * Prints `N passed, N failed, N skipped` as the very last line, so that scripts (and people) read
 * the outcome without parsing anything else. A file that fails to load, or a hook that fails, counts
 * as one failure: there are tests that did not run.
 *
 * Before it, a line for each test that passed only at its second try (`.ci/run` allows one), with what
 * went wrong at the first: it is a fault of the test or of the product, and is not to be forgotten.
 * Then a line for each file in which something failed: `.ci/run` runs it once more, by itself.
 */
import { relative } from "node:path";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const lines: string[] = [];
    const files = new Map<string, Counts>();
    const countsOf = (file: string): Counts => {
      const counts = files.get(file) ?? { passed: 0, failed: 0, skipped: 0 };
      files.set(file, counts);
      return counts;
    };
    for (const error of errors) countsOf(fileOf(error)).failed++;
    for (const module of modules) {
      const counts = countsOf(module.relativeModuleId);
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        if (test.diagnostic()?.flaky === true) lines.push(secondTry(test));
        counts[stateOf(test)]++;
      }
    }
    const all: Counts = { passed: 0, failed: 0, skipped: 0 };
    for (const [file, counts] of files) {
      all.passed += counts.passed;
      all.failed += counts.failed;
      all.skipped += counts.skipped;
      if (counts.failed > 0) lines.push(`failed in ${file}: ${countsText(counts)}`);
    }
    lines.push(countsText(all));
    // The built-in reporter prints its own summary after this hook: wait until the process is done.
    process.once("exit", () => process.stdout.write(`${lines.join("\n")}\n`));
  }
}

function countsText({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** An error outside of a test belongs to the file that ran, where that is known. */
function fileOf(error: SerializedError): string {
  const path: unknown = error["VITEST_TEST_PATH"];
  return typeof path === "string" ? relative(process.cwd(), path) : "no file";
}

function secondTry(test: TestCase): string {
  const errors = test.result().errors ?? [];
  const why = errors.map(({ message }) => message).join("; ");
  return `second try: ${test.module.relativeModuleId} > ${test.fullName}: ${why}`;
}

/** A test that never got a result (its file was cut short) did not pass. */
function stateOf(test: TestCase): keyof Counts {
  const { state } = test.result();
  return state === "pending" ? "failed" : state;
}
