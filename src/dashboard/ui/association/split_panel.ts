/** A long list, and beside it what is open of it: j and k go on, and each row has an address. */
import type { VNode } from "preact";
import { useCallback, useLayoutEffect } from "preact/hooks";
import { focusSoon } from "../focus_soon.ts";
import { type Child, html } from "../html.ts";
import { useKeys } from "../keys.ts";
import type { Paged } from "../paged.ts";
import { Empty, Failure, Loading } from "../parts/states.ts";
import { VirtualRows } from "../parts/virtual_rows.ts";

interface SplitPanelProps {
  readonly paged: Paged<unknown>;
  /** "message", "PDU". */
  readonly one: string;
  /** Index of the row that is open. */
  readonly at: number | undefined;
  readonly open: (index: number) => void;
  readonly row: (index: number) => Child;
  readonly detail: (index: number) => Child;
  /** Where there is no row. */
  readonly none: Child;
  readonly rowRem: number;
}

export function SplitPanel(props: SplitPanelProps): VNode {
  const { paged, one, at, open, row, detail, none, rowRem } = props;
  paged.version.value; // draws again when rows come
  useLayoutEffect(() => {
    paged.ensure(0, 1);
  }, [paged]);
  const look = useCallback((from: number, to: number) => paged.ensure(from, to), [paged]);
  const total = paged.total;
  const go = (index: number) => {
    open(index);
    focusSoon(".mrow.current a");
  };
  useKeys({
    j: () => go(Math.min((total ?? 1) - 1, (at ?? -1) + 1)),
    k: () => go(Math.max(0, (at ?? 1) - 1)),
  });
  const error = paged.error.value;
  if (error !== undefined) return html`<${Failure} what=${`the ${one}s`} error=${error} />`;
  if (total === undefined) return html`<${Loading} what=${`${one}s`} />`;
  if (total === 0) return html`${none}`;
  return html`<div class=${at === undefined ? "split" : "split opened"}>
    <${VirtualRows}
      className="split_list panel"
      count=${total}
      rowRem=${rowRem}
      label=${`${one}s`}
      reveal=${at}
      inSight=${look}
      row=${row}
    />
    <div class="split_detail panel">
      ${
        at === undefined
          ? html`<${Empty} title=${`No ${one} is open`}>
              <p>Choose one, or press <kbd>j</kbd>.</p>
            <//>`
          : detail(at)
      }
    </div>
  </div>`;
}
