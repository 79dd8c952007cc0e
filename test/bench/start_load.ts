/** B-9: from starting the program to its ready line. */
import { inScope } from "../support/process.ts";
import { runtimesOf } from "./contenders.ts";
import type { Plan } from "./relay_load.ts";
import { type Row, show, spread } from "./report.ts";

const LIMITS = { node: 500, deno: 300, bun: 300 } as const;

export async function startRows(plan: Plan): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const runtime of runtimesOf(plan.contenders)) {
    const times: number[] = [];
    for (let round = 0; round <= plan.rounds; round++) {
      const ms = await startOnce(runtime.dicomtap);
      if (round > 0) times.push(ms); // the first one warms the caches of files
    }
    const limit = LIMITS[runtime.name];
    rows.push({
      id: "B-9",
      what: `start to ready, ${runtime.name}`,
      measured: `${show(spread(times), 0)} ms`,
      target: `< ${limit} ms`,
      met: spread(times).median < limit,
    });
  }
  return rows;
}

async function startOnce(command: readonly string[]): Promise<number> {
  return await inScope(async (scope) => {
    const where = ["--listen", "127.0.0.1:0", "--to", "127.0.0.1:9", "--record", scope.tempDir()];
    const args = ["proxy", "--json", "--dashboard", "127.0.0.1:0", ...where];
    const from = performance.now();
    await scope.start([...command, ...args]).line(/"event":\s*"ready"/);
    return performance.now() - from;
  });
}
