/**
 * Answers Storage Commitment requests (PS3.4 J.3.2) as recorded, and reports on them (J.3.3).
 *
 * Where the report goes: `same` association as the request, a `new` one, or `auto`: as the recorded
 * one went, and the other way where that one is closed: the SCU has left, or nobody named its address.
 * Rule: with `auto` nothing is reported of what the recording has no report of, unless a destination
 * was named for the SCU.
 */
import { statusClass } from "../../../../src/dimse/status.ts";
import { PLAIN } from "../../../../src/service/open_association.ts";
import type { RecordedAssociation } from "../../../recorded.ts";
import { wait } from "../../../scu/pace.ts";
import type { Library, RecordedExchange } from "../../library.ts";
import { matchRecorded } from "../../match.ts";
import { recordedAnswer } from "../../recorded_responder.ts";
import type { RecordedLevel } from "../../request_facts.ts";
import type { Answered, LiveAnswer, LiveRequest, Responder } from "../../responder.ts";
import type { Destination, DestinationTimeouts } from "../destination.ts";
import { NOTHING } from "../query/candidate.ts";
import { type Report, reportAnew, reportHere } from "../reports/send_reports.ts";
import { commitmentReport } from "./commitment_report.ts";
import { PUSH_MODEL, type RecordedReport, recordedReport } from "./recorded_reports.ts";

export type EventPolicy = "same" | "new" | "auto";

export interface CommitmentResponderOptions extends DestinationTimeouts {
  /** "auto" unless told. */
  readonly policy?: EventPolicy | undefined;
  /** By the AE title of the SCU. */
  readonly destinations: ReadonlyMap<string, Destination>;
  /** Milliseconds between the answer and the report; as recorded unless told. */
  readonly delay?: number | undefined;
  /** Attempts after the first one to open a new association; 3 unless told. */
  readonly retries?: number | undefined;
  /** The level that is good enough for a recorded answer. */
  readonly lowest?: RecordedLevel | undefined;
}

export class CommitmentResponder implements Responder {
  readonly #options: CommitmentResponderOptions;

  constructor(options: CommitmentResponderOptions) {
    this.#options = options;
  }

  async answer(request: LiveRequest, library: Library): Promise<Answered | undefined> {
    if (request.operation !== "N-ACTION" || request.sopClassUid !== PUSH_MODEL) return undefined;
    const match = await matchRecorded(request, library, { lowest: this.#options.lowest });
    if (match.by === undefined) return undefined;
    const answered = await recordedAnswer(request, match);
    const [answer] = answered.answers as readonly LiveAnswer[];
    if (answer === undefined || statusClass(answer.status) === "failure") return answered;
    const recorded = recordedReport(library, match.exchange);
    const live = (await request.identifier()) ?? NOTHING;
    const asked = match.exchange.request.dataSet?.read();
    const report = commitmentReport(
      live,
      recorded &&
        asked && {
          request: asked,
          report: recorded.dataSet,
          recordedOf: (uid) => request.server.instances.recordedOf(uid),
        },
    );
    if (report === undefined || !this.#isDue(request, recorded)) return answered;
    const way = this.#way(match.exchange, recorded);
    const pause = recorded && Math.max(0, recorded.message.at - match.exchange.request.endedAt);
    const isNew = recorded !== undefined && recorded.association !== match.exchange.association;
    const plays = isNew ? recorded.association : undefined;
    return { ...answered, after: () => this.#report(report, { request, way, pause, plays }) };
  }

  #isDue(request: LiveRequest, recorded: RecordedReport | undefined): boolean {
    const { policy = "auto", destinations } = this.#options;
    if (recorded !== undefined || policy !== "auto") return true;
    return destinations.has(request.association.callingAeTitle);
  }

  #way(exchange: RecordedExchange, recorded: RecordedReport | undefined): "same" | "new" {
    const { policy = "auto" } = this.#options;
    if (policy !== "auto") return policy;
    return recorded?.association === exchange.association ? "same" : "new";
  }

  async #report(report: Report, { request, way, pause = 0, plays }: Reporting): Promise<void> {
    const { server, association } = request;
    const { delay, destinations, retries = 3, policy = "auto" } = this.#options;
    if (delay === undefined) await server.pause(pause, server.stopping);
    else await wait(Math.max(1, delay), server.stopping);
    if (server.stopping.aborted) return;
    const destination = destinations.get(association.callingAeTitle);
    if (way === "same" || (policy === "auto" && destination === undefined)) {
      try {
        return await reportHere(report, request);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (policy === "same" || destination === undefined) {
          return server.warn(`Storage Commitment report on the same association: ${why}`);
        }
      }
    }
    await reportAnew([report], {
      request,
      aeTitle: association.callingAeTitle,
      destination,
      contexts: CONTEXTS,
      timeouts: this.#options,
      retries,
      plays,
    });
  }
}

/** This side requests, and is the SCP (PS3.4 J.3.3). */
const CONTEXTS = [
  { abstractSyntax: PUSH_MODEL, transferSyntaxes: PLAIN, roles: { scu: false, scp: true } },
];

interface Reporting {
  readonly request: LiveRequest;
  readonly way: "same" | "new";
  /** Recorded microseconds between request and report. */
  readonly pause: number | undefined;
  /** The recorded association on which it came, where that was one of its own. */
  readonly plays: RecordedAssociation | undefined;
}
