/** B-8: what the proxy holds in memory, decoding and recording everything. */
import { inScope, type Scope } from "../support/process.ts";
import type { StartableRuntime } from "../support/runtimes.ts";
import { memory, peakMemory, runtimesOf, startDicomtap } from "./contenders.ts";
import { mib, type Plan } from "./relay_load.ts";
import { notMeasured, type Row } from "./report.ts";

const MIB = 2 ** 20;
const LIMIT = 150 * MIB;

export async function memoryRows(plan: Plan): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const runtime of runtimesOf(plan.contenders)) {
    for (const measure of [large, busy, idle]) {
      rows.push(await inScope((scope) => measure(plan, runtime, scope)));
    }
  }
  return rows;
}

/** 4 GiB on one association. */
async function large(plan: Plan, runtime: StartableRuntime, scope: Scope): Promise<Row> {
  const gib = plan.short ? 0.03 : 4;
  const proxy = await fresh(plan, runtime, scope);
  await plan.load.bulk(proxy.port, Math.round(gib * 1024));
  return peak(`${gib} GiB on one association, ${runtime.name}`, proxy.process);
}

/** 100 associations at once. */
async function busy(plan: Plan, runtime: StartableRuntime, scope: Scope): Promise<Row> {
  const connections = plan.short ? 10 : 100;
  const proxy = await fresh(plan, runtime, scope);
  await plan.load.bulk(proxy.port, 8, connections);
  return peak(`${connections} busy associations, ${runtime.name}`, proxy.process);
}

/** 1,000 associations that do nothing. */
async function idle(plan: Plan, runtime: StartableRuntime, scope: Scope): Promise<Row> {
  const count = plan.short ? 50 : 1000;
  const proxy = await fresh(plan, runtime, scope);
  const what = `${count} idle associations, ${runtime.name}`;
  const { process } = proxy;
  if (process === undefined) return notMeasured("B-8", what, "no process");
  await plan.load.rate(proxy.port, 200, 4); // what the runtime takes once
  const before = memory(process);
  await plan.load.hold(scope, proxy.port, count);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const after = memory(process);
  if (before === undefined || after === undefined) return notMeasured("B-8", what, "needs /proc");
  const each = (after - before) / count / 1024;
  return {
    id: "B-8",
    what,
    measured: `${mib(after)}, ${each.toFixed(0)} KiB each`,
    target: "< 150 MiB, < 50 KiB each",
    met: after < LIMIT && (plan.short || each < 50),
  };
}

async function fresh(plan: Plan, runtime: StartableRuntime, scope: Scope) {
  const to = await plan.load.accept();
  return await startDicomtap(scope, { runtime, to, mode: "record" });
}

function peak(what: string, process: Parameters<typeof peakMemory>[0] | undefined): Row {
  const bytes = process === undefined ? undefined : peakMemory(process);
  if (bytes === undefined) return notMeasured("B-8", what, "needs /proc");
  return {
    id: "B-8",
    what: `${what}, recorded, peak`,
    measured: mib(bytes),
    target: "< 150 MiB",
    met: bytes < LIMIT,
  };
}
