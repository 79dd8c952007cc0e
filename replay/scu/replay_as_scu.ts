/**
 * Captures played as the association-requestor, the modality, against another system; what comes back
 * is compared with what came back in the recording.
 *
 *     const { summary } = await replayAsScu({ captures: ["day.dcap"], host: "127.0.0.1", port: 104 });
 *     assert.equal(summary.differs + summary.failed, 0);
 *
 * Rule: no connection but to `host`, `port`.
 */
import { setMaxListeners } from "node:events";
import { formatAddress } from "../../src/address.ts";
import { type Filter, filterErrorLines, isFilterError } from "../../src/filter/filter.ts";
import { parseFilter } from "../../src/filter/parse_filter.ts";
import type { AssociationJson } from "../../src/observe/summary.ts";
import { operationOfRequest } from "../../src/service/operation.ts";
import type { ExchangeEvent } from "../events.ts";
import { ReplayRecorder } from "../record/replay_recorder.ts";
import type { RecordedAssociation } from "../recorded.ts";
import { Summary } from "../report/summary.ts";
import { Rewriter } from "../rewrite/rewriter.ts";
import { NothingRecorded } from "../source/nothing_recorded.ts";
import { openRecordings } from "../source/recordings.ts";
import { type Played, playAssociation } from "./association_player.ts";
import { checkScuOptions } from "./check_options.ts";
import { ExpectedRequests } from "./expected_requests.ts";
import type { ReplayScuOptions, ReplayScuResult, Run } from "./options.ts";
import { type Listed, playlist } from "./playlist.ts";
import { ReturnListener } from "./return_listener.ts";
import { playReturned } from "./returned.ts";
import { runSchedule, type Timed } from "./schedule.ts";
import { Timeline } from "./timeline.ts";

/**
 * Resolves when everything was played. Rejects with a `ListenError` or a `RecordingFault` where a
 * listener or a recording that was asked for cannot be had, with a RangeError for options that cannot
 * be, a `NothingRecorded` where there is no association to play; whatever goes wrong in playing is in
 * the events.
 *
 * `signal` that aborts while captures are read makes it reject with the signal's reason: nothing is
 * recorded or played then. Afterwards it resolves, with what was played and how much was not begun.
 */
export async function replayAsScu(options: ReplayScuOptions): Promise<ReplayScuResult> {
  checkScuOptions(options);
  using recordings = openRecordings(options.captures, { filter: filterOf(options.filter) });
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (warned.has(text) || warned.size >= MAX_WARNINGS) return;
    warned.add(text);
    options.onWarning?.(text);
  };
  const rewriter = new Rewriter({ notice: warn, ...options.rewrite });
  const { signal } = options;
  const list = await playlist(recordings.inTurns({ signal }), { signal });
  signal?.throwIfAborted(); // also where nothing was there to be read
  const { problems, notes } = recordings;
  for (const { path, what } of [...problems, ...notes]) warn(`${path}: ${what}`);
  if (list.length === 0) throw new NothingRecorded(recordings, options);
  await using recorder =
    options.record === undefined ? undefined : recorderOf(options, { list, warn });
  const summary = new Summary();
  const different: ExchangeEvent[] = [];
  const progress = new Progress(options, list);
  const all: Run = {
    options,
    recorder,
    pace: {
      speed: options.speed ?? 1,
      maxGapUs: (options.maxGap ?? Number.POSITIVE_INFINITY) * 1000,
    },
    signal: runSignal(options),
    tell: (event) => {
      summary.add(event);
      progress.tell(event);
      if (event.outcome !== "same" && different.length < MAX_DIFFERENT) different.push(event);
      options.onExchange?.(event);
    },
    warn,
  };
  const { moveListen } = options;
  await using listener =
    moveListen === undefined ? undefined : await ReturnListener.open(moveListen, all);
  const started = performance.now();
  const counts = { wanted: 0, established: 0 };
  const awaited = new Map<number, ExpectedRequests>();
  const over = (n: number): void => {
    const expected = awaited.get(n);
    if (expected !== undefined) listener?.forget(expected);
    awaited.delete(n);
  };
  // What is small enough is read once, however often it is played.
  const keeps = list.reduce((sum, one) => sum + one.recorded.summary.messages, 0) <= KEPT_MESSAGES;
  await runSchedule({ ...scheduleOf(all), over }, (n) => {
    const run: Run = (options.repeat ?? 1) === 1 ? all : repetitionOf(all, n + 1);
    const own = rewriter.repetition(n);
    const expected = new ExpectedRequests(run, own);
    awaited.set(n, expected);
    const returned = list.filter(({ cause }) => cause !== undefined);
    listener?.expect(
      expected,
      returned.filter(({ isForUs }) => isForUs).map(({ recorded }) => recorded),
    );
    const ended = new Map<RecordedAssociation, Promise<Played>>();
    const timeline = timelineOf(options);
    return inTurn(list, timeline, (one): Timed => {
      const { recorded, startedAt, endedAt, cause } = one;
      const play = async (): Promise<Played> => {
        if (cause !== undefined) {
          const causeOver = ended.get(cause) ?? Promise.resolve(NOT_PLAYED);
          await playReturned(one, { run, expected, causeOver, listens: listener !== undefined });
          return NOT_PLAYED;
        }
        // What a stop left out is told exchange by exchange, and counted as not begun.
        if (!run.signal.aborted) summary.association();
        const { request, answer } = recorded;
        if (request !== undefined && answer?.type !== "A-ASSOCIATE-RJ") counts.wanted++;
        const played = await playAssociation(
          { recorded, rewriter: own, startedAt, timeline },
          { run, expected },
        );
        if (played.established) counts.established++;
        return played;
      };
      return {
        startedAt,
        endedAt,
        counts: cause === undefined,
        play: async () => {
          const playing = play();
          ended.set(recorded, playing);
          await playing;
          if (!keeps) recorded.release?.();
        },
      };
    });
  });
  const ours = list.filter(({ cause }) => cause === undefined).length * (options.repeat ?? 1);
  return {
    summary: summary.json(performance.now() - started, {
      of: all.signal.aborted ? ours : undefined,
    }),
    different,
    ...counts,
    ...(recorder !== undefined && { recording: recorder.path }),
  };
}

