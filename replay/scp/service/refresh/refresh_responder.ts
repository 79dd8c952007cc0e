/**
 * `--refresh`: a worklist that was recorded some days ago, as if it were today's (PS3.4 K). What was
 * scheduled on the day of the recording is scheduled today: keys of the query are moved back before
 * they are matched, dates of the answers are moved forward. UIDs stay, unless new studies are asked for:
 * then each recorded study has another Study Instance UID, the same one until the replay ends. What a
 * modality does with an answer finds its recorded answers either way.
 *
 * Recordings of several days are tried from the newest on.
 */
import type { DataSet } from "../../../../src/dataset/data_set.ts";
import { BoundedMap } from "../../../../src/observe/service/bounded_map.ts";
import { daysBetween, localDay } from "../../../rewrite/dates.ts";
import { freshUid } from "../../fresh_uid.ts";
import type { Library } from "../../library.ts";
import { withOtherUids } from "../../other_uids.ts";
import type { Answered, LiveAnswer, LiveRequest, Responder } from "../../responder.ts";
import { readAnswer } from "../instances/live_references.ts";
import { isSchedule } from "../query/schedule_classes.ts";
import { shiftedSchedule } from "./shifted_schedule.ts";

/** Days of recordings that one query is tried for. */
const MAX_DAYS = 32;
/** Studies that have a new UID. */
const MAX_STUDIES = 100_000;
const STUDY_INSTANCE_UID = 0x0020000d;

export interface RefreshResponderOptions {
  /** Who answers the query that was moved: recorded answers, the archive. */
  readonly inner: readonly Responder[];
  /** "20260203"; the day of the local clock, unless told. */
  readonly today?: () => string;
  /** Studies that are scheduled have new UIDs; those of the recording unless told. */
  readonly newStudies?: boolean;
}

export class RefreshResponder implements Responder {
  readonly #options: RefreshResponderOptions;
  readonly #days = new WeakMap<Library, readonly string[]>();
  /** New Study Instance UIDs by recorded ones. */
  readonly #studies = new BoundedMap<string, string>(MAX_STUDIES);

  constructor(options: RefreshResponderOptions) {
    this.#options = options;
  }

  async answer(request: LiveRequest, library: Library): Promise<Answered | undefined> {
    if (request.operation !== "C-FIND" || !isSchedule(request.sopClassUid)) return undefined;
    const today = this.#options.today?.() ?? localDay(Date.now());
    const identifier = await request.identifier();
    for (const inner of this.#options.inner) {
      const recorded = this.#recordedDays(library);
      for (const day of recorded.length === 0 ? [today] : recorded) {
        const days = daysBetween(day, today);
        const asked: LiveRequest = {
          ...request,
          identifier: async () => identifier && shiftedSchedule(identifier, -days),
        };
        const answered = await inner.answer(asked, library);
        if (answered === undefined || !isOfDay(answered, day)) continue;
        const moved = (row: DataSet) => this.#withNewStudies(shiftedSchedule(row, days), request);
        return { ...answered, answers: otherAnswers(answered.answers, moved) };
      }
    }
    return undefined;
  }

  #withNewStudies(row: DataSet, { server }: LiveRequest): DataSet {
    if (this.#options.newStudies !== true) return row;
    return withOtherUids(row, (uid, tag) => {
      if (tag !== STUDY_INSTANCE_UID) return undefined;
      const known = this.#studies.get(uid);
      const live = known ?? freshUid();
      if (known === undefined) this.#studies.set(uid, live);
      // again where so many others came since then that it was forgotten
      if (server.instances.recordedOf(live) === undefined) server.instances.learn(uid, live);
      return live;
    });
  }

  /** The newest first. */
  #recordedDays(library: Library): readonly string[] {
    const known = this.#days.get(library);
    if (known !== undefined) return known;
    const days = new Set<string>();
    for (const { wallUs, messages } of library.associations) {
      if (wallUs === undefined) continue;
      if (messages.some(({ command }) => command === "C-FIND-RQ"))
        days.add(localDay(wallUs / 1000));
    }
    const found = [...days].sort().reverse().slice(0, MAX_DAYS);
    this.#days.set(library, found);
    return found;
  }
}

/** A recorded answer of another day has to be moved by other days. */
function isOfDay({ exchange }: Answered, day: string): boolean {
  const wallUs = exchange?.association.wallUs;
  return wallUs === undefined || localDay(wallUs / 1000) === day;
}

async function* otherAnswers(
  answers: Answered["answers"],
  other: (row: DataSet) => DataSet,
): AsyncGenerator<LiveAnswer> {
  for await (const answer of answers) {
    const row = readAnswer(answer.dataSet);
    const dataSet = row && other(row);
    yield dataSet === undefined || dataSet === row ? answer : { ...answer, dataSet };
  }
}
