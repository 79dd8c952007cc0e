/**
 * Elements of a data set or item, once their head is read (PS3.5 7.1): values, sequences, and what a
 * length of FFFFFFFFH means.
 */
import { UNDEFINED_LENGTH } from "./data_set_sink.ts";
import { implicitVr } from "./implicit_vr.ts";
import { isItemTag, readDelimiter } from "./read_item.ts";
import { EMPTY, type Reading } from "./reading.ts";
import { isPrivate, isPrivateCreator } from "./tag.ts";

const PIXEL_REPRESENTATION = 0x00280103;

/**
 * `at` is where the chunk goes on behind the head; returns where it goes on behind what was read.
 * Three plain arguments, as this runs for every element.
 */
export function readElement(reading: Reading, chunk: Uint8Array, at: number): number {
  const { head, findings } = reading;
  const level = reading.levels.top;
  const { tag, length } = head;
  if (isItemTag(tag)) {
    readDelimiter(reading);
    return at;
  }
  const offset = reading.headOffset;
  if (isOver(reading, offset)) return at;
  reading.elements++;
  if (head.problem !== "") adapt(reading, offset);
  if (head.vr === "") head.setVr(implicitVr(tag, level));
  if (tag < reading.firstTag) findings.foreignGroup(tag, offset);
  if (tag <= level.lastTag) findings.disorder(tag, { level, offset });
  level.elements++;
  level.lastTag = tag;
  if (level.explicit && !isPrivate(tag)) findings.wrongVr(head, offset);
  if (length === UNDEFINED_LENGTH) {
    readUndefined(reading);
    return at;
  }
  if ((length & 1) !== 0) findings.oddLength(head, offset);
  if (head.vr === "SQ") {
    openSequence(reading, reading.offset + length);
    return at;
  }
  const end = reading.offset + length;
  reading.valueStart = reading.offset;
  reading.valueEnd = end <= level.end ? end : reading.outrun(level, "value");
  const octets = reading.valueEnd - reading.valueStart;
  if (octets > reading.valueLimit) {
    reading.sink.bulkStart(tag, head.vr, reading.offset, length);
    reading.state = "bulk";
    return at;
  }
  if (chunk.length - at < octets) {
    reading.state = "value";
    return at;
  }
  reading.offset = reading.valueEnd;
  tellValue(reading, octets === 0 ? EMPTY : chunk.subarray(at, at + octets));
  return at + octets;
}

/** A value is whole, or as whole as it gets. */
export function tellValue(reading: Reading, bytes: Uint8Array): void {
  const { tag, vr } = reading.head;
  const level = reading.levels.top;
  if (tag === PIXEL_REPRESENTATION) level.signed = (bytes[0] ?? 0) + (bytes[1] ?? 0) > 0;
  if (!level.explicit && isPrivateCreator(tag)) {
    level.creators ??= new Map();
    level.creators.set(tag, String.fromCharCode(...bytes.subarray(0, 64)).trim());
  }
  reading.sink.value(tag, vr, bytes, reading.valueStart);
}

/** Nothing but padding comes, or more than is read. */
function isOver(reading: Reading, offset: number): boolean {
  const level = reading.levels.top;
  const { tag, length } = reading.head;
  if (tag === 0 && length === 0 && level.kind === "data set") {
    const first = level.elements === 0;
    const text = first ? "octets of 00H and no element" : "octets of 00H follow the last element";
    reading.stop("data-set-trailing", text, offset);
    reading.whole = !first;
    return true;
  }
  if (reading.elements < reading.maxElements) return false;
  reading.stop("data-set-too-many", `more than ${reading.maxElements} elements`, offset);
  return true;
}

/** A first element that shows the other encoding: its data set goes on like that. */
function adapt(reading: Reading, offset: number): void {
  const level = reading.levels.top;
  const { problem } = reading.head;
  if (level.elements === 0 && problem === "no VR") level.explicit = false;
  if (problem === "explicit VR") level.explicit = true;
  if (problem !== "unknown VR") level.doubtful = true;
  reading.findings.headProblem(reading.head, offset);
}

/** FFFFFFFFH: a sequence, fragments, or nonsense (7.1.1). */
function readUndefined(reading: Reading): void {
  const { head } = reading;
  // without a VR on the wire only a sequence can be meant (7.5)
  if (!reading.levels.top.explicit && head.vr === "UN") head.setVr("SQ");
  const { tag, vr } = head;
  if (vr !== "SQ" && vr !== "UN") {
    if (head.facts?.kind === "octets") {
      reading.sink.fragmentsStart(tag, vr, reading.offset);
      reading.levels.push("fragments", tag, Number.POSITIVE_INFINITY);
      return;
    }
    const text = `undefined length is not allowed with VR ${head.facts?.vr ?? "unknown"}; read as a sequence`;
    reading.tell("data-set-undefined-length", { tag, text });
  }
  openSequence(reading, Number.POSITIVE_INFINITY);
}

function openSequence(reading: Reading, end: number): void {
  const level = reading.levels.top;
  const { tag, vr, length } = reading.head;
  if (reading.levels.nesting >= reading.maxDepth) {
    const text = `sequences are nested deeper than ${reading.maxDepth}; the rest is not read`;
    reading.stop("data-set-too-deep", text, reading.headOffset);
    return;
  }
  if (length !== UNDEFINED_LENGTH && end > level.end) reading.outrun(level, "sequence");
  reading.sink.sequenceStart(tag, vr, reading.offset, length);
  const opened = reading.levels.push("sequence", tag, end);
  if (vr === "UN") {
    // 6.2.2: whatever the data set's encoding, UN of undefined length has Implicit VR items
    opened.explicit = false;
    opened.bigEndian = false;
  }
}
