/** `dicomtap replay` as its user runs it, on either side, and recordings for it. */
import type { ExchangeEvent, RequestEvent, SummaryEvent } from "../../replay/events.ts";
import type { DatasetFiles } from "../support/dataset_files.ts";
import { inScope, type RunningProcess, type Scope } from "../support/process.ts";
import type { StartableRuntime } from "../support/runtimes.ts";
import { capturesIn, type RunningProxy, startProxy, stopProcess } from "./dicomtap.ts";
import { runScenario, type ScenarioResult, startStage } from "./scenario_run.ts";
import { type PartnerName, SCENARIOS, type Scenario } from "./scenarios.ts";

/** A recording of what SCUs did with a partner, and what that gave. */
export interface RecordedScenarios {
  readonly captures: readonly string[];
  readonly results: ReadonlyMap<Scenario, ScenarioResult>;
}

/** Runs all scenarios of a partner through the proxy; the partner is gone afterwards. */
export function recordScenarios(
  scope: Scope,
  options: {
    readonly runtime: StartableRuntime;
    readonly name: PartnerName;
    readonly files: DatasetFiles;
    readonly orthanc: string;
    /** What goes to the destination MOVEVIA is recorded too. */
    readonly withDestination: boolean;
  },
): Promise<RecordedScenarios> {
  const { runtime, name, files, orthanc, withDestination } = options;
  return inScope(async (own) => {
    const proxies: RunningProxy[] = [];
    const tapped = async (to: number) => {
      const proxy = await startProxy(own, { runtime, to, folder: scope.tempDir() });
      proxies.push(proxy);
      return proxy.port;
    };
    const via = withDestination ? { via: tapped } : {};
    const stage = await startStage(own, name, { files, orthanc, ...via });
    const port = await tapped(stage.partner.port);
    const results = new Map<Scenario, ScenarioResult>();
    for (const scenario of SCENARIOS.filter((one) => one.partner === name)) {
      results.set(scenario, await runScenario(scenario, { stage, port, files }));
    }
    for (const proxy of proxies) await stopProcess(proxy.process);
    return { captures: proxies.flatMap(({ folder }) => capturesIn(folder)), results };
  });
}

export interface RunningScp {
  readonly process: RunningProcess;
  readonly port: number;
  /** Requests so far and how each was answered. */
  requests(): readonly RequestEvent[];
}

export interface ReplayOptions {
  readonly runtime: StartableRuntime;
  /** Captures, or directories of them. */
  readonly captures: readonly string[];
  readonly args?: readonly (string | number)[];
}

/** The capture answers, without pauses, until the scope closes. */
export async function startReplayScp(
  scope: Scope,
  { runtime, captures, args = [] }: ReplayOptions,
): Promise<RunningScp> {
  const listen = ["--listen", "127.0.0.1:0", "--speed", "max", "--json"];
  const command = [...runtime.dicomtap, "replay", "scp", ...captures, ...listen];
  const process = scope.start([...command, ...args.map(String)], { keep: 64 * 2 ** 20 });
  const ready: { readonly listen: string } = JSON.parse(await process.line(/"event":\s*"ready"/));
  return {
    process,
    port: Number(/:(\d+)$/.exec(ready.listen)?.[1]),
    requests: () =>
      jsonLines(process.stdout).filter((line): line is RequestEvent => line.event === "request"),
  };
}

export interface ScuRun {
  readonly code: number | null;
  readonly exchanges: readonly ExchangeEvent[];
  readonly summary: SummaryEvent;
  readonly stderr: string;
}

/** The capture asks, without pauses, to its end. */
export async function replayScu(
  scope: Scope,
  { runtime, captures, to, args = [] }: ReplayOptions & { readonly to: number },
): Promise<ScuRun> {
  const options = ["--to", `127.0.0.1:${to}`, "--speed", "max", "--json", ...args.map(String)];
  const command = [...runtime.dicomtap, "replay", "scu", ...captures, ...options];
  const { code, stdout, stderr } = await scope.run(command, { limitMs: 300_000 });
  const events = jsonLines(stdout);
  const summary = events.find((line) => line.event === "summary");
  if (summary === undefined) throw new Error(`replay scu ended with ${code}: ${stderr}${stdout}`);
  const exchanges = events.filter((line) => line.event === "exchange");
  return { code, exchanges, summary, stderr };
}

/** What was not as recorded, in a line each: what a test says when it fails. */
export function differencesOf({ exchanges }: ScuRun): string[] {
  return exchanges
    .filter(({ outcome }) => outcome !== "same")
    .map(({ capture, association, index, request, outcome, reason, differences }) => {
      const paths = differences.map(({ path, recorded, got }) => `${path}: ${recorded} -> ${got}`);
      const where = `${capture.replace(/.*\//, "")} ${association}.${index}`;
      return `${where} ${request} ${outcome} ${reason ?? ""} ${paths.join("; ")}`;
    });
}

type ReplayLine = ExchangeEvent | SummaryEvent | RequestEvent;

function jsonLines(text: string): ReplayLine[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return whole
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): ReplayLine => JSON.parse(line));
}
