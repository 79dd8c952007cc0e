/**
 * What a filter may ask about: an association as a whole, or one message with its responses. The
 * owner of the facts decides which; a list holds everything of its kind that was seen so far.
 */
export interface FilterFacts {
  /** Nothing more will come. While false, what was not seen yet is not known rather than absent. */
  readonly complete: boolean;
  /** The presentation contexts are agreed: SOP classes, transfer syntaxes and context ids are all. */
  readonly negotiated?: boolean | undefined;
  readonly callingAeTitle?: string | undefined;
  readonly calledAeTitle?: string | undefined;
  /** Addresses, `192.0.2.7:50312`: of the requestor and of the acceptor. */
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  /** As PS3.7 names them: "C-STORE-RQ". */
  readonly commands: Iterable<string>;
  /** UIDs; their names are looked up. */
  readonly sopClassUids: Iterable<string>;
  readonly sopInstanceUids: Iterable<string>;
  readonly transferSyntaxUids: Iterable<string>;
  readonly contextIds: Iterable<number>;
  readonly statuses: Iterable<number>;
  /** As `show --json` has it: "released", "aborted", ... "open" is none yet. */
  readonly outcome?: string | undefined;
  readonly findings: Iterable<FindingFacts>;
  readonly durationMs?: number | undefined;
  /** Octets of both AEs. */
  readonly size?: number | undefined;
  readonly messages?: number | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt?: number | undefined;
  /**
   * The values at a path of tags, through all items of the sequences on the way, of command sets and
   * data sets; an element without a value gives `""`. `undefined` where that is not known (yet).
   */
  tagValues?(path: readonly number[]): Iterable<string> | undefined;
}

export interface FindingFacts {
  readonly id: string;
  readonly severity: string;
  readonly text: string;
}
