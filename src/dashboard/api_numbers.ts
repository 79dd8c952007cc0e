/**
 * What the dashboard's API says about many associations together: numbers and stories. See
 * `api_types.ts`.
 */
import type { StoryLineJson as ToldLine, StoryJson as ToldStory } from "../meaning/story_json.ts";
import type { Outcome } from "../observe/summary.ts";
import type { Role } from "../role.ts";

export interface NumbersJson {
  /** What the numbers stand on. */
  readonly associations: number;
  /** Latencies and exchanges are of so many associations, the newest ones; reading all takes long. */
  readonly looked_into: number;
  readonly exchanges: number;
  readonly bytes: Readonly<Record<Role, number>>;
  readonly bucket_ms: number;
  readonly over_time: readonly TimeBucket[];
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  readonly latency: readonly LatencyRow[];
  readonly statuses: readonly StatusCount[];
  readonly rejects: readonly RejectCount[];
  readonly slowest: readonly ExchangeRow[];
  readonly largest: readonly ExchangeRow[];
}

export interface TimeBucket {
  /** UTC. */
  readonly at: string;
  readonly associations: number;
  /** Of them, those that did not end with a release. */
  readonly failed: number;
  readonly bytes: Readonly<Record<Role, number>>;
}

export interface LatencyRow {
  /** "C-STORE". */
  readonly command: string;
  /** AE that invoked, and AE that answered: in a C-GET it is the acceptor that stores. */
  readonly from: string;
  readonly to: string;
  readonly exchanges: number;
  /** Status class failure, and no answer. */
  readonly failed: number;
  /** From the end of the request to the final response. */
  readonly p50_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
}

export interface StatusCount {
  /** "A700". */
  readonly status: string;
  readonly status_class: string;
  readonly words: string;
  readonly count: number;
}

export interface RejectCount {
  readonly result: number;
  readonly source: number;
  readonly reason: number;
  readonly words: string;
  readonly calling_ae_title: string;
  readonly called_ae_title: string;
  readonly count: number;
}

export interface ExchangeRow {
  readonly key: string;
  /** Of the request. */
  readonly message: number;
  readonly command: string;
  readonly calling_ae_title: string;
  readonly called_ae_title: string;
  /** AE that invoked, and AE that answered. */
  readonly from: string;
  readonly to: string;
  readonly meaning: string;
  readonly status: number | null;
  readonly ms: number | null;
  /** Octets of its data sets. */
  readonly length: number;
}

export interface StoriesJson {
  readonly stories: readonly StoryJson[];
  /** Exchanges in no story. */
  readonly alone: number;
  /** Associations that were looked into, the newest ones, of those that match. */
  readonly looked_into: number;
  readonly associations: number;
  readonly notes: readonly string[];
}

/** As `show --story --json` has it. */
export interface StoryJson extends Omit<ToldStory, "lines"> {
  /** At most 500. */
  readonly lines: readonly StoryLineJson[];
}

export interface StoryLineJson extends ToldLine {
  /** Of its association. */
  readonly key: string;
}
