/**
 * `--refresh`: a worklist that was recorded some days ago, as if it were today's (PS3.4 K). What was
 * scheduled on the day of the recording is scheduled today: keys of the query are moved back before
 * they are matched, dates of the answers are moved forward. UIDs stay, so that what a modality does
 * with an answer finds its recorded answers too.
 *
 * Recordings of several days are tried from the newest on.
 */
import { daysBetween, localDay } from "../../../rewrite/dates.ts";
import type { Library } from "../../library.ts";
import type { Answered, LiveAnswer, LiveRequest, Responder } from "../../responder.ts";
import { readAnswer } from "../instances/live_references.ts";
import { isSchedule } from "../query/schedule_classes.ts";
import { shiftedSchedule } from "./shifted_schedule.ts";

/** Days of recordings that one query is tried for. */
const MAX_DAYS = 32;

export interface RefreshResponderOptions {
  /** Who answers the query that was moved: recorded answers, the archive. */
  readonly inner: readonly Responder[];
  /** "20260203"; the day of the local clock, unless told. */
  readonly today?: () => string;
}

export class RefreshResponder implements Responder {
  readonly #options: RefreshResponderOptions;
  readonly #days = new WeakMap<Library, readonly string[]>();

  constructor(options: RefreshResponderOptions) {
    this.#options = options;
  }

  async answer(request: LiveRequest, library: Library): Promise<Answered | undefined> {
    if (request.operation !== "C-FIND" || !isSchedule(request.sopClassUid)) return undefined;
    const today = this.#options.today?.() ?? localDay(Date.now());
    const identifier = await request.identifier();
    for (const inner of this.#options.inner) {
      for (const day of this.#recordedDays(library)) {
        const days = daysBetween(day, today);
        const moved: LiveRequest = {
          ...request,
          identifier: async () => identifier && shiftedSchedule(identifier, -days),
        };
        const answered = await inner.answer(moved, library);
        if (answered === undefined || !isOfDay(answered, day)) continue;
        return { ...answered, answers: movedAnswers(answered.answers, days) };
      }
    }
    return undefined;
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

async function* movedAnswers(
  answers: Answered["answers"],
  days: number,
): AsyncGenerator<LiveAnswer> {
  for await (const answer of answers) {
    const dataSet = readAnswer(answer.dataSet);
    const moved = dataSet && shiftedSchedule(dataSet, days);
    yield moved === undefined || moved === dataSet ? answer : { ...answer, dataSet: moved };
  }
}
