/**
 * Sessions between our own SCU and SCP in this process, recorded into a capture as the proxy would
 * record them, to be replayed: what a test says is what the capture holds.
 */
import { join } from "node:path";
import type { ExchangeEvent } from "../../../replay/events.ts";
import { ReplayRecorder } from "../../../replay/record/replay_recorder.ts";
import type { ReplayScuOptions, ReplayScuResult } from "../../../replay/scu/options.ts";
import { replayAsScu } from "../../../replay/scu/replay_as_scu.ts";
import type { AssociationServer } from "../../../src/io/accept_associations.ts";
import type { RequestOptions } from "../../../src/io/request_association.ts";
import { openAssociation } from "../../../src/service/open_association.ts";
import type { Performers } from "../../../src/service/performance.ts";
import { type ServeOptions, serveAssociations } from "../../../src/service/serve_associations.ts";
import type { ServiceUser } from "../../../src/service/service_user.ts";
import type { ContextProposal } from "../../../src/ul/negotiate.ts";
import type { Scope } from "../../support/process.ts";

export const VERIFICATION = "1.2.840.10008.1.1";
export const CT = "1.2.840.10008.5.1.4.1.1.2";
export const STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1";
export const STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2";
export const STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3";
export const COMMITMENT = "1.2.840.10008.1.20.1";
export const COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1";
export const IMPLICIT = "1.2.840.10008.1.2";
export const EXPLICIT = "1.2.840.10008.1.2.1";
export const JPEG = "1.2.840.10008.1.2.4.70";

/** An SCP on a free port of this machine, closed with the scope. */
export async function startScp(
  scope: Scope,
  options: Partial<ServeOptions> & { readonly perform: Performers },
): Promise<AssociationServer> {
  const server = await serveAssociations({
    host: "127.0.0.1",
    port: 0,
    supported: [VERIFICATION, CT, STUDY_FIND, STUDY_MOVE, STUDY_GET, COMMITMENT].map(both),
    ...options,
  });
  scope.defer(() => server.close());
  return server;
}

/** Both usual transfer syntaxes, Explicit first, and every role that the requestor may want. */
export function both(abstractSyntax: string): ContextProposal {
  return {
    abstractSyntax,
    transferSyntaxes: [EXPLICIT, IMPLICIT],
    roles: { scu: true, scp: true },
  };
}

export interface Session
  extends Omit<RequestOptions, "host" | "port" | "contexts" | "request" | "tap"> {
  readonly contexts: readonly (string | ContextProposal)[];
  readonly perform?: Performers;
  /** What the requestor does; it is released afterwards, unless it has ended. */
  readonly act: (user: ServiceUser) => Promise<void>;
  /** That there is no association is what is to be recorded. */
  readonly mayFail?: boolean;
}

export class Recording {
  readonly directory: string;
  readonly #recorder: ReplayRecorder;

  constructor(scope: Scope) {
    this.directory = join(scope.tempDir(), "captures");
    this.#recorder = new ReplayRecorder({
      directory: this.directory,
      sources: [],
      report: (text) => {
        throw new Error(text);
      },
    });
  }

  /** A connection that an SCP makes to the recorded application, to be in the same capture. */
  tap(role: "requestor" | "acceptor") {
    return this.#recorder.connection(role).tap;
  }

  /** Runs a session against an SCP and records it as its requestor. */
  async session(port: number, { act, mayFail = false, ...options }: Session): Promise<void> {
    const tap = this.tap("requestor");
    const asked = openAssociation({ host: "127.0.0.1", port, ...options, tap });
    const user = await asked.catch((error: unknown) => {
      if (!mayFail) throw error;
    });
    if (user === undefined) return;
    await act(user);
    if (user.association.error === undefined) await user.release().catch(() => undefined);
  }

  /** The capture is whole now. */
  async close(): Promise<string> {
    await this.#recorder.close();
    return this.#recorder.path;
  }
}

/** Records one session. */
export async function recorded(scope: Scope, port: number, session: Session): Promise<string> {
  const recording = new Recording(scope);
  await recording.session(port, session);
  return await recording.close();
}

export interface Replayed extends ReplayScuResult {
  readonly events: readonly ExchangeEvent[];
  readonly warnings: readonly string[];
  /** "C-ECHO-RQ same", "end differs", in the order of their ends. */
  readonly outcomes: readonly string[];
}

/** Plays captures without pauses; waits for what does not come are short. */
export async function replayed(
  captures: readonly string[],
  port: number,
  options: Partial<ReplayScuOptions> = {},
): Promise<Replayed> {
  const events: ExchangeEvent[] = [];
  const warnings: string[] = [];
  const result = await replayAsScu({
    captures,
    host: "127.0.0.1",
    port,
    speed: Number.POSITIVE_INFINITY,
    onExchange: (event) => events.push(event),
    onWarning: (text) => warnings.push(text),
    ...options,
  });
  const outcomes = events.map(({ request, outcome }) => `${request} ${outcome}`);
  return { ...result, events, warnings, outcomes };
}

export function eventOf({ events }: Replayed, request: string): ExchangeEvent {
  const found = events.find((event) => event.request === request);
  if (found === undefined) throw new Error(`No event of ${request}`);
  return found;
}
