/** `dicomtap proxy`: forwards, records, and prints each association as it ends. */

import type { ProxyEvent } from "../../proxy/proxy_event.ts";
import { ProxyServer } from "../../proxy/proxy_server.ts";
import { Recording } from "../../proxy/recording.ts";
import { lossText } from "../../proxy/recording_loss.ts";
import { RouteError } from "../../proxy/route.ts";
import { escapeControls } from "../escape.ts";
import { systemClock } from "../io/clock.ts";
import { configureLog, flushLog, logger, suppressedMessages } from "../io/log.ts";
import type { AssociationJson } from "../observe/summary.ts";
import { formatCount, formatSize, plural } from "../units.ts";
import { type CommandArguments, defineCommand, JSON_OPTION } from "./command.ts";
import { usageError } from "./command_error.ts";
import type { Context } from "./context.ts";
import { DASHBOARD_OPTIONS, DEFAULT_DASHBOARD, openDashboard } from "./dashboard_options.ts";
import { readRoutes } from "./proxy_routes.ts";
import { filterHelp, readFilter } from "./read_filter.ts";
import { LiveRows } from "./show_live.ts";

export const PROXY_OPTIONS = {
  listen: { kind: "address", help: "Where the modality connects to; port 0 takes a free one" },
  to: { kind: "address", help: "The PACS" },
  config: { kind: "string", value: "FILE", help: "Several routes, as JSON (see below)" },
  record: {
    kind: "string",
    value: "DIR",
    default: "captures",
    negatable: true,
    help: "Directory for captures",
  },
  payload: {
    kind: "string",
    choices: ["full", "headers"],
    default: "full",
    help: "headers: lengths and SHA-256 of data sets instead of their bulk",
  },
  "rotate-size": {
    kind: "size",
    min: 4096,
    help: "Begin a new capture at this size (512MiB)",
  },
  "rotate-time": {
    kind: "duration",
    min: 1,
    help: "Begin a new capture after this long (1h)",
  },
  "retain-size": {
    kind: "size",
    min: 4096,
    help: "Delete the oldest captures beyond this size in all",
  },
  "retain-age": { kind: "duration", min: 1, help: "Delete captures that are older" },
  "on-full": {
    kind: "string",
    choices: ["gap", "stall"],
    default: "gap",
    help: "When recording cannot keep up: leave a gap in the record, or slow the traffic down",
  },
  queue: {
    kind: "size",
    min: 4096,
    default: "32MiB",
    help: "Memory between forwarding and recording",
  },
  fsync: {
    kind: "string",
    choices: ["never", "close", "flush"],
    default: "close",
    help: "When captures are forced to the disk",
  },
  dashboard: {
    kind: "address",
    words: ["off"],
    default: DEFAULT_DASHBOARD,
    help: "Where the dashboard listens",
  },
  ...DASHBOARD_OPTIONS,
  "connect-timeout": {
    kind: "duration",
    min: 1,
    default: "10s",
    help: "For the connection to the PACS",
  },
  "max-connections": {
    kind: "number",
    min: 1,
    max: 100_000,
    help: "Associations at once (from the limit on open files)",
  },
  drain: { kind: "duration", default: "30s", help: "At the end, wait this long for associations" },
  json: JSON_OPTION,
} as const;

export type ProxyOptions = CommandArguments<typeof PROXY_OPTIONS>["options"];

export const command = defineCommand({
  name: "proxy",
  summary: "Forward and record DICOM between a requestor and an acceptor",
  usage: "--listen [HOST:]PORT --to HOST:PORT [FILTER]",
  about: "Every byte passes unaltered. FILTER limits what is recorded, never what passes.",
  notes: [
    "FILE of --config holds one route or more:",
    '  {"routes": [{"listen": "11112", "to": "pacs1:104"}, {"listen": "11113", "to": "pacs2:104"}]}',
    "",
    filterHelp(),
  ].join("\n"),
  operands: { min: 0, max: 1 },
  options: PROXY_OPTIONS,
  examples: [
    { run: "dicomtap proxy --listen 11112 --to pacs:104", does: "Record what a modality sends" },
    { run: "dicomtap proxy --listen 11112 --to pacs:104 --payload headers", does: "Without bulk" },
    { run: "dicomtap proxy --config routes.json --retain-size 50GiB", does: "Several routes" },
  ],
  run: async ({ options, operands }, context) => {
    const stop = context.stopSignal();
    const running = await startProxy(options, { context, filter: operands[0] });
    await new Promise<void>((resolve) => {
      if (stop.aborted) resolve();
      else stop.addEventListener("abort", () => resolve(), { once: true });
    });
    await running.stop();
    return 0;
  },
});

export interface RunningProxy {
  /** Of the first route, the real one where port 0 was asked for. */
  readonly port: number;
  stop(): Promise<void>;
}

