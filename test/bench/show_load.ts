/**
 * B-7: `show` of a capture against `tshark -T fields` of a pcap of the very same traffic, and how
 * long a large capture takes to list.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dicomtap } from "../e2e/dicomtap.ts";
import { inScope, type Scope } from "../support/process.ts";
import { findProgram, type StartableRuntime } from "../support/runtimes.ts";
import { PCAP_PORT, writePcap } from "../support/tshark_pcap.ts";
import { startWire } from "../support/tshark_wire.ts";
import { runtimesOf, startDicomtap } from "./contenders.ts";
import type { Plan } from "./relay_load.ts";
import { notMeasured, type Row, ratios, show, spread } from "./report.ts";

const FIELDS = [
  "tcp.stream",
  "dicom.pdu.type",
  "dicom.assoc.ae.called",
  "dicom.assoc.ae.calling",
  "dicom.pctx.id",
  "dicom.tag",
];

export async function showRows(plan: Plan): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const runtime of runtimesOf(plan.contenders)) {
    rows.push(...(await againstTshark(plan, runtime)), await listing(plan, runtime));
  }
  return rows;
}

async function againstTshark(plan: Plan, runtime: StartableRuntime): Promise<readonly Row[]> {
  const { load, rounds, short } = plan;
  const what = `show -v --json, ${runtime.name}, x as fast as tshark`;
  const tshark = findProgram("tshark");
  if (tshark === undefined) {
    return [notMeasured("B-7", what, "tshark is missing: apt-get install tshark")];
  }
  return await inScope(async (scope) => {
    const to = await load.accept();
    const proxy = await startDicomtap(scope, { runtime, to, mode: "record" });
    const wire = await startWire(scope, proxy.port);
    await load.rate(wire.port, short ? 4 : 400, 4);
    await load.bulk(wire.port, short ? 2 : 100);
    await stop(proxy);
    const pcap = join(scope.tempDir(), "bench.pcap");
    writeFileSync(pcap, writePcap(wire.connections));
    const mine: number[] = [];
    const theirs: number[] = [];
    const read = [tshark, "-r", pcap, "-d", `tcp.port==${PCAP_PORT},dicom`, "-Y", "dicom"];
    const options = ["-o", "tcp.reassemble_out_of_order:TRUE", "-T", "fields"];
    const fields = FIELDS.flatMap((field) => ["-e", field]);
    for (let round = 0; round < Math.min(rounds, 3); round++) {
      const shown = await dicomtap(scope, runtime, ["show", "-v", "--json", proxy.folder ?? ""]);
      if (shown.code !== 0) throw new Error(`show ended with ${shown.code}: ${shown.stderr}`);
      mine.push(shown.ms);
      const decoded = await scope.run([...read, ...options, ...fields], { limitMs: 300_000 });
      if (decoded.code !== 0) throw new Error(`tshark: ${decoded.stderr}`);
      theirs.push(decoded.ms);
    }
    const ratio = ratios(theirs, mine);
    return [
      {
        id: "B-7",
        what,
        measured: `${show(ratio, 1)} (${spread(mine).median} ms, tshark ${spread(theirs).median} ms)`,
        target: ">= 20",
        met: ratio.median >= 20,
      },
    ];
  });
}

async function listing(plan: Plan, runtime: StartableRuntime): Promise<Row> {
  const { load, short, rounds } = plan;
  const gib = short ? 0.03 : 2;
  return await inScope(async (scope) => {
    const to = await load.accept();
    const options = { runtime, to, mode: "record", retain: "20GiB" } as const;
    const proxy = await startDicomtap(scope, options);
    await load.bulk(proxy.port, Math.round(gib * 1024));
    await stop(proxy);
    const times = await timesOf(scope, { runtime, folder: proxy.folder ?? "", rounds });
    const { median } = spread(times);
    return {
      id: "B-7",
      what: `show lists ${gib} GiB in one association, ${runtime.name}`,
      measured: `${show(spread(times), 0)} ms`,
      target: "< 1000 ms (for 10 GB)",
      met: median < 1000,
    };
  });
}

async function timesOf(
  scope: Scope,
  { runtime, folder, rounds }: { runtime: StartableRuntime; folder: string; rounds: number },
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    const { code, ms, stderr } = await dicomtap(scope, runtime, ["show", "--json", folder]);
    if (code !== 0) throw new Error(`show ended with ${code}: ${stderr}`);
    times.push(ms);
  }
  return times;
}

async function stop(contender: Awaited<ReturnType<typeof startDicomtap>>): Promise<void> {
  contender.process?.signal("SIGTERM");
  await contender.process?.exit(60_000);
}
