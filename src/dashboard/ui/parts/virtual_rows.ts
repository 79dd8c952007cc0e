/**
 * A list of any length of which only the rows in sight are in the page.
 *
 * Rule: all rows are equally high, and browsers draw no element higher than about 16 million px. A
 * list that would be higher is scrolled by proportion: `MAX_HEIGHT` stands for all of it.
 *
 * The style sheet gets `--full`, the height of all rows, and beside the rows, for a head above them,
 * `--scrollbar`, the width that the scroll bar takes from them.
 */
import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Child, classes, html } from "../html.ts";

interface VirtualRowsProps {
  readonly count: number;
  /** Height of a row in rem. */
  readonly rowRem: number;
  readonly row: (index: number) => Child;
  /** Is told which rows are in sight, from the first to before the last. */
  readonly inSight?: (from: number, to: number) => void;
  /** Row to keep in sight: scrolled to whenever it changes. */
  readonly reveal?: number | undefined;
  readonly label: string;
  readonly className?: string;
  /** Role of what holds the rows. */
  readonly role?: string;
  /** Counts up when rows were put in front: what is looked at then stays where it is. */
  readonly shift?: number;
  /** Under this name the place is kept for whoever comes back. */
  readonly keep?: string;
}

/** How far lists were scrolled, by `keep`. */
const kept = new Map<string, number>();
/** Names that are kept. */
const MOST_KEPT = 50;

const MAX_HEIGHT = 12_000_000;
/** On paper a list is as high as its rows: more than this is not drawn. */
const MAX_SIGHT = 8_000;
/** Rows that are drawn beyond those in sight, each way. */
const MARGIN = 8;

export function VirtualRows(props: VirtualRowsProps): VNode {
  const { count, rowRem, row, inSight, reveal, label, className, role = "list", shift = 0 } = props;
  const { keep } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600, rem: 14 });
  const rowHeight = Math.round(rowRem * view.rem);
  const full = count * rowHeight;
  const height = Math.min(full, MAX_HEIGHT);
  const factor = height > view.height ? (full - view.height) / (height - view.height) : 1;
  const top = Math.min(view.top * factor, Math.max(0, full - view.height));
  const from = Math.max(0, Math.floor(top / rowHeight) - MARGIN);
  const to = Math.min(count, Math.ceil((top + view.height) / rowHeight) + MARGIN);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = () => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const bar = element.offsetWidth - element.clientWidth;
      element.parentElement?.style.setProperty("--scrollbar", `${bar}px`);
      const height = Math.min(element.clientHeight, MAX_SIGHT);
      setView({ top: element.scrollTop, height, rem });
    };
    element.scrollTop = kept.get(keep ?? "") ?? 0;
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    inSight?.(from, to);
  }, [from, to, count, inSight]);

  // Only when another row is to be seen.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || reveal === undefined || reveal < 0) return;
    const at = reveal * rowHeight;
    const low = element.scrollTop * factor;
    if (at < low) element.scrollTop = at / factor;
    const lowest = at + rowHeight - element.clientHeight;
    if (lowest > low) element.scrollTop = lowest / factor;
  }, [reveal, rowHeight]);

  const lastShift = useRef(shift);
  useLayoutEffect(() => {
    const element = box.current;
    const rows = shift - lastShift.current;
    lastShift.current = shift;
    // At the very top the newest are looked at; elsewhere the place is kept.
    if (element !== null && rows > 0 && element.scrollTop > rowHeight / 2) {
      element.scrollTop += (rows * rowHeight) / factor;
    }
  }, [shift, rowHeight, factor]);

  const rows: Child[] = [];
  for (let index = from; index < to; index++) rows.push(row(index));
  const offset = Math.round(view.top - (top - from * rowHeight));
  return html`<div
    ref=${box}
    class=${classes("virtual", className)}
    tabindex="0"
    role=${role === "rowgroup" ? "rowgroup" : "region"}
    aria-label=${label}
    style=${{ "--full": `${height}px` }}
    onScroll=${(event: Event) => {
      const { scrollTop } = event.currentTarget as HTMLElement;
      if (keep !== undefined) keepPlace(keep, scrollTop);
      setView((last) => ({ ...last, top: scrollTop }));
    }}
  >
    <div class="virtual_full" role="presentation">
      <div
        class="virtual_rows"
        role=${role === "rowgroup" ? "presentation" : role}
        style=${{
          "--row": `${rowHeight}px`,
          "--shift": `${factor === 1 ? from * rowHeight : offset}px`,
        }}
      >
        ${rows}
      </div>
    </div>
  </div>`;
}

function keepPlace(name: string, top: number): void {
  kept.delete(name);
  kept.set(name, top);
  for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
}
