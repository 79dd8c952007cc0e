/**
 * O-08: what 10,000 requests to the dashboard and a body of 1 GB cost a C-ECHO that passes meanwhile.
 *
 * The load comes from this machine and takes processor time itself, so it is compared with the same
 * load on another program, and both with none. All of it is put behind the others (`nice`), as a load
 * that comes over a network would not take part at all.
 */
import { join } from "node:path";
import type { RunningProcess } from "../support/process.ts";
import { findProgram, ROOT } from "../support/runtimes.ts";
import type { Contender } from "./contenders.ts";
import type { FloodFigures } from "./dashboard_flood.ts";
import type { Plan } from "./relay_load.ts";
import { notMeasured, type Row, ratios, show, spread } from "./report.ts";

const WHAT = "C-ECHO beside 10,000 requests and a 1 GB body";

export async function dashboardRows(plan: Plan): Promise<readonly Row[]> {
  const node = findProgram("node");
  if (node === undefined) return [notMeasured("O-08", WHAT, "node is missing")];
  const { scope, rounds } = plan;
  const nice = findProgram("nice") === undefined ? [] : ["nice", "-n", "5"];
  const program = [...nice, node];
  const bare = scope.start([...program, "-e", BARE]);
  const elsewhere = await bare.line(/^http/);
  const measured = plan.contenders.filter(({ mode }) => mode === "record");
  const rows: Row[] = [];
  const times = new Map(measured.map(({ name }) => [name, new Times()]));
  for (let round = 0; round <= rounds; round++) {
    for (const contender of measured) {
      const url = await dashboardOf(contender);
      const found = times.get(contender.name);
      if (url === undefined || found === undefined) continue;
      const quiet = await pings(plan, contender.port);
      const other = await beside(plan, contender.port, [...program, ...FLOOD, elsewhere]);
      const own = await beside(plan, contender.port, [...program, ...FLOOD, url]);
      if (round > 0) found.add({ quiet, other: other.p99, own: own.p99, figures: own.figures });
    }
    process.stderr.write(".");
  }
  process.stderr.write("\n");
  for (const [name, { quiet, other, own, figures }] of times) {
    const ratio = ratios(own, other);
    const alone = ratios(own, quiet);
    const { statuses = {}, bodyMiB = 0, seconds = 0 } = figures ?? {};
    const answered = Object.entries(statuses).map(([status, count]) => `${count} x ${status}`);
    rows.push(
      {
        id: "O-08",
        what: `${WHAT}, ${name}, p99`,
        measured: `${show(spread(own), 0)} us, quiet ${show(spread(quiet), 0)} us, x quiet ${show(alone)}`,
        target: "",
        met: undefined,
      },
      {
        id: "O-08",
        what: `${WHAT}, ${name}, p99 x the same on another program`,
        measured: show(ratio),
        target: "<= 1.10",
        met: ratio.median <= 1.1,
      },
      {
        id: "O-08",
        what: `${name} answered in ${seconds.toFixed(1)} s, took ${bodyMiB.toFixed(0)} MiB of the body`,
        measured: answered.join(", "),
        target: "",
        met: undefined,
      },
    );
  }
  return rows;
}

const FLOOD = [
  join(ROOT, "test/support/run_typescript.mjs"),
  join(ROOT, "test/bench/dashboard_flood.ts"),
];

/** A server that answers everything at once and takes no body. */
const BARE = `
  const server = require("node:http").createServer((request, response) => {
    response.statusCode = request.method === "POST" ? 413 : 429;
    response.setHeader("connection", request.method === "POST" ? "close" : "keep-alive");
    response.end("{}");
  });
  server.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port + "/?token=x"));
`;

class Times {
  readonly quiet: number[] = [];
  readonly other: number[] = [];
  readonly own: number[] = [];
  figures: FloodFigures | undefined;

  add(round: { quiet: number; other: number; own: number; figures: FloodFigures | undefined }) {
    this.quiet.push(round.quiet);
    this.other.push(round.other);
    this.own.push(round.own);
    this.figures = round.figures;
  }
}

async function dashboardOf({ process }: Contender): Promise<string | undefined> {
  const ready = await process?.line(/"event":\s*"ready"/);
  return ready === undefined ? undefined : (JSON.parse(ready) as { dashboard: string }).dashboard;
}

async function pings({ load, short }: Plan, port: number): Promise<number> {
  return (await load.ping(port, short ? 200 : 5_000)).p99;
}

/** The median of the p99 of as many runs as there is time for while the load goes on. */
async function beside(
  plan: Plan,
  port: number,
  command: readonly string[],
): Promise<{ readonly p99: number; readonly figures: FloodFigures | undefined }> {
  const flood: RunningProcess = plan.scope.start(command);
  let over = false;
  const ended = flood.exit(300_000).then(() => {
    over = true;
  });
  const found: number[] = [];
  do found.push(await pings(plan, port));
  while (!over && !plan.short);
  // the last run was not wholly beside it
  const whole = found.length > 1 ? found.slice(0, -1) : found;
  await ended;
  const figures = /^\{.*\}$/m.exec(flood.stdout)?.[0];
  return {
    p99: spread(whole).median,
    figures: figures === undefined ? undefined : (JSON.parse(figures) as FloodFigures),
  };
}