/** Also what `demo` runs. Prints the ready line; resolves when the routes accept. */
export async function startProxy(
  options: ProxyOptions,
  { context, filter }: { readonly context: Context; readonly filter: string | undefined },
): Promise<RunningProxy> {
  configureLog({ json: options.json });
  const log = logger("proxy");
  keepForwarding();
  const routes = readRoutes(options);
  if (filter !== undefined) readFilter(filter); // a mistake in it is told before anything starts
  const directory = options.record === false ? undefined : options.record;
  const rows = new LiveRows(context, { json: options.json });
  const address = options.dashboard;
  const dashboard =
    address === "off"
      ? undefined
      : await openDashboard(options, {
          context,
          address,
          places: directory === undefined ? [] : [directory],
          proxy: true,
          ...(directory !== undefined && { setRecording: (on) => recording.setRecording(on) }),
        });
  const recording = new Recording({
    clock: systemClock(),
    queueSize: options.queue,
    onFull: options["on-full"],
    recorder: {
      directory,
      payload: options.payload,
      filter,
      rotateSize: options["rotate-size"],
      rotateTime: options["rotate-time"],
      retainSize: options["retain-size"],
      retainAge: options["retain-age"],
      fsync: options.fsync,
    },
    onAssociation: (association: AssociationJson) => rows.print(association),
    onStatus: () => tellHealth(),
    onAlarm: (text) => log.warn("{text}", { text }),
    // A template of its own: it must not be one of many alike that are only counted.
    onLoss: (loss) => log.error("At the end {loss}", { loss: lossText(loss) }),
    ...(dashboard === undefined ? {} : { newsPort: () => dashboard.newsPort() }),
  });
  const server = new ProxyServer({
    routes,
    tap: recording,
    connectTimeoutMs: options["connect-timeout"],
    maxConnections: options["max-connections"],
    ownAddresses: () =>
      dashboard === undefined
        ? []
        : [{ host: dashboard.hostname, port: dashboard.port, what: "the dashboard" }],
    report: (event) => {
      if (event.kind === "tap failed") tapFailures += 1;
      tellEvent(event);
    },
  });
  let tapFailures = 0;
  const tellHealth = () => {
    const { state, reason, unobserved, ...counts } = recording.status;
    const { open, opened, turnedAway, outcomes } = server.counters;
    const counters = {
      ...{ open, opened, turned_away: turnedAway, queued: recording.queued, ...counts },
      not_connected: outcomes.refused + outcomes.timeout,
      overflowed: recording.overflowed,
      unobserved: unobserved + tapFailures,
      log_suppressed: suppressedMessages(),
    };
    const routes = server.routes.map(({ listen, to }) => ({ listen, to }));
    dashboard?.setHealth({ forwarding: true, recording: state, reason, counters, routes });
  };
  const ready = await server.start().catch(async (error: unknown) => {
    await dashboard?.stop();
    if (error instanceof RouteError) throw usageError(error.message, "Check --listen and --to.");
    throw error;
  });
  const status = await recording.start(ready);
  tellHealth();
  const health = setInterval(tellHealth, 1_000);
  health.unref();

  const refused = status.state === "refused" || status.state === "paused";
  if (options.json) {
    context.out.json({
      event: "ready",
      routes: ready.map(({ listen, to }) => ({ listen, to })),
      dashboard: dashboard?.url ?? null,
      record: directory ?? null,
      ...(refused ? { recording: status.state, reason: status.reason } : {}),
    });
  } else {
    const { out, paint } = context;
    for (const { listen, to } of ready) out.line(`Forwarding ${paint.bold(listen)} to ${to}`);
    if (directory === undefined) out.line("Not recording (--no-record)");
    else if (refused) out.line(paint.red(`Not recording: ${escapeControls(status.reason ?? "")}`));
    else out.line(`Recording to ${escapeControls(directory)}`);
    if (dashboard !== undefined) out.line(`Dashboard: ${dashboard.url}`);
    out.line(paint.dim("Ready. Ctrl-C stops."));
  }

  return {
    port: ready[0]?.port ?? 0,
    stop: async () => {
      clearInterval(health);
      const { open } = server.counters;
      if (open > 0) log.info(`Stopping: waiting for ${plural(open, "association")}`);
      await server.stop({ drainMs: options.drain });
      await recording.stop();
      await dashboard?.stop();
      tellEnd(context, { options, server, recording });
      await flushLog();
    },
  };
}

/** Whatever throws, associations go on: a fault of ours must not cost the hospital an image (O-06). */
function keepForwarding(): void {
  const log = logger("proxy");
  const tell = (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error("A fault of dicomtap itself, please report it; forwarding goes on: {text}", { text });
  };
  process.on("uncaughtException", tell);
  process.on("unhandledRejection", tell);
}

function tellEvent(event: ProxyEvent): void {
  const log = logger("proxy");
  switch (event.kind) {
    case "limit":
      log.warn(
        `${event.refused} connections refused: ${event.limit} associations stand, the limit. Raise it with --max-connections`,
      );
      return;
    case "not connected":
      log.warn("No connection to {to}: {reason}", { to: event.to, reason: event.reason });
      return;
    case "tap failed":
      log.error("Association {id} goes on unobserved: {error}", {
        id: event.id,
        error: String(event.error),
      });
      return;
    case "unknown target":
      log.warn("Cannot look {to} up now: {reason}", { to: event.to, reason: event.reason });
      return;
    case "accept failed":
      log.error("Cannot accept on {listen}: {error}", {
        listen: event.listen,
        error: event.error.message,
      });
      return;
    default:
      event satisfies never;
  }
}

interface Ended {
  readonly options: ProxyOptions;
  readonly server: ProxyServer;
  readonly recording: Recording;
}

function tellEnd(context: Context, { options, server, recording }: Ended): void {
  const { opened, bytes } = server.counters;
  const { lost, bytes: written, files } = recording.status;
  if (options.json) return;
  const passed = formatSize(bytes.requestor + bytes.acceptor);
  const kept =
    files === 0 ? "" : `; ${formatSize(written)} in ${files} capture${files === 1 ? "" : "s"}`;
  context.err.line(`${formatCount(opened)} associations, ${passed} forwarded${kept}`);
  if (lost > 0) {
    context.err.line(context.errPaint.red(`${formatSize(lost)} passed that are not recorded`));
  }
}
