/**
 * Dates of DA and DT moved by whole days, or made one fixed day (PS3.5 6.2). Times of day stay.
 *
 * Rule: what is no date is left as it is, and so is a date without a day (DT of a year or month).
 * Rule: ranges of query keys move too, "20260101-", "-20260201", "20260101-20260201" (PS3.4
 * C.2.2.2.5).
 * Rule: dates that say nothing of when the recording was made stay: `STAYS`.
 */
import { parseTag } from "../../src/dataset/tag.ts";

/** Days to add, or the day to put in their place. */
export type DateChange = { readonly days: number } | { readonly day: string };

/** A value of DA or DT, one or several between backslashes; the same text where nothing changes. */
export function changedDates(text: string, change: DateChange): string {
  return text.replace(
    /(^|[\\-])( *)(\d{4})(\.?)(\d{2})\4(\d{2})(?=[\d.&+\\ -]|$)/g,
    (
      found,
      before: string,
      blanks: string,
      year: string,
      dot: string,
      month: string,
      day: string,
    ) => {
      const time = dayTime(year, month, day);
      if (time === undefined) return found;
      const other = "day" in change ? change.day : dayText(time + change.days * DAY);
      if (other === undefined) return found;
      const [y, m, d] = [other.slice(0, 4), other.slice(4, 6), other.slice(6)];
      return `${before}${blanks}${y}${dot}${m}${dot}${d}`;
    },
  );
}

/** Whole days from one day to another, both "20260203". */
export function daysBetween(from: string, to: string): number {
  return Math.round(((timeOf(to) ?? 0) - (timeOf(from) ?? 0)) / DAY);
}

/** A day of the calendar as "20260203" (PS3.5 6.2, DA)? */
export function isDay(text: string): boolean {
  return /^\d{8}$/.test(text) && timeOf(text) !== undefined;
}

/** The day of a moment in the time zone of this machine: recorders and modalities stand in one. */
export function localDay(milliseconds: number): string {
  const date = new Date(milliseconds);
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return `${pad(year, 4)}${pad(month, 2)}${pad(day, 2)}`;
}

/** Whether an element's date is the same whenever it is replayed. */
export function dateStays(tag: number): boolean {
  return STAYS.has(tag);
}

const STAYS: ReadonlySet<number> = new Set(
  [
    "0010,0030", // Patient's Birth Date
    "0008,0106", // Context Group Version: a name in the form of a date
    "0008,0107", // Context Group Local Version
    "0040,DB06", // Template Version
    "0040,DB07", // Template Local Version
    "0018,1204", // Date of Manufacture
    "0018,1205", // Date of Installation
  ].map((tag) => parseTag(tag) ?? 0),
);

const DAY = 24 * 60 * 60 * 1000;

function timeOf(day: string): number | undefined {
  return dayTime(day.slice(0, 4), day.slice(4, 6), day.slice(6, 8));
}

/** Midnight UTC; undefined for a day that no calendar has. */
function dayTime(year: string, month: string, day: string): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const same = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return same ? date.getTime() : undefined;
}

/** Undefined outside of the years that four digits have. */
function dayText(time: number): string | undefined {
  const date = new Date(time);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return undefined;
  return `${pad(year, 4)}${pad(date.getUTCMonth() + 1, 2)}${pad(date.getUTCDate(), 2)}`;
}

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}
