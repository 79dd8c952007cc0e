/**
 * `npm run bench`: dicomtap against a direct connection, haproxy in TCP mode, socat, DCMTK and
 * tshark, in one run and in turns, on every runtime of this machine. Figures are ratios of one run:
 * absolute ones change by a factor of two between runs and machines.
 *
 *     npm run bench                      everything, some minutes
 *     npm run bench -- --only B-1,B-3    these targets
 *     npm run bench -- --runtimes node   on these runtimes
 *     npm run bench -- --rounds 9        more rounds, steadier medians
 *     npm run bench -- --short           only proves that it runs: judges nothing, one runtime
 */
import { cpus, totalmem } from "node:os";
import process from "node:process";
import { inScope, type Scope } from "../support/process.ts";
import { ownRuntime, startableRuntimes } from "../support/runtimes.ts";
import { withBundle } from "./bundle.ts";
import { startContenders } from "./contenders.ts";
import { dashboardRows } from "./dashboard_load.ts";
import { decodeRows } from "./decode_load.ts";
import { Load } from "./load.ts";
import { memoryRows } from "./memory_load.ts";
import { bulk, busyPing, type Plan, ping, rate } from "./relay_load.ts";
import { replayRows } from "./replay_load.ts";
import { notMeasured, type Row, table } from "./report.ts";
import { showRows } from "./show_load.ts";
import { startRows } from "./start_load.ts";
import { storeRows } from "./store_load.ts";

interface Part {
  readonly ids: readonly string[];
  readonly what: string;
  readonly run: (plan: Plan) => Promise<readonly Row[]>;
}

const PARTS: readonly Part[] = [
  { ids: ["B-1", "B-2"], what: "bulk", run: (plan) => bulk(plan, 1) },
  { ids: ["B-6"], what: "bulk, 8 associations", run: (plan) => bulk(plan, 8) },
  { ids: ["B-3"], what: "C-ECHO round trip", run: ping },
  { ids: ["B-4"], what: "associations a second", run: rate },
  { ids: ["B-12"], what: "C-ECHO beside bulk", run: busyPing },
  { ids: ["B-5"], what: "C-STORE with DCMTK", run: storeRows },
  { ids: ["B-7"], what: "show against tshark", run: showRows },
  { ids: ["B-8"], what: "memory", run: memoryRows },
  { ids: ["B-9"], what: "start", run: startRows },
  { ids: ["B-10"], what: "replay", run: replayRows },
  { ids: ["B-11"], what: "data sets", run: decodeRows },
  { ids: ["O-08"], what: "C-ECHO beside a flood on the dashboard", run: dashboardRows },
];

const args = process.argv.slice(2);
const option = (name: string) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : (args[at + 1] ?? "");
};
const short = args.includes("--short");
const rounds = Number(option("rounds") ?? (short ? 1 : 5));
const only = option("only")?.split(",");
const wanted = option("runtimes")?.split(",") ?? (short ? [ownRuntime().name] : undefined);

await inScope(main);

async function main(scope: Scope): Promise<void> {
  const sources = startableRuntimes().filter(({ name }) => wanted?.includes(name) ?? true);
  const load = await Load.build(scope);
  if (load === undefined) {
    console.log("The load generator needs a C compiler: apt-get install gcc libc6-dev");
    process.exitCode = 2;
    return;
  }
  // What people start is no checkout.
  const bundle = await withBundle(scope, sources);
  const runtimes = bundle ?? sources;
  const to = await load.accept();
  const contenders = await startContenders(scope, { to, runtimes });
  const versions: string[] = [];
  for (const { command } of runtimes) {
    const { stdout } = await scope.run([command[0] ?? "", "--version"]);
    versions.push(stdout.split("\n")[0]?.trim() ?? "");
  }
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  console.log(`Runtimes: ${runtimes.map(({ name }, at) => `${name} ${versions[at]}`).join(", ")}`);
  const program = bundle === undefined ? "from the sources: no bundle could be made" : "the bundle";
  console.log(`dicomtap: ${program}`);
  console.log(`Machine: ${cpus().length} x ${cpus()[0]?.model ?? "unknown"}, ${gib} GiB, loopback`);
  console.log(`Medians [min-max] of ${rounds} rounds, all in turns in one run\n`);
  const plan: Plan = { scope, load, contenders, rounds, short };
  const rows: Row[] = [];
  for (const part of PARTS) {
    if (only !== undefined && !part.ids.some((id) => only.includes(id))) continue;
    process.stderr.write(`${part.ids.join(", ")} ${part.what} `);
    const measured = await part.run(plan).catch((error: unknown) => failed(part, error));
    const found = short ? measured.map((row) => ({ ...row, met: undefined })) : measured;
    rows.push(...found);
    process.stdout.write(`${table(found)}\n\n`);
  }
  if (short) {
    console.log("A short run: too little was sent to compare anything");
    return;
  }
  const judged = rows.filter(({ met }) => met !== undefined);
  console.log("Targets");
  console.log(table([...judged, ...rows.filter((row) => row.measured.startsWith("not measured"))]));
  const met = judged.filter((row) => row.met).length;
  console.log(`\n${met} of ${judged.length} targets met`);
}

/** One part that fails does not take the others with it. */
function failed(part: Part, error: unknown): readonly Row[] {
  const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  process.exitCode = 1;
  return part.ids.map((id) => notMeasured(id, part.what, why));
}
