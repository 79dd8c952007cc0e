/** What was fetched for a view; until it is there, that it is loading, or why it did not come. */
import type { VNode } from "preact";
import { type Child, html } from "../html.ts";
import type { Resource } from "../resource.ts";
import { Failure, Loading } from "./states.ts";

interface FetchedProps<T> {
  readonly resource: Resource<T>;
  /** "stories". */
  readonly what: string;
  readonly show: (data: T) => Child;
}

export function Fetched<T>({ resource, what, show }: FetchedProps<T>): VNode {
  const { data, error, reload } = resource;
  if (data !== undefined) return html`${show(data)}`;
  if (error === undefined) return html`<${Loading} what=${what} />`;
  return html`<${Failure} what=${`the ${what}`} error=${error} again=${reload} />`;
}
