/**
 * `replayAsScp`: captures play the association-acceptor, the PACS, for live requestors.
 *
 *     await using pacs = await replayAsScp({ captures: ["pacs.dcap"] });
 *     const user = await openAssociation({ host: pacs.host, port: pacs.port, contexts: [...] });
 *
 * Rule: it opens no connection but to the destinations that are told.
 */
import type { AssociationServer } from "../../src/io/accept_associations.ts";
import { serveAssociations } from "../../src/service/serve_associations.ts";
import type { RecordedAssociation } from "../recorded.ts";
import { wait } from "../scu/pace.ts";
import { NothingRecorded } from "../source/nothing_recorded.ts";
import { openRecordings, type RecordingProblem, type Recordings } from "../source/recordings.ts";
import { Turns } from "../source/turns.ts";
import { Acceptor } from "./acceptance.ts";
import { responderChain } from "./chain.ts";
import { CompareRequests } from "./compare_requests.ts";
import { Kept } from "./kept.ts";
import { Library } from "./library.ts";
import { LiveReplay } from "./live_replay.ts";
import { NamedStates } from "./named_states.ts";
import {
  DEFAULT_ACSE_TIMEOUT,
  DEFAULT_DIMSE_TIMEOUT,
  DEFAULT_IDLE_TIMEOUT,
  type ReplayScpOptions,
} from "./options.ts";
import { type Played, ServedAssociations } from "./served_associations.ts";

export interface ReplayScp extends AsyncDisposable {
  readonly host: string;
  /** The real one where 0 was asked for. */
  readonly port: number;
  /** Recorded associations that can be played. */
  readonly associations: number;
  /** Path of the capture that is being written; null where there is none. */
  readonly record: string | null;
  /** What of the captures cannot be replayed, each in words; and which took long to be read. */
  readonly problems: readonly string[];
  /** Stops listening, and waits so many milliseconds for what is under way; then as `close`. */
  stop(options: { readonly drainMs: number }): Promise<void>;
  /** Stops listening, and aborts what is still there. */
  close(): Promise<void>;
}

/**
 * Listens, and reads the captures: who comes meanwhile is answered as soon as they are read, nobody is
 * refused. Resolves then. Rejects with a `ListenError`, with the error of a directory that
 * cannot be used, with a RangeError for a state that cannot be read, a `NothingRecorded` where there is
 * no association to answer from, and with the reason of `signal` where that aborts before.
 */
export async function replayAsScp(options: ReplayScpOptions): Promise<ReplayScp> {
  const recordings = openRecordings(options.captures);
  try {
    return await started(recordings, options);
  } catch (error) {
    recordings[Symbol.dispose]();
    throw error;
  }
}

async function started(recordings: Recordings, options: ReplayScpOptions): Promise<ReplayScp> {
  const { reuse = "last", anyCase = false } = options;
  const library = new Library([], { reuse, anyCase });
  const live = new LiveReplay(options, {
    states: new NamedStates(library, options.states ?? []),
    tap: (plays) => kept.opened(plays)?.tap,
  });
  const warn = (text: string): void => live.warn(text);
  const kept: Kept = new Kept({ ...options, sources: recordings.captureIds, warn });
  const served = new ServedAssociations({
    live,
    kept,
    compare: new CompareRequests({ ...options, showPatient: live.showPatient }),
    told: (event) => options.onEvent?.(event),
  });
  let server: AssociationServer | undefined;
  try {
    server = await listening(served, options);
    await readInto(library, recordings, options);
    served.play(played(library, options));
    return new RunningReplay({ server, live, kept, library, recordings });
  } catch (error) {
    await server?.close();
    await kept.close();
    throw error;
  }
}

/** Associations are read one after another, whatever is in them; it is not known before. */
async function readInto(
  library: Library,
  recordings: Recordings,
  { captures, onProgress, signal }: ReplayScpOptions,
): Promise<void> {
  const listed: RecordedAssociation[] = [];
  for await (const association of recordings.inTurns({ signal })) listed.push(association);
  if (listed.length === 0) throw new NothingRecorded(recordings, { captures });
  const turns = new Turns({ signal });
  for (const [at, association] of listed.entries()) {
    await turns.take();
    library.add(association);
    onProgress?.(at + 1, listed.length);
  }
}

function played(library: Library, options: ReplayScpOptions): Played {
  const acceptor = new Acceptor(library, {
    ae: options.ae ?? "any",
    unknownContext: options.unknownContext ?? "accept",
    rejectUnlike: options.unmatched?.do === "reject",
    maximumLength: options.maximumLength,
  });
  return { acceptor, library, responders: responderChain(library, options) };
}

function listening(
  served: ServedAssociations,
  options: ReplayScpOptions,
): Promise<AssociationServer> {
  const { acseTimeout, dimseTimeout, idleTimeout, maxAssociations } = options;
  return serveAssociations({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    answer: (request, peer) => served.answer(request, peer),
    accepted: (user) => served.begin(user),
    perform: served.performers,
    ended: (association, error) => served.end(association, error),
    tap: (peer) => served.tap(peer),
    acseTimeout: acseTimeout ?? DEFAULT_ACSE_TIMEOUT,
    dimseTimeout: dimseTimeout ?? DEFAULT_DIMSE_TIMEOUT,
    idleTimeout: idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
    ...(maxAssociations !== undefined && { maxAssociations }),
  });
}

interface Parts {
  readonly server: AssociationServer;
  readonly live: LiveReplay;
  readonly kept: Kept;
  readonly library: Library;
  readonly recordings: Recordings;
}

class RunningReplay implements ReplayScp {
  readonly host: string;
  readonly port: number;
  readonly associations: number;
  readonly record: string | null;
  readonly problems: readonly string[];
  readonly #parts: Parts;

  constructor(parts: Parts) {
    const { server, library, recordings, kept } = parts;
    this.host = server.host;
    this.port = server.port;
    this.associations = library.associations.length;
    this.record = kept.record;
    this.problems = problemsOf(recordings, library);
    this.#parts = parts;
  }

  async stop({ drainMs }: { readonly drainMs: number }): Promise<void> {
    const { server, live } = this.#parts;
    server.stopListening();
    const over = new AbortController();
    const drained = Promise.all([server.drained(), live.idle()]);
    await Promise.race([drained, wait(drainMs, over.signal)]);
    over.abort();
    await this.close();
  }

  async close(): Promise<void> {
    const { server, live, kept, recordings } = this.#parts;
    live.stop();
    await server.close();
    await live.idle();
    await kept.close();
    recordings[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Of files, and of associations in them. */
function problemsOf(recordings: Recordings, library: Library): readonly string[] {
  const ofFile = ({ path, what }: RecordingProblem): string => `${path}: ${what}`;
  return [
    ...recordings.problems.map(ofFile),
    ...recordings.notes.map(ofFile),
    ...library.associations.flatMap(({ capture, id, problems }) =>
      problems.map((problem) => `${capture}, association ${id}: ${problem}`),
    ),
  ];
}
