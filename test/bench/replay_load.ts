/**
 * B-10: `replay scu --speed max` against storescu and dcmsend, to one storescp; `replay scp` against
 * storescp and an SCP of dcmjs-dimse, under one storescu. Whole programs are timed, their start
 * included. What is left without the start of the runtime and the list of the capture is printed
 * beside it. TCP_NODELAY=1 for all of DCMTK.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NO_DELAY } from "../support/dcmtk_servers.ts";
import { freePort } from "../support/ports.ts";
import { inScope, type Scope } from "../support/process.ts";
import { findProgram, ROOT, type StartableRuntime } from "../support/runtimes.ts";
import { type Contender, runtimesOf } from "./contenders.ts";
import type { Plan } from "./relay_load.ts";
import { notMeasured, type Row, ratios, show, spread } from "./report.ts";
import { inTurns, type Values, valuesOf } from "./rounds.ts";
import { startStorescp, storeLoads, writeFiles } from "./store_load.ts";

export async function replayRows(plan: Plan): Promise<readonly Row[]> {
  const missing = ["storescp", "storescu", "dcmsend"].filter(
    (name) => findProgram(name) === undefined,
  );
  if (missing.length > 0) {
    return [notMeasured("B-10", "replay", `${missing.join(", ")} missing: apt-get install dcmtk`)];
  }
  return await inScope(async (scope) => {
    const runtimes = runtimesOf(plan.contenders);
    const rows: Row[] = [];
    for (const load of storeLoads(plan.short)) {
      const folder = writeFiles(scope, load);
      const [first] = runtimes;
      if (first === undefined) continue;
      const capture = await record(scope, { program: first.dicomtap, folder });
      const options = { plan, runtimes, folder, capture, what: load.name };
      rows.push(...(await senders(scope, options)), ...(await acceptors(scope, options)));
    }
    return rows;
  });
}

interface Options {
  readonly plan: Plan;
  readonly runtimes: readonly StartableRuntime[];
  /** Files of PS3.10. */
  readonly folder: string;
  /** The same, sent once and recorded. */
  readonly capture: string;
  readonly what: string;
}

/** Time of dcmsend by that of each sender: more than 1 is faster. */
async function senders(
  scope: Scope,
  { plan, runtimes, folder, capture, what }: Options,
): Promise<readonly Row[]> {
  const port = await startStorescp(scope);
  const commands = new Map<string, readonly string[]>([
    ["storescu", ["storescu", "+sd", "127.0.0.1", String(port), folder]],
    ["dcmsend", ["dcmsend", ...SCAN, "127.0.0.1", String(port), folder]],
  ]);
  for (const { name, dicomtap } of runtimes) {
    const to = ["--to", `127.0.0.1:${port}`, "--speed", "max", "--json"];
    commands.set(`${name} replay scu`, [...dicomtap, "replay", "scu", capture, ...to]);
  }
  const contenders = [...commands.keys()].map((name) => ({ name, port }));
  const replaying = new Map<string, number[]>();
  const values = await inTurns(contenders, Math.min(plan.rounds, 5), async ({ name }) => {
    const { ms, stdout } = await timed(scope, commands.get(name) ?? []);
    const own = replayMs(stdout);
    if (own !== undefined) replaying.set(name, [...(replaying.get(name) ?? []), own]);
    return ms;
  });
  return [
    ...times(values, contenders, `${what} to storescp`),
    ...Array.from(replaying, ([name, all]) => {
      const measured = `${show(spread(all.slice(1)), 0)} ms`; // the first is warm, not counted
      return row(`${what} to storescp, ${name}, without its start`, measured);
    }),
    ...["dcmsend", "storescu"].flatMap((base) =>
      contenders.slice(2).map(({ name }) => speed(values, { what, name, base, least: 1 })),
    ),
  ];
}

/** What a replay says that it took, from its first association request to the end of the last one. */
function replayMs(stdout: string): number | undefined {
  const summary = stdout.split("\n").findLast((line) => line.includes('"event":"summary"'));
  if (summary === undefined) return undefined;
  return (JSON.parse(summary) as { duration_ms: number }).duration_ms;
}

/** Time that one storescu takes to each acceptor. */
async function acceptors(
  scope: Scope,
  { plan, runtimes, folder, capture, what }: Options,
): Promise<readonly Row[]> {
  const contenders: Contender[] = [{ name: "storescp", port: await startStorescp(scope) }];
  const dcmjs = await startDcmjsDimse(scope);
  if (dcmjs !== undefined) contenders.push(dcmjs);
  const ours: string[] = [];
  for (const runtime of runtimes) {
    const args = ["replay", "scp", capture, "--listen", "127.0.0.1:0", "--speed", "max", "--json"];
    const process = scope.start([...runtime.dicomtap, ...args]);
    const ready = JSON.parse(await process.line(/"event":\s*"ready"/)) as { listen: string };
    const name = `${runtime.name} replay scp`;
    contenders.push({ name, port: Number(/:(\d+)$/.exec(ready.listen)?.[1]) });
    ours.push(name);
  }
  const values = await inTurns(contenders, Math.min(plan.rounds, 5), async ({ port }) => {
    return (await timed(scope, ["storescu", "+sd", "127.0.0.1", String(port), folder])).ms;
  });
  const rows = [...times(values, contenders, `${what} by storescu`)];
  for (const name of ours) {
    rows.push(speed(values, { what, name, base: "storescp", least: 1 }));
    if (dcmjs === undefined) {
      rows.push(notMeasured("B-10", `${name}, x dcmjs-dimse`, "npm i dcmjs-dimse"));
    } else {
      rows.push(speed(values, { what, name, base: dcmjs.name, least: 5 }));
    }
  }
  return rows;
}

