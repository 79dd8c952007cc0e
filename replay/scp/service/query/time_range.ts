/**
 * Dates and times as keys (PS3.4 C.2.2.2.1, C.2.2.2.5): one value, or a range `a-b`, `a-`, `-b` with
 * both ends in it.
 *
 * Rule: matching is by meaning. A value of less precision (`1015`, `202602`) is the whole minute or
 * month, as an end of a range and as a key of its own. The forms of ACR-NEMA, `2026.02.03` and
 * `10:15:00`, are read too (PS3.5 6.2).
 *
 * An instant is a text of digits, YYYYMMDD, HHMMSSFFFFFF or both: comparing texts compares times.
 */
export type TimeVr = "DA" | "TM" | "DT";

/** All instants from `from` to `to`, both included. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** What a key asks for; undefined where it is no date, time or range of them. */
export function spanOfKey(key: string, vr: TimeVr): Span | undefined {
  const text = key.trim();
  const single = spanOfValue(text, vr);
  if (single !== undefined) return single;
  // A DT may itself have a `-` in its offset from UTC: the first cut that leaves two values counts.
  for (let at = text.indexOf("-"); at >= 0; at = text.indexOf("-", at + 1)) {
    const [first, last] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    if (first === "" && last === "") return undefined;
    const from = first === "" ? LEAST : spanOfValue(first, vr);
    const to = last === "" ? MOST : spanOfValue(last, vr);
    if (from !== undefined && to !== undefined) return { from: from.from, to: to.to };
  }
  return undefined;
}

/** The time that a value names, as precise as it is; undefined where it is none. */
export function spanOfValue(value: string, vr: TimeVr): Span | undefined {
  switch (vr) {
    case "DA": {
      const found = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(value);
      if (found === null) return undefined;
      const day = found.slice(1).join("");
      return { from: day, to: day };
    }
    case "TM": {
      const found = /^(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d{1,6}))?)?)?$/.exec(value);
      return found === null ? undefined : filled(found.slice(1).join(""), 12);
    }
    case "DT": {
      const found = /^(\d{4}|\d{6}|\d{8}|\d{10}|\d{12}|\d{14}(?:\.\d{1,6})?)([+-]\d{4})?$/.exec(
        value,
      );
      if (found === null) return undefined;
      const offset = offsetMinutes(found[2]);
      if (offset === undefined) return undefined;
      const { from, to } = filled((found[1] ?? "").replace(".", ""), 20);
      return offset === 0 ? { from, to } : { from: shifted(from, offset), to: shifted(to, offset) };
    }
    default:
      return vr satisfies never;
  }
}

/** Whether a value lies in a span; one that is less precise lies where it begins. */
export function isWithin(value: Span, { from, to }: Span): boolean {
  return value.from >= from && value.from <= to;
}

const LEAST: Span = { from: "", to: "" };
/** Behind every digit. */
const MOST: Span = { from: ":", to: ":" };

const EARLIEST = "00000101000000000000";
const LATEST = "99991231235959999999";

/** `length` digits: of the 20 from year to microsecond, or of the last 12 from the hour. */
function filled(digits: string, length: 12 | 20): Span {
  const [low, high] = [EARLIEST.slice(-length), LATEST.slice(-length)];
  return { from: digits + low.slice(digits.length), to: digits + high.slice(digits.length) };
}

/** Of `+0100`: 60. PS3.5 6.2 has -1200 to +1400; anything else after a `-` is the end of a range. */
function offsetMinutes(text: string | undefined): number | undefined {
  if (text === undefined) return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(3));
  if (Number(text.slice(3)) > 59 || minutes > (text.startsWith("-") ? 720 : 840)) return undefined;
  return text.startsWith("-") ? -minutes : minutes;
}

/** In UTC. The day 31 that fills a short month is no day of it: it stays, as an end it is late enough. */
function shifted(instant: string, offset: number): string {
  const part = (at: number, length: number): number => Number(instant.slice(at, at + length));
  const date = new Date(0);
  date.setUTCFullYear(part(0, 4), part(4, 2) - 1, part(6, 2));
  date.setUTCHours(part(8, 2), part(10, 2) - offset, part(12, 2));
  const year = String(date.getUTCFullYear()).padStart(4, "0");
  return year + date.toISOString().replace(/\D/g, "").slice(-13, -3) + instant.slice(14);
}
