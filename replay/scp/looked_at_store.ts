/** A C-STORE whose data set is looked at on its way, whoever reads it: for its UIDs, and to be compared. */
import type { PerformRequest } from "../../src/service/service_message.ts";
import type { CompareReader, ReadForCompare } from "../compare/read_for_compare.ts";
import type { CompareRequests } from "./compare_requests.ts";
import type { RecordedExchange } from "./library.ts";
import type { Answered, LiveRequest } from "./responder.ts";
import { Counterparts, learnStored, StoredUids } from "./stored_uids.ts";
import { watchedRequest } from "./watched_request.ts";

export class LookedAtStore {
  /** In place of the request. */
  readonly request: PerformRequest;
  readonly #uids: StoredUids;
  readonly #reader: CompareReader | undefined;

  constructor(request: PerformRequest, compare: CompareRequests) {
    this.#uids = new StoredUids(request.context.transferSyntax ?? "");
    this.#reader = compare.reader(request);
    this.request = watchedRequest(request, (octets) => {
      this.#uids.receive(octets);
      this.#reader?.receive(octets);
    });
  }

  /** What came, once it came whole; undefined where it is not compared. */
  read(): ReadForCompare | undefined {
    return this.#reader?.end();
  }

  /**
   * The recorded exchange in whose place it came; undefined where it is not known. Once it `isTaken`,
   * its UIDs stand for the recorded ones.
   */
  async counterpart(
    { server }: LiveRequest,
    { answered, isTaken }: Counterpart,
  ): Promise<RecordedExchange | undefined> {
    const { exchange: given, by } = answered;
    if (given === undefined || by === null || by === "forward") return undefined;
    const { uids } = this.#uids;
    const counterparts = server.state.of(Counterparts, () => new Counterparts());
    const exchange = counterparts.of(uids, { exchange: given, server, isTaken });
    if (isTaken) await learnStored(uids, { exchange, server });
    return exchange;
  }
}

interface Counterpart {
  readonly answered: Answered;
  readonly isTaken: boolean;
}
