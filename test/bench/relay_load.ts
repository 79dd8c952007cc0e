/**
 * B-1 to B-4, B-6 and B-12: what passes through, how fast, and what it costs others.
 */
import type { Scope } from "../support/process.ts";
import { type Contender, cpuSeconds, gapsOf, HAPROXY, peakMemory } from "./contenders.ts";
import { type Load, STORE_SIZE } from "./load.ts";
import { notMeasured, type Row, ratios, show, spread } from "./report.ts";
import { inTurns, type Values, valuesOf } from "./rounds.ts";

export interface Plan {
  readonly scope: Scope;
  readonly load: Load;
  readonly contenders: readonly Contender[];
  readonly rounds: number;
  readonly short: boolean;
}

const MIB = 2 ** 20;

/** B-1 and B-2: one association that moves bulk. B-6: eight at once. */
export async function bulk(plan: Plan, connections: 1 | 8): Promise<readonly Row[]> {
  const { scope, load, contenders, rounds, short } = plan;
  const messages = (short ? 16 : 512) / connections;
  const bytes = messages * connections * STORE_SIZE;
  const cpu = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const values = await inTurns(contenders, rounds, async ({ name, port, process }) => {
    const before = process === undefined ? undefined : cpuSeconds(process);
    const seconds = await load.bulk(port, messages, connections);
    const after = process === undefined ? undefined : cpuSeconds(process);
    if (before !== undefined && after !== undefined) {
      cpu.get(name)?.push((after - before) / (bytes / 1e9));
    }
    return bytes / seconds / 1e6; // MB/s
  });
  const id = (mode: Contender["mode"]) =>
    connections === 8 ? "B-6" : mode === "record" ? "B-2" : "B-1";
  const what = connections === 1 ? "bulk" : `bulk, ${connections} associations`;
  const rows = figures(values, contenders, { id: id("relay"), what, unit: "MB/s" }).map(
    (row, at) => {
      const [, ...rounds] = cpu.get(contenders[at]?.name ?? "") ?? [];
      const spent = rounds.length === 0 ? "" : `, ${show(spread(rounds))} cpu s/GB`;
      return { ...row, measured: row.measured + spent };
    },
  );
  for (const contender of dicomtaps(contenders)) {
    const isRecord = contender.mode === "record";
    const least = isRecord ? 1.0 : 1.2;
    const ratio = ratios(valuesOf(values, contender.name), valuesOf(values, HAPROXY));
    const notes: string[] = [];
    let fine = true;
    if (isRecord && connections === 1) {
      const gaps = await gapsOf(scope, contender);
      const peak = contender.process === undefined ? undefined : peakMemory(contender.process);
      notes.push(`gaps ${gaps}`, `peak ${mib(peak)}`);
      fine = gaps === 0 && (peak ?? 0) <= 200 * MIB;
    }
    rows.push({
      id: id(contender.mode),
      what: `${what}, ${contender.name}, x haproxy`,
      measured: [show(ratio), ...notes].join(", "),
      target: `>= ${least.toFixed(1)}${isRecord ? ", no gaps, <= 200 MiB" : ""}`,
      met: contender.mode === "relay" ? undefined : ratio.median >= least && fine,
    });
  }
  return rows;
}

/** B-3: what a C-ECHO waits longer than directly. */
export async function ping(plan: Plan): Promise<readonly Row[]> {
  const { load, contenders, rounds, short } = plan;
  const count = short ? 300 : 5000;
  const p99 = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const p50 = await inTurns(contenders, rounds, async ({ name, port }) => {
    const times = await load.ping(port, count);
    p99.get(name)?.push(times.p99);
    return times.p50;
  });
  for (const values of p99.values()) values.shift(); // the warm-up
  const what = "C-ECHO round trip";
  const rows = figures(p50, contenders, { id: "B-3", what: `${what} p50`, unit: "us" });
  const haproxy = spread(valuesOf(p50, HAPROXY)).median;
  for (const { name, mode } of dicomtaps(contenders)) {
    const more = spread(valuesOf(p50, name).map((value) => value - haproxy));
    const ratio = ratios(valuesOf(p99, name), valuesOf(p99, HAPROXY));
    rows.push({
      id: "B-3",
      what: `${what}, ${name}, against haproxy`,
      measured: `p50 ${signed(more.median)} us, p99 x ${show(ratio)}`,
      target: "p50 <= +5 us, p99 <= x 1.5",
      met: mode === "relay" ? undefined : more.median <= 5 && ratio.median <= 1.5,
    });
  }
  return rows;
}

