/** A dashboard without a server: requests go straight to its app. */
import { type Access, soleToken } from "../../src/dashboard/access.ts";
import { createDashboard } from "../../src/dashboard/app.ts";
import { createServices, type Services } from "../../src/dashboard/routes/services.ts";
import { DashboardState, type DashboardStateOptions } from "../../src/dashboard/state.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";

export const TOKEN = "t0ken-of-this-run";
export const HOST = "127.0.0.1:8104";

export interface TestDashboard {
  readonly state: DashboardState;
  /** With the token and the header that changes need, unless told otherwise. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** The answer of a GET, which has to be 200. */
  json<T>(path: string): Promise<T>;
}

export interface TestDashboardOptions extends DashboardStateOptions {
  readonly access?: Access;
  readonly services?: Partial<Services>;
  readonly stallMs?: number;
  /** Milliseconds, for limits on what happens so often in a second. */
  readonly now?: () => number;
}

/** Captures are read when it is given back. */
export async function testDashboard(options: TestDashboardOptions = {}): Promise<TestDashboard> {
  const state = new DashboardState(options);
  await state.library.refresh();
  const { stallMs, now } = options;
  const services = createServices(state, { replayTargets: [], ...(stallMs && { stallMs }) });
  const app = createDashboard(
    { ...services, ...options.services },
    {
      access: options.access ?? soleToken(TOKEN),
      hosts: ["127.0.0.1", "localhost"],
      port: 8104,
      secure: false,
      ...(now && { now }),
    },
  );
  const request = async (path: string, init: RequestInit = {}) =>
    app.request(path, {
      ...init,
      headers: {
        host: HOST,
        authorization: `Bearer ${TOKEN}`,
        "x-dicomtap": "1",
        ...(init.headers as Record<string, string>),
      },
    });
  const json = async <T>(path: string) => {
    const response = await request(path);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  return { state, request, json };
}

export function associationJson(
  id: number,
  changes: Partial<AssociationJson> = {},
): AssociationJson {
  return {
    kind: "association",
    capture: "x.dcap",
    id,
    started: `2026-02-03T14:15:${String(id % 60).padStart(2, "0")}.123456Z`,
    duration_ms: 12.3,
    requestor: { address: "127.0.0.1:50312" },
    acceptor: { address: "127.0.0.1:104" },
    calling_ae_title: "STORESCU",
    called_ae_title: "ANY-SCP",
    outcome: "released",
    contexts: [],
    refused_contexts: 0,
    user_information: { requestor: {}, acceptor: {} },
    messages: 2,
    commands: { "C-ECHO-RQ": 1, "C-ECHO-RSP": 1 },
    statuses: { "0000": 1 },
    pdus: { requestor: 3, acceptor: 3 },
    bytes: { requestor: 100, acceptor: 100 },
    gaps: 0,
    findings: [],
    ...changes,
  };
}
