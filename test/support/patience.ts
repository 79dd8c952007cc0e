/**
 * How long a test waits for what has to come. It is no measure of anything: only what never comes takes
 * so long, and a busy machine with one slow core may need much of it for what a quiet one does at once.
 * Less than the limit of a test (vitest.config.ts), so that what is missing is told, and by its name.
 */
export const PATIENCE_MS = 120_000;
