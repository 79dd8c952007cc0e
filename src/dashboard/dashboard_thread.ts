/** Starts the dashboard's thread and speaks to it. */
import { randomBytes } from "node:crypto";
import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import { startWorker } from "../io/worker_start.ts";
import type { HealthJson } from "./api_types.ts";
import type { DashboardCommand, DashboardReport, DashboardWorkerData } from "./worker.ts";

export interface DashboardThread {
  /**
   * The link with the token of this run, for the person who started the program and nobody else;
   * without a token where there is an access file.
   */
  readonly url: string;
  readonly hostname: string;
  readonly port: number;
  setHealth(health: HealthJson): void;
  /** The end for a recorder's thread, see `proxy/recorder/news_desk.ts`. */
  newsPort(): MessagePort;
  stop(): Promise<void>;
}

export interface DashboardThreadOptions {
  readonly hostname: string;
  readonly port: number;
  /** Directories and files with captures. */
  readonly places: readonly string[];
  /** False: captures only, nothing is forwarded. */
  readonly proxy: boolean;
  /** Text of the access file; without it the token of this run is all there is. */
  readonly access?: string | undefined;
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** "host:port" that a replay may go to besides loopback. */
  readonly replayTargets?: readonly string[];
  /** Says that the thread died; the proxy goes on without it. */
  readonly died: (reason: string) => void;
  /** The dashboard itself was at fault at one request, and goes on. */
  readonly fault?: (text: string) => void;
  /** Somebody switched recording. */
  readonly setRecording?: (on: boolean) => void;
}

/** Rejects with an error that has a system `code`, `hostname` and `port` when it cannot listen. */
export async function startDashboard(options: DashboardThreadOptions): Promise<DashboardThread> {
  const { hostname, port, access, tls, places, proxy, replayTargets = [] } = options;
  const token = access === undefined ? randomToken() : undefined;
  const workerData: DashboardWorkerData = {
    ...{ hostname, port, access, tls, places, proxy },
    ...{ token, replayTargets },
  };
  const worker = startWorker("dashboard", { workerData });
  const realPort = await new Promise<number>((resolve, reject) => {
    worker.on("message", (report: DashboardReport) => {
      if (report.type === "listening") resolve(report.port);
      if (report.type === "fault") options.fault?.(report.text);
      if (report.type === "recording") options.setRecording?.(report.on);
      if (report.type === "failed") {
        const { code, message } = report;
        const facts = { code, syscall: "listen", address: hostname, port };
        reject(Object.assign(new Error(message), facts));
      }
    });
    worker.once("error", reject);
  });
  return handle(worker, { ...options, port: realPort, token });
}

/** 144 bits: nobody guesses it. */
export function randomToken(): string {
  return randomBytes(18).toString("base64url");
}

function handle(
  worker: Worker,
  options: DashboardThreadOptions & { readonly token: string | undefined },
): DashboardThread {
  const { hostname, port, token, died, tls } = options;
  let alive = true;
  const ended = (reason: string) => {
    if (alive) died(reason);
    alive = false;
  };
  worker.on("error", (error: Error) => ended(error.message));
  worker.on("exit", (code) => ended(`exit code ${code}`));
  const tell = (command: DashboardCommand, transfer: MessagePort[] = []) => {
    if (alive) worker.postMessage(command, transfer);
  };
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    url: `${tls === undefined ? "http" : "https"}://${host}:${port}/${token === undefined ? "" : `?token=${token}`}`,
    hostname,
    port,
    setHealth: (health) => tell({ type: "health", health }),
    newsPort: () => {
      const { port1, port2 } = new MessageChannel();
      tell({ type: "news", port: port1 }, [port1]);
      return port2;
    },
    stop: async () => {
      alive = false;
      await worker.terminate();
    },
  };
}
