/**
 * Values as the page prints them. Sizes, durations and counts are those of the command line.
 *
 * Times are shown in the reader's own zone; the full UTC time stands in the title.
 */

/** "14:15:02.123" of a UTC time, in the zone of the reader. */
export function clockTime(time: string | null): string {
  const at = dateOf(time);
  if (at === undefined) return "-";
  const milliseconds = String(at.getMilliseconds()).padStart(3, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${milliseconds}`;
}

/** "2026-02-03", in the zone of the reader. */
export function clockDate(time: string | null): string {
  const at = dateOf(time);
  if (at === undefined) return "no date";
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The day of what was not today: "2026-02-03"; undefined where the time says enough. */
export function dayBefore(time: string | null): string | undefined {
  const at = dateOf(time);
  return at === undefined || at.toDateString() === new Date().toDateString()
    ? undefined
    : clockDate(time);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${String(count).replace(/\B(?=(\d{3})+$)/g, ",")} ${count === 1 ? one : many}`;
}

/** "A700H", as the standard prints a Status. */
export function statusHex(status: number): string {
  return `${status.toString(16).toUpperCase().padStart(4, "0")}H`;
}

/** AE titles are padded with spaces on the wire; one that is missing or empty is said so. */
export function aeTitle(title: string | null): string {
  if (title === null) return "(none)";
  return title.trim() === "" ? "(empty)" : title;
}

/** How an AE is called in a line: by its address where it has not said its title. */
export function aeName(title: string | null, { address }: { readonly address: string }): string {
  return title === null && address !== "" ? address : aeTitle(title);
}

function dateOf(time: string | null): Date | undefined {
  if (time === null) return undefined;
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