/** B-4: associations a second, each with one C-ECHO. */
export async function rate(plan: Plan): Promise<readonly Row[]> {
  const { load, contenders, rounds, short } = plan;
  const count = short ? 40 : 1000;
  const values = await inTurns(contenders, rounds, async ({ port }) => {
    return count / (await load.rate(port, count, 4));
  });
  const what = "associations a second";
  const rows = figures(values, contenders, { id: "B-4", what, unit: "/s" });
  for (const { name, mode } of dicomtaps(contenders)) {
    const ratio = ratios(valuesOf(values, name), valuesOf(values, HAPROXY));
    rows.push({
      id: "B-4",
      what: `${what}, ${name}, x haproxy`,
      measured: show(ratio),
      target: ">= 0.8",
      met: mode === "relay" ? undefined : ratio.median >= 0.8,
    });
  }
  return rows;
}

/** B-12: a C-ECHO on one association while another moves bulk; recording against not recording. */
export async function busyPing(plan: Plan): Promise<readonly Row[]> {
  const { load, contenders, rounds, short } = plan;
  const measured = dicomtaps(contenders).filter(({ mode }) => mode !== "relay");
  const p99 = new Map<string, number[]>(measured.map(({ name }) => [name, []]));
  const p50 = await inTurns(measured, rounds, async ({ name, port }) => {
    let over = false;
    const background = (async () => {
      while (!over) await load.bulk(port, short ? 16 : 256);
    })();
    const times = await load.ping(port, short ? 100 : 2000);
    over = true;
    await background;
    p99.get(name)?.push(times.p99);
    return times.p50;
  });
  for (const values of p99.values()) values.shift();
  const rows = figures(p50, measured, { id: "B-12", what: "C-ECHO beside bulk p50", unit: "us" });
  for (const { name, mode, runtime } of measured) {
    if (mode !== "record") continue;
    const base = `${runtime?.name} watch`;
    const half = ratios(valuesOf(p50, name), valuesOf(p50, base));
    const tail = ratios(p99.get(name) ?? [], p99.get(base) ?? []);
    rows.push({
      id: "B-12",
      what: `C-ECHO beside bulk, ${name}, x not recording`,
      measured: `p50 ${show(half)}, p99 ${show(tail)}`,
      target: "p50 <= 1.5, p99 <= 3",
      met: half.median <= 1.5 && tail.median <= 3,
    });
  }
  return rows;
}

function figures(
  values: Values,
  contenders: readonly Contender[],
  { id, what, unit }: { readonly id: string; readonly what: string; readonly unit: string },
): Row[] {
  if (!contenders.some(({ name }) => name === HAPROXY) && id !== "B-12") {
    return [notMeasured(id, what, "haproxy is missing: apt-get install haproxy")];
  }
  return contenders.map(({ name }) => ({
    id,
    what: `${what}, ${name}`,
    measured: `${show(spread(valuesOf(values, name)), 0)} ${unit}`,
    target: "",
    met: undefined,
  }));
}

function dicomtaps(contenders: readonly Contender[]): readonly Contender[] {
  return contenders.filter(({ mode }) => mode !== undefined);
}

export function mib(bytes: number | undefined): string {
  return bytes === undefined ? "unknown" : `${(bytes / MIB).toFixed(0)} MiB`;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(0)}`;
}
