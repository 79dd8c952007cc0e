/**
 * Octets in rows of 16, hexadecimal and as text. Arrow keys move from octet to octet; what holds the
 * octet is marked in the tree of fields.
 */
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { HiddenRange, PduField } from "../../api_types.ts";
import { classes, html } from "../html.ts";
import { readHex } from "./pdu_fields.ts";

interface HexViewProps {
  readonly hex: string;
  /** Its octets are marked. */
  readonly field: PduField | undefined;
  readonly hidden: readonly HiddenRange[];
  readonly choose: (offset: number) => void;
}

const WIDTH = 16;

const MOVES: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -WIDTH,
  ArrowDown: WIDTH,
};

export function HexView({ hex, field, hidden, choose }: HexViewProps): VNode {
  const octets = useMemo(() => readHex(hex), [hex]);
  const [last, setLast] = useState(0);
  // Not set by an effect: one that comes late would take back what a quick key has moved.
  const cursor = field === undefined || isIn(field, last) ? last : field.offset;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (field === undefined) return;
    const row = box.current?.querySelector(`[data-row="${Math.floor(cursor / WIDTH)}"]`);
    row?.scrollIntoView({ block: "nearest" });
  }, [field, cursor]);
  const go = (offset: number) => {
    setLast(offset);
    choose(offset);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = MOVES[event.key];
    if (by === undefined) return;
    event.preventDefault();
    go(Math.min(octets.length - 1, Math.max(0, cursor + by)));
  };
  const onClick = (event: MouseEvent) => {
    const at = (event.target as HTMLElement).closest<HTMLElement>("[data-at]")?.dataset["at"];
    if (at !== undefined) go(Number(at));
  };
  const rows: VNode[] = [];
  for (let start = 0; start < octets.length; start += WIDTH) {
    const part = octets.slice(start, start + WIDTH);
    const look = (index: number) => {
      const at = start + index;
      return classes(
        field !== undefined && isIn(field, at) && "on",
        at === cursor && field !== undefined && "cursor",
        hidden.some((range) => isIn(range, at)) && "hidden_octet",
      );
    };
    rows.push(html`<div class="hex_row" key=${start} data-row=${start / WIDTH}>
      <span class="hex_place">${start.toString(16).padStart(4, "0")}</span>
      <span class="hex_octets">
        ${part.map(
          (octet, index) => html`<i key=${index} data-at=${start + index} class=${look(index)}
            >${octet === undefined ? "··" : octet.toString(16).padStart(2, "0")}</i
          >`,
        )}
      </span>
      <span class="hex_text">
        ${part.map(
          (octet, index) => html`<i key=${index} data-at=${start + index} class=${look(index)}
            >${printable(octet)}</i
          >`,
        )}
      </span>
    </div>`);
  }
  return html`<div
    ref=${box}
    class="hex"
    tabindex="0"
    role="group"
    aria-label="Octets; the arrow keys move between them"
    onKeyDown=${onKeyDown}
    onClick=${onClick}
  >
    ${rows}
  </div>`;
}

function isIn(range: { readonly offset: number; readonly length: number }, at: number): boolean {
  return at >= range.offset && at < range.offset + range.length;
}

function printable(octet: number | undefined): string {
  if (octet === undefined) return "·";
  return octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : ".";
}
