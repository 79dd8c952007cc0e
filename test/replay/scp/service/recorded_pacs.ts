/**
 * Recordings of a PACS of a few lines: what it performs for the requests of a test, as a capture. No
 * program is started, nothing is invented: the octets went over a socket.
 */
import { ReplayRecorder } from "../../../../replay/record/replay_recorder.ts";
import type { ReplayScpOptions } from "../../../../replay/scp/options.ts";
import { type ReplayScp, replayAsScp } from "../../../../replay/scp/replay_as_scp.ts";
import { assigned } from "../../../../src/service/assignments.ts";
import { type OpenOptions, openAssociation } from "../../../../src/service/open_association.ts";
import type { Performers } from "../../../../src/service/performance.ts";
import { serveAssociations } from "../../../../src/service/serve_associations.ts";
import type {
  OperationRequest,
  OperationResponse,
} from "../../../../src/service/service_message.ts";
import type { ServiceUser } from "../../../../src/service/service_user.ts";
import type { ContextProposal } from "../../../../src/ul/negotiate.ts";
import type { Scope } from "../../../support/process.ts";

export interface RecordedPacs {
  readonly scope: Scope;
  readonly contexts: readonly (string | ContextProposal)[];
  readonly perform: Performers;
  /** What the requestor does on its one association; `calledAeTitle` is PACS. */
  readonly work: (user: ServiceUser) => Promise<void>;
  readonly open?: Partial<OpenOptions>;
}

/** Path of the capture. */
export async function recordedPacs(options: RecordedPacs): Promise<string> {
  const { scope, contexts, perform, work } = options;
  const warnings: string[] = [];
  const recorder = new ReplayRecorder({
    directory: scope.tempDir(),
    sources: [],
    report: (text) => warnings.push(text),
  });
  const server = await serveAssociations({
    port: 0,
    supported: contexts,
    perform,
    tap: () => recorder.connection("acceptor").tap,
  });
  const user = await openAssociation({ ...at(server.port), ...options.open, contexts });
  await work(user);
  await user.release();
  await server.drained();
  await server.close();
  await recorder.close();
  if (warnings.length > 0) throw new Error(warnings.join("\n"));
  return recorder.path;
}

/** Plays captures at full speed until `work` has ended. */
export async function whilePlaying(
  options: ReplayScpOptions,
  work: (scp: ReplayScp) => Promise<void>,
): Promise<void> {
  await using scp = await replayAsScp({ speed: Number.POSITIVE_INFINITY, ...options });
  await work(scp);
}

export function at(port: number) {
  return { host: "127.0.0.1", port, callingAeTitle: "SCU", calledAeTitle: "PACS" } as const;
}

/** One request with `Keyword=value` in its data set, and its final response. */
export function ask(
  user: ServiceUser,
  request: Omit<OperationRequest, "dataSet">,
  attributes?: readonly string[],
): Promise<OperationResponse> {
  const dataSet = attributes === undefined ? {} : { dataSet: assigned(attributes) };
  return user.invoke({ ...request, ...dataSet }).final();
}

export function hex(status: number): string {
  return status.toString(16).padStart(4, "0").toUpperCase();
}
