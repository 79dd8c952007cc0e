/** The table of the live list: a head to sort by, and the rows in sight. */
import type { VNode } from "preact";
import { useCallback } from "preact/hooks";
import type { AssociationSort } from "../../api_types.ts";
import { classes, html } from "../html.ts";
import { VirtualRows } from "../parts/virtual_rows.ts";
import { routeAddress } from "../route.ts";
import { medium, narrow } from "../screen.ts";
import { AssociationRowView } from "./association_row.ts";
import type { ListStore } from "./list_store.ts";

interface Column {
  readonly name: string;
  readonly title: string;
  /** What it is, where the title does not say it all. */
  readonly about?: string;
  readonly sort?: AssociationSort;
  /** Numbers stand at the right. */
  readonly right?: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: "pick", title: "Selected" },
  { name: "time", title: "Started", sort: "started" },
  { name: "outcome", title: "Outcome", sort: "outcome" },
  { name: "aes", title: "Calling → called", sort: "calling" },
  { name: "peer", title: "Peer", about: "Address of the requestor" },
  { name: "route", title: "Route", about: "Address that the requestor connected to" },
  { name: "what", title: "What it did" },
  { name: "findings", title: "Findings", sort: "findings" },
  { name: "messages", title: "Messages", sort: "messages", right: true },
  {
    name: "sent",
    title: "Sent",
    about: "Octets from the requestor; sorted by those of both",
    sort: "bytes",
    right: true,
  },
  { name: "received", title: "Received", about: "Octets from the acceptor", right: true },
  { name: "spark", title: "Activity", about: "Octets over the duration" },
  { name: "duration", title: "Duration", sort: "duration", right: true },
];

interface TableProps {
  readonly store: ListStore;
  readonly sortBy: (sort: AssociationSort) => void;
}

export function AssociationTable({ store, sortBy }: TableProps): VNode {
  const { paged, query, current } = store;
  paged.version.value; // draws again when rows come
  const look = useCallback((from: number, to: number) => store.look(from, to), [store]);
  const count = paged.total ?? 0;
  const reveal = current.value === undefined ? undefined : paged.indexOf(current.value);
  return html`<div class=${classes("associations", store.selecting.value && "selecting")} role="table" aria-label="Associations" aria-rowcount=${count + 1}>
    <div role="rowgroup" class="thead">
      <div role="row" class="arow head" aria-rowindex="1">
        ${COLUMNS.map(
          ({ name, title, about, sort, right }) => html`<div
            key=${name}
            role="columnheader"
            class=${classes(name, right && "right")}
            title=${about}
            aria-sort=${ariaSort(sort === query.sort, query.order)}
          >
            ${
              sort === undefined
                ? html`<span>${title}</span>`
                : html`<button type="button" onClick=${() => sortBy(sort)}>
                    ${title} <i aria-hidden="true" class=${sort === query.sort ? query.order : ""} />
                  </button>`
            }
          </div>`,
        )}
      </div>
    </div>
    <${VirtualRows}
      count=${count}
      rowRem=${narrow.value ? 4.6 : medium.value ? 3.5 : 2.5}
      keep=${routeAddress({ page: "list", ...query })}
      label="Rows of the table"
      role="rowgroup"
      reveal=${reveal}
      shift=${store.shift.value}
      inSight=${look}
      row=${(index: number) => html`<${AssociationRowView}
        key=${paged.at(index)?.key ?? index}
        index=${index}
        row=${paged.at(index)}
        store=${store}
      />`}
    />
  </div>`;
}

function ariaSort(sorted: boolean, order: "asc" | "desc"): string | undefined {
  if (!sorted) return undefined;
  return order === "asc" ? "ascending" : "descending";
}
