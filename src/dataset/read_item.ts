/**
 * Items, fragments and delimiters, once their head is read (PS3.5 7.5, A.4), also where they are not
 * expected. What a missing or stray delimiter means is decided here.
 */
import { UNDEFINED_LENGTH } from "./data_set_sink.ts";
import type { Reading } from "./reading.ts";
import { printTag } from "./tag.ts";

const ITEM = 0xfffee000;
const ITEM_DELIMITATION = 0xfffee00d;
const SEQUENCE_DELIMITATION = 0xfffee0dd;

export function isItemTag(tag: number): boolean {
  return tag >= ITEM && tag <= SEQUENCE_DELIMITATION;
}

/** What stands where an item of a sequence must begin. */
export function readItem(reading: Reading): void {
  const level = reading.levels.top;
  const { tag, length } = reading.head;
  if (tag === ITEM) {
    if (!countItem(reading)) return;
    const defined = length !== UNDEFINED_LENGTH;
    const end = defined ? reading.offset + length : Number.POSITIVE_INFINITY;
    if (defined && end > level.end) reading.outrun(level, "item");
    reading.levels.push("item", level.tag, end);
    reading.sink.itemStart(reading.offset, length, level.bigEndian);
    return;
  }
  if (tag === SEQUENCE_DELIMITATION) {
    checkDelimiter(reading);
    if (level.defined)
      stray(reading, "a sequence of defined length has a Sequence Delimitation Item");
    reading.closeTop();
    return;
  }
  // seen behind items of defined length
  if (tag === ITEM_DELIMITATION) stray(reading, "an Item Delimitation Item without an item");
  else notAnItem(reading, "sequence");
}

/** What stands where a fragment must begin; the first one is the Basic Offset Table. */
export function readFragment(reading: Reading): void {
  const level = reading.levels.top;
  const { tag, length } = reading.head;
  if (tag === SEQUENCE_DELIMITATION) {
    checkDelimiter(reading);
    reading.closeTop();
    return;
  }
  if (tag !== ITEM || length === UNDEFINED_LENGTH) {
    notAnItem(reading, "encapsulated pixel data");
    return;
  }
  if (!countItem(reading)) return;
  if ((length & 1) !== 0) reading.findings.oddLength(reading.head, reading.headOffset);
  const end = reading.offset + length;
  reading.valueStart = reading.offset;
  reading.valueEnd = end <= level.end ? end : reading.outrun(level, "fragment");
  reading.sink.fragmentStart(reading.offset, length);
  reading.state = "bulk";
  if (reading.valueEnd === reading.offset) reading.endBulk();
}

/** Item and delimiter tags where elements stand: what they end, if anything. */
export function readDelimiter(reading: Reading): void {
  const level = reading.levels.top;
  const { tag, length } = reading.head;
  if (level.kind === "item" && tag === ITEM_DELIMITATION) {
    checkDelimiter(reading);
    if (!level.defined) reading.closeTop();
    else stray(reading, "an item of defined length has an Item Delimitation Item"); // its length counts
    return;
  }
  if (level.kind === "item" && !level.defined) {
    stray(reading, `${printTag(tag)} comes before the Item Delimitation Item`);
    reading.closeTop();
    reading.unread();
    return;
  }
  stray(reading, `${printTag(tag)} stands among elements`);
  if (tag === ITEM && length !== UNDEFINED_LENGTH) {
    reading.passOver(Math.min(reading.offset + length, level.end));
  }
}

/**
 * Something else where an item must stand. Where a delimiter is what is missing, the octets are
 * an element of the data set around: that one is read next.
 */
function notAnItem(reading: Reading, what: string): void {
  const level = reading.levels.top;
  const { tag } = reading.head;
  const offset = reading.headOffset;
  const text = `${printTag(tag)} stands where an item of the ${what} must begin`;
  reading.tell("data-set-not-an-item", { text, offset });
  if (level.defined) {
    reading.passOver(level.end);
    return;
  }
  // item tags end nothing here, and an element of the data set around must be a likely one
  if (isItemTag(tag) || tag <= reading.levels.outer().lastTag) {
    reading.stop("data-set-not-an-item", "the rest is not read", offset);
    return;
  }
  reading.closeTop();
  reading.unread();
}

function countItem(reading: Reading): boolean {
  if (++reading.items > reading.maxItems) {
    const text = `more than ${reading.maxItems} items and fragments`;
    reading.stop("data-set-too-many", text, reading.headOffset);
    return false;
  }
  reading.levels.top.items++;
  return true;
}

function checkDelimiter(reading: Reading): void {
  if (reading.head.length !== 0) {
    reading.findings.delimiterLength(reading.head, reading.headOffset);
  }
}

function stray(reading: Reading, text: string): void {
  reading.tell("data-set-stray-delimiter", { text });
}