/** Pauses keep the order by themselves. */
function timelineOf({ speed, concurrency = "recorded" }: ReplayScuOptions): Timeline | undefined {
  const isFast = speed === Number.POSITIVE_INFINITY && concurrency === "recorded";
  return isFast ? new Timeline() : undefined;
}

function* inTurn(
  list: readonly Listed[],
  timeline: Timeline | undefined,
  timed: (one: Listed) => Timed,
): Generator<Timed> {
  for (const one of list) {
    timeline?.next(one.startedAt);
    yield timed(one);
  }
  timeline?.next(Number.POSITIVE_INFINITY);
}

function repetitionOf(run: Run, repetition: number): Run {
  return { ...run, tell: (event) => run.tell({ ...event, repetition }) };
}

/** Of our own: one listener for each association under way is no leak, as the runtimes would say. */
function runSignal({ signal }: ReplayScuOptions): AbortSignal {
  const own = AbortSignal.any(signal === undefined ? [] : [signal]);
  setMaxListeners(0, own);
  return own;
}

function filterOf(text: string | undefined): Filter | undefined {
  const filter = text === undefined ? undefined : parseFilter(text);
  if (filter === undefined || !isFilterError(filter)) return filter;
  throw new RangeError(filterErrorLines(text ?? "", filter).join("\n"));
}

function scheduleOf({ options, pace, signal, warn }: Run): Parameters<typeof runSchedule>[0] {
  let most = LAG_MS;
  return {
    pace,
    concurrency: options.concurrency ?? "recorded",
    repeat: options.repeat ?? 1,
    ratePerSecond: options.ratePerSecond,
    signal,
    lag: (ms) => {
      if (ms < most) return;
      most = ms * 2;
      const seconds = (ms / 1000).toFixed(1);
      warn(`The schedule lags ${seconds} s behind: the other side, or this machine, is slower`);
    },
  };
}

function recorderOf(
  { record = "", host, port }: ReplayScuOptions,
  { list, warn }: { readonly list: readonly Listed[]; readonly warn: (text: string) => void },
): ReplayRecorder {
  const ids = new Map(list.map(({ recorded: { captureId } }) => [captureId.join(), captureId]));
  return new ReplayRecorder({
    directory: record,
    sources: ids.values(),
    routes: [{ listen: "", to: formatAddress({ host, port }) }],
    report: warn,
  });
}

/** Requests that are done with, of all. */
class Progress {
  readonly #tell: ReplayScuOptions["onProgress"];
  readonly #total: number;
  #done = 0;

  constructor({ onProgress, repeat = 1 }: ReplayScuOptions, list: readonly Listed[]) {
    this.#tell = onProgress;
    const requests = list.reduce((sum, { recorded }) => sum + requestsOf(recorded.summary), 0);
    this.#total = onProgress === undefined ? 0 : requests * repeat;
  }

  tell({ request }: ExchangeEvent): void {
    if (operationOfRequest(request) === undefined) return;
    this.#tell?.(++this.#done, this.#total);
  }
}

/** Requests in an association, of either side. */
export function requestsOf(summary: Pick<AssociationJson, "commands">): number {
  return Object.entries(summary.commands).reduce(
    (sum, [command, count]) => sum + (operationOfRequest(command) === undefined ? 0 : count),
    0,
  );
}

const NOT_PLAYED: Played = { established: false, sent: 0 };
/** Messages of all captures that may stay in memory, without their data sets. */
const KEPT_MESSAGES = 100_000;
const MAX_DIFFERENT = 1000;
const MAX_WARNINGS = 1000;
/** What a schedule may lag behind before that is told. */
const LAG_MS = 1000;
