/** Stories as `show --story` prints them: what belongs together, in the order of time. */
import { escapeControls } from "../escape.ts";
import type { Story, StoryBook, StoryLine } from "../meaning/story.ts";
import { isoOf } from "../meaning/story_json.ts";
import { formatCount, formatDurationMs, formatSize, plural } from "../units.ts";
import type { Paint } from "./paint.ts";
import { sentenceText } from "./show_detail.ts";
import { clockDate, clockTime } from "./show_list.ts";

const INDENT = "    ";

export function* storyLines(
  story: Story,
  { number, paint }: { readonly number: number; readonly paint: Paint },
): Generator<string> {
  const first = story.lines[0];
  const started = isoOf(first?.at ?? 0);
  const ends = story.lines.reduce((end, line) => Math.max(end, line.endAt), first?.at ?? 0);
  const took = formatDurationMs((ends - (first?.at ?? 0)) / 1000);
  const size = `${plural(story.exchanges, "exchange")} in ${plural(story.associations, "association")}`;
  yield "";
  yield `${paint.bold(`Story ${number}`)}  ${clockDate(started)} ${clockTime(started)}, ${size}, took ${took}`;
  for (const uid of story.studyInstanceUids.slice(0, MAX_STUDIES)) {
    yield paint.dim(`${INDENT}study ${escapeControls(uid)}`);
  }
  for (const line of story.lines) {
    const ae = `${escapeControls(line.from)} > ${escapeControls(line.to)}`;
    yield `${paint.dim(`${INDENT}${clockTime(isoOf(line.at))}  #${line.association}`)}  ${ae}  ${lineWords(line, paint)}`;
  }
}

/** Studies that are named above a story. */
const MAX_STUDIES = 5;

function lineWords(line: StoryLine, paint: Paint): string {
  const { sentence, count, length, linkedBy } = line;
  const many =
    count > 1 ? paint.dim(`  (${formatCount(count)} like this, ${formatSize(length)})`) : "";
  const why =
    linkedBy === "AE titles and time" ? paint.dim("  (linked by AE titles and time)") : "";
  return `${sentenceText(sentence, paint)}${many}${why}`;
}

/** What is not in the stories, and why. */
export function storyNotes(
  book: StoryBook,
  { stories, alone }: { readonly stories: number; readonly alone: number },
): string[] {
  const none = stories === 0 ? "Nothing belongs together; " : "";
  return [
    stories === 0 && alone === 0 ? "Nothing was exchanged (show lists the associations)" : "",
    alone > 0 ? `${none}${plural(alone, "exchange")} in no story (show -v lists them)` : "",
    book.left > 0 ? `${formatCount(book.left)} exchanges more than fit: give a filter` : "",
    book.leftKeys > 0 ? "More UIDs than fit: stories may have come apart, give a filter" : "",
  ].filter((note) => note !== "");
}
