/**
 * What a capture tells of one association, as replay needs it: who proposed and answered what, which
 * messages passed in which order, and their data sets as streams.
 *
 * Times are microseconds on the capture's clock. Both readers of it, SCU and SCP, see the same.
 */
import type { DataSet } from "../src/dataset/data_set.ts";
import type { CommandValue } from "../src/dimse/command_set.ts";
import type { AssociationJson } from "../src/observe/summary.ts";
import type { Role } from "../src/role.ts";
import type { AgreedContext } from "../src/ul/negotiate.ts";
import type { AAssociateAc, AAssociateRj, AAssociateRq } from "../src/ul/pdu.ts";

export interface RecordedAssociation {
  /** As `show --json` names it: the path of its file. */
  readonly capture: string;
  /** Its number there. */
  readonly id: number;
  readonly captureId: Uint8Array;
  readonly openedAt: number;
  /** Wall clock at `openedAt`, microseconds since 1970-01-01 UTC; undefined where it is not told. */
  readonly wallUs: number | undefined;
  readonly summary: AssociationJson;
  /**
   * What was taken out before it was written: "none", "user-identity" (then secrets are asterisks,
   * PS3.7 D.3.3.7), "de-identified". Absent where the capture's header is not readable.
   */
  readonly redaction?: string;
  /** In a capture of a replay: which recorded association was played. */
  readonly replayOf?: AssociationLink | undefined;
  /** Undefined where the capture does not hold it whole. */
  readonly request: AAssociateRq | undefined;
  readonly answer: AAssociateAc | AAssociateRj | undefined;
  /** When the acceptor's answer was whole. */
  readonly answeredAt: number | undefined;
  /** Every proposed context and what became of it; empty without an A-ASSOCIATE-AC. */
  readonly contexts: readonly AgreedContext[];
  /** In the order in which they began, both senders together; `index` is the position here. */
  readonly messages: readonly RecordedMessage[];
  readonly end: RecordedEnd;
  /** Why not all of it can be replayed, each in words; empty where all can. */
  readonly problems: readonly string[];
  /** Forgets what was read of it, to be read again when it is asked for. */
  release?(): void;
}

export interface AssociationLink {
  readonly captureId: Uint8Array;
  /** Its number there. */
  readonly association: number;
}

export interface RecordedEnd {
  readonly how: "released" | "aborted" | "closed" | "reset" | "rejected" | "open";
  /** Who began it; undefined where that is not told. */
  readonly by: Role | undefined;
  /** Of an A-ABORT (PS3.8 9.3.8). */
  readonly source?: number;
  readonly reason?: number;
  readonly at: number;
}

export interface RecordedMessage {
  readonly index: number;
  readonly sender: Role;
  readonly contextId: number;
  /** "C-STORE-RQ". */
  readonly command: string;
  /** The command set by keyword (PS3.7 Annex E). */
  readonly values: Readonly<Record<string, CommandValue>>;
  /** When its first octet came, and its last. */
  readonly at: number;
  readonly endedAt: number;
  /** Index of the request that this response or C-CANCEL-RQ belongs to. */
  readonly respondsTo: number | undefined;
  /** Of a request: indices of its responses and of the C-CANCEL-RQ for it, in order. */
  readonly responses: readonly number[];
  readonly canceledBy: number | undefined;
  readonly dataSet: RecordedDataSet | undefined;
  /** False: broken off, or octets of it are not in the capture. */
  readonly complete: boolean;
  /** Lengths of the fragments of each PDU that carried it, command first: [[120],[16370],[900]]. */
  fragmentLengths(): Iterable<readonly RecordedFragment[]>;
}

export interface RecordedFragment {
  readonly isCommand: boolean;
  readonly length: number;
}

export interface RecordedDataSet {
  /** UID of the transfer syntax of the context that carried it. */
  readonly transferSyntax: string;
  /** Octets as they passed. */
  readonly length: number;
  /** Every octet is in the capture. */
  readonly complete: boolean;
  /** In hexadecimal, where the capture tells it: of a data set whose octets were left out. */
  readonly sha256?: string;
  /**
   * The octets as they passed, in pieces that the caller may keep. Throws where the first of them
   * is not in the capture.
   */
  octets(): AsyncIterable<Uint8Array>;
  /** The same as views that are valid until the next one is asked for: the quickest way on. */
  passing?(): Iterable<Uint8Array>;
  /**
   * Read whole, bulk values as (offset, length) where the codec leaves them; cached when small. What
   * there is of one that is not complete; empty where the transfer syntax is not known.
   */
  read(): DataSet;
}
