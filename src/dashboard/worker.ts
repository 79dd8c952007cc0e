/**
 * The dashboard's thread: its HTTP server, its state, and the port on which it is told the news.
 * On a thread of its own so that requests, however many and however large, take no time from the
 * relay or the recorder (O-08).
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { serveHttp } from "../io/http_server.ts";
import type { AssociationJson } from "../observe/summary.ts";
import { createDashboard } from "./app.ts";
import { DashboardState, type ProxyHealth } from "./state.ts";

export interface DashboardWorkerData {
  readonly hostname: string;
  readonly port: number;
  readonly token: string;
}

/** What the main thread tells. */
export type DashboardCommand =
  | { readonly type: "health"; readonly health: ProxyHealth }
  /** A recorder's thread will tell lists of associations that opened, changed or ended. */
  | { readonly type: "news"; readonly port: MessagePort };

/** What the main thread is told. */
export type DashboardReport =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "failed"; readonly code: string; readonly message: string };

async function main(data: DashboardWorkerData): Promise<void> {
  const state = new DashboardState();
  const hosts = ["127.0.0.1", "localhost", "[::1]", data.hostname.toLowerCase()];
  const app = createDashboard(state, { token: data.token, hosts });
  const server = await serveHttp((request) => app.fetch(request), data);
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
  report({ type: "listening", port: server.port });
}

function report(message: DashboardReport): void {
  parentPort?.postMessage(message);
}

main(workerData as DashboardWorkerData).catch((error: unknown) => {
  const { code = "", message } = error as { code?: string; message: string };
  report({ type: "failed", code, message });
});
