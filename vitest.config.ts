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
    testTimeout: process.env["DICOMTAP_FUZZ"] === "long" ? 3_600_000 : 120_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    reporters: ["default", new CountsReporter()],
  },
});
