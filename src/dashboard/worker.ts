/**
 * The dashboard's thread: its HTTP server, its state, and the port on which it is told the news.
 * On a thread of its own, behind the others in priority, so that requests, however many and however
 * large, take no time from the relay or the recorder (O-08).
 */
import { hostname as machineName, networkInterfaces } from "node:os";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { serveHttp } from "../io/http_server.ts";
import { stepBehindOthers } from "../io/thread_priority.ts";
import type { AssociationJson } from "../observe/summary.ts";
import { readAccess, soleToken } from "./access.ts";
import type { HealthJson } from "./api_types.ts";
import { createDashboard } from "./app.ts";
import { faultText } from "./fault_text.ts";
import { createServices } from "./routes/services.ts";
import { DashboardState } from "./state.ts";

export interface DashboardWorkerData {
  readonly hostname: string;
  readonly port: number;
  /** The only one there is, unless there is an access file. */
  readonly token: string | undefined;
  /** Text of the access file. */
  readonly access: string | undefined;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Directories and files with captures. */
  readonly places: readonly string[];
  readonly proxy: boolean;
  readonly replayTargets: readonly string[];
}

/** What the main thread tells. */
export type DashboardCommand =
  | { readonly type: "health"; readonly health: HealthJson }
  /** A recorder's thread will tell lists of associations that opened, changed or ended. */
  | { readonly type: "news"; readonly port: MessagePort };

/** What the main thread is told. */
export type DashboardReport =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "failed"; readonly code: string; readonly message: string }
  /** Somebody switched recording. */
  | { readonly type: "recording"; readonly on: boolean }
  /** The dashboard itself is at fault; it goes on. */
  | { readonly type: "fault"; readonly text: string };

async function main(data: DashboardWorkerData): Promise<void> {
  stepBehindOthers();
  const { places, proxy, access, token = "", replayTargets, tls } = data;
  const state = new DashboardState({ places, proxy });
  const services = createServices(state, {
    replayTargets,
    fault,
    ...(proxy ? { setRecording: (on: boolean) => report({ type: "recording", on }) } : {}),
  });
  const port = await listen(services, data);
  parentPort?.on("message", (command: DashboardCommand) => {
    switch (command.type) {
      case "health":
        state.setHealth(command.health);
        return;
      case "news":
        command.port.on("message", (associations: readonly AssociationJson[]) => {
          for (const association of associations) state.setAssociation(association);
          command.port.postMessage("read"); // the sender waits for it
        });
        return;
      default:
        command satisfies never;
    }
  });
  report({ type: "listening", port });
  state.start();

  /** The cookie is named after the port, which is not known before it listens. */
  async function listen(from: typeof services, to: DashboardWorkerData): Promise<number> {
    let app: ReturnType<typeof createDashboard> | undefined;
    const fetch = (request: Request) => app?.fetch(request) ?? new Response(null, { status: 503 });
    const server = await serveHttp(fetch, to);
    app = createDashboard(from, {
      access: access === undefined ? soleToken(token) : readAccess(access),
      hosts: hostsOf(to.hostname),
      port: server.port,
      secure: tls !== undefined,
    });
    return server.port;
  }
}

/**
 * Names under which the dashboard may be asked for. Where it listens on all addresses: those of this
 * machine and its name, and no other, which a foreign page could have pointed here (P-02).
 */
function hostsOf(hostname: string): string[] {
  const listened = hostname.toLowerCase();
  const hosts = ["127.0.0.1", "localhost", "[::1]", bracketed(listened)];
  if (listened !== "0.0.0.0" && listened !== "::") return hosts;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [
    ...hosts,
    machineName().toLowerCase(),
    ...addresses.map(({ address }) => bracketed(address)),
  ];
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function fault(text: string): void {
  report({ type: "fault", text });
}

function report(message: DashboardReport): void {
  parentPort?.postMessage(message);
}

// one request that goes wrong must not cost the others their dashboard
process.on("uncaughtException", (error) => fault(faultText(error)));
process.on("unhandledRejection", (error) => fault(faultText(error)));

main(workerData as DashboardWorkerData).catch((error: unknown) => {
  const { code = "", message } = error as { code?: string; message: string };
  report({ type: "failed", code, message });
});
