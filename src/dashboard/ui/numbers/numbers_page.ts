/** Numbers of all associations that match: how many, how much, how fast, and what went wrong. */
import type { VNode } from "preact";
import { formatCount, formatSize } from "../../../units.ts";
import type { NumbersJson } from "../../api_types.ts";
import { apiPath } from "../api.ts";
import { plural } from "../format.ts";
import { html } from "../html.ts";
import { FilterBox } from "../list/filter_box.ts";
import { Fetched } from "../parts/fetched.ts";
import { PageHead } from "../parts/page_head.ts";
import { Empty } from "../parts/states.ts";
import { useResource } from "../resource.ts";
import type { FilteredRoute } from "../route.ts";
import { ExchangeTable } from "./exchange_table.ts";
import { LatencyTable } from "./latency_table.ts";
import { OutcomeBars } from "./outcome_bars.ts";
import { RejectTable } from "./reject_table.ts";
import { StatusBars } from "./status_bars.ts";
import { TimeChart } from "./time_chart.ts";

export function NumbersPage({ route }: { readonly route: FilteredRoute }): VNode {
  const { filter } = route;
  const resource = useResource<NumbersJson>(apiPath("numbers", { filter }), {
    keep: true,
  });
  return html`<${PageHead}
      title="Numbers"
      about=${resource.data === undefined ? "How many, how much, how fast" : html`<${Basis} numbers=${resource.data} />`}
    >
      <button type="button" onClick=${resource.reload}>Count again</button>
    <//>
    <${FilterBox} route=${route} />
    <${Fetched}
      resource=${resource}
      what="numbers"
      show=${(data: NumbersJson) => html`<${Charts} numbers=${data} />`}
    />`;
}

function Basis({ numbers }: { readonly numbers: NumbersJson }): VNode {
  const { associations, exchanges, looked_into, bytes } = numbers;
  return html`${plural(associations, "association")},${" "}
    ${formatSize(bytes.requestor)} from requestors and ${formatSize(bytes.acceptor)} from acceptors.
    Times are of ${plural(exchanges, "exchange")}
    ${looked_into < associations && ` in the newest ${formatCount(looked_into)} associations`}.`;
}

function Charts({ numbers }: { readonly numbers: NumbersJson }): VNode {
  if (numbers.associations === 0) {
    return html`<${Empty} title="Nothing to count">
      <p>No association matches. <a href="/numbers">Count all</a></p>
    <//>`;
  }
  const { over_time, bucket_ms, outcomes, statuses, latency, rejects, slowest, largest } = numbers;
  return html`<div class="charts">
    <${TimeChart} buckets=${over_time} bucketMs=${bucket_ms} of="associations" />
    <${TimeChart} buckets=${over_time} bucketMs=${bucket_ms} of="bytes" />
    <${OutcomeBars} outcomes=${outcomes} />
    <${StatusBars} statuses=${statuses} />
    <${LatencyTable} rows=${latency} />
    <${RejectTable} rejects=${rejects} />
    <${ExchangeTable} title="Slowest exchanges" rows=${slowest} by="ms" />
    <${ExchangeTable} title="Largest exchanges" rows=${largest} by="length" />
  </div>`;
}
