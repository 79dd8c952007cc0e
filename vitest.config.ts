/**
 * One configuration for the three runtimes. Forked processes (the default pool) are the only pool
 * that works on Node, Deno and Bun alike. Tests of one file run one after another; files run two at
 * a time, so that spawned partners and load tests do not starve each other on a small machine.
 */
import { defineConfig } from "vitest/config";
import { CountsReporter } from "./test/support/counts_reporter.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/repository/pure_core_shim/**", "**/node_modules/**"],
    pool: "forks",
    maxWorkers: 2,
    // The long profile of the fuzz tests (npm run fuzz) takes what it takes.
    // Limits find what hangs and measure nothing: more than PATIENCE_MS, by which waiting tests say
    // themselves what did not come, and many times what the slowest test needs on one busy core.
    testTimeout: process.env["DICOMTAP_FUZZ"] === "long" ? 3_600_000 : 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    // Many real programs on a machine of unknown load: .ci/run gives each test two tries, and names
    // those that needed the second. Who works on the project sees every first failure.
    retry: process.env["DICOMTAP_SECOND_TRY"] === "1" ? 1 : 0,
    reporters: ["default", new CountsReporter()],
  },
});