function times(values: Values, contenders: readonly Contender[], what: string): readonly Row[] {
  return contenders.map(({ name }) =>
    row(`${what}, ${name}`, `${show(spread(valuesOf(values, name)), 0)} ms`),
  );
}

/** For comparison: no target. */
function row(what: string, measured: string): Row {
  return { id: "B-10", what, measured, target: "", met: undefined };
}

function speed(
  values: Values,
  row: {
    readonly what: string;
    readonly name: string;
    readonly base: string;
    readonly least: number;
  },
): Row {
  const { what, name, base, least } = row;
  const ratio = ratios(valuesOf(values, base), valuesOf(values, name));
  return {
    id: "B-10",
    what: `${what}, ${name}, speed x ${base}`,
    measured: show(ratio),
    target: `>= ${least.toFixed(2)}`,
    met: ratio.median >= least,
  };
}

/** Sends the files once through the recording proxy. */
async function record(
  scope: Scope,
  { program, folder }: { readonly program: readonly string[]; readonly folder: string },
): Promise<string> {
  const to = await startStorescp(scope);
  const captures = join(scope.tempDir(), "captures");
  const where = ["--listen", "127.0.0.1:0", "--to", `127.0.0.1:${to}`, "--on-full", "stall"];
  const proxy = scope.start(
    [...program, "proxy", "--json", ...where, "--record", captures, "--dashboard", "off"],
    {},
  );
  const ready = await proxy.line(/"event":\s*"ready"/);
  const { routes } = JSON.parse(ready) as { routes: readonly { listen: string }[] };
  const port = /:(\d+)$/.exec(routes[0]?.listen ?? "")?.[1] ?? "";
  await timed(scope, ["storescu", "+sd", "127.0.0.1", port, folder]);
  proxy.signal("SIGTERM");
  await proxy.exit(60_000);
  return captures;
}

async function timed(
  scope: Scope,
  command: readonly string[],
): Promise<{ readonly ms: number; readonly stdout: string }> {
  const { code, ms, stdout, stderr } = await scope.run(command, {
    env: NO_DELAY,
    limitMs: 300_000,
  });
  if (code !== 0) {
    throw new Error(`${command[0]} ended with ${code}: ${stderr}${stdout.slice(-400)}`);
  }
  return { ms, stdout };
}

/** The C-STORE SCP of its README: answers Success and keeps nothing. */
async function startDcmjsDimse(scope: Scope): Promise<Contender | undefined> {
  const node = findProgram("node");
  const folder = join(ROOT, "node_modules/dcmjs-dimse");
  let version: string;
  try {
    version = (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Versioned).version;
  } catch {
    return undefined;
  }
  if (node === undefined) return undefined;
  const port = await freePort();
  const script = join(scope.tempDir(), "scp.cjs");
  writeFileSync(script, dcmjsScript(folder, port));
  await scope.start([node, script]).listens(port);
  return { name: `dcmjs-dimse ${version}`, port };
}

interface Versioned {
  readonly version: string;
}

function dcmjsScript(folder: string, port: number): string {
  return `const dimse = require(${JSON.stringify(folder)});
const { PresentationContextResult, Status, TransferSyntax } = dimse.constants;
dimse.log.level = "error";
class Scp extends dimse.Scp {
  associationRequested(association) {
    for (const { id } of association.getPresentationContexts()) {
      const context = association.getPresentationContext(id);
      const uid = TransferSyntax.ImplicitVRLittleEndian;
      if (context.getTransferSyntaxUids().includes(uid)) context.setResult(PresentationContextResult.Accept, uid);
      else context.setResult(PresentationContextResult.RejectTransferSyntaxesNotSupported);
    }
    this.sendAssociationAccept();
  }
  cStoreRequest(request, callback) {
    const response = dimse.responses.CStoreResponse.fromRequest(request);
    response.setStatus(Status.Success);
    callback(response);
  }
  associationReleaseRequested() {
    this.sendAssociationReleaseResponse();
  }
}
const server = new dimse.Server(Scp);
server.on("networkError", () => undefined);
server.listen(${port});
`;
}

const SCAN = ["--scan-directories", "--no-uid-checks"];
