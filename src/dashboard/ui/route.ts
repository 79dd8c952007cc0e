/**
 * Addresses of the page's views: every view has one that can be shared, and reading and writing it
 * are one the reverse of the other.
 */
import type { AssociationSort } from "../api_types.ts";

export type Route =
  | ListRoute
  | {
      readonly page: "association";
      readonly capture: string;
      readonly id: number;
      readonly panel: Panel;
      /** Index of the message that is open. */
      readonly message: number | undefined;
      /** Number of the PDU that is open. */
      readonly pdu: number | undefined;
    }
  | { readonly page: "numbers" | "stories"; readonly filter: string }
  | { readonly page: "replays"; readonly id: string | undefined }
  | { readonly page: "captures" }
  | { readonly page: "unknown"; readonly path: string };

export interface ListRoute extends ListOrder {
  readonly page: "list";
  readonly filter: string;
}

export interface ListOrder {
  readonly sort: AssociationSort;
  readonly order: "asc" | "desc";
}

export const NEWEST_FIRST: ListOrder = { sort: "started", order: "desc" };

const SORTS: Readonly<Record<AssociationSort, true>> = {
  started: true,
  duration: true,
  messages: true,
  bytes: true,
  findings: true,
  calling: true,
  called: true,
  outcome: true,
};

export const PANELS = ["ladder", "messages", "pdus", "contexts", "timing", "findings"] as const;
export type Panel = (typeof PANELS)[number];

/** Views of the associations that match a filter. */
export type FilteredRoute = Extract<Route, { readonly filter: string }>;

export type AssociationRoute = Extract<Route, { page: "association" }>;

/** `address`: path with query, as the browser has it. Whatever it is, there is a route for it. */
export function readRoute(address: string): Route {
  const [path = "", query = ""] = address.split(/[?#]/, 2);
  const parameters = new URLSearchParams(query);
  const filter = parameters.get("filter") ?? "";
  const steps = path.split("/").filter((step) => step !== "");
  const [first, second, third] = steps;
  if (first === undefined) return listRoute(filter, orderIn(parameters));
  if (steps.length === 1) {
    if (first === "numbers" || first === "stories") return { page: first, filter };
    if (first === "captures") return { page: "captures" };
    if (first === "replays") return { page: "replays", id: undefined };
  }
  if (first === "replays" && second !== undefined && steps.length === 2) {
    return { page: "replays", id: decoded(second) };
  }
  if (first === "a" && second !== undefined && steps.length === 3) {
    const id = numberIn(third ?? null);
    if (id !== undefined) {
      const panel = PANELS.find((name) => name === parameters.get("panel")) ?? "ladder";
      const message = numberIn(parameters.get("message"));
      const pdu = numberIn(parameters.get("pdu"));
      return { page: "association", capture: decoded(second), id, panel, message, pdu };
    }
  }
  return { page: "unknown", path };
}

export function routeAddress(route: Route): string {
  switch (route.page) {
    case "list": {
      const { filter, sort, order } = route;
      return `/${queryOf({
        filter,
        sort: sort === NEWEST_FIRST.sort ? undefined : sort,
        order: order === NEWEST_FIRST.order ? undefined : order,
      })}`;
    }
    case "association": {
      const { capture, id, panel, message, pdu } = route;
      const shown = panel === "ladder" ? undefined : panel;
      return `/a/${encodeURIComponent(capture)}/${id}${queryOf({ panel: shown, message, pdu })}`;
    }
    case "numbers":
    case "stories":
      return `/${route.page}${queryOf({ filter: route.filter })}`;
    case "replays":
      return route.id === undefined ? "/replays" : `/replays/${encodeURIComponent(route.id)}`;
    case "captures":
      return "/captures";
    case "unknown":
      return route.path;
    default:
      return route satisfies never;
  }
}

/** The list of what matches, in an order; all of it, the newest first, where nothing is said. */
export function listRoute(filter = "", { sort, order }: ListOrder = NEWEST_FIRST): ListRoute {
  return { page: "list", filter, sort, order };
}

/** Another panel of the same association, with nothing open in it. */
export function openPanel(route: AssociationRoute, panel: Panel): AssociationRoute {
  return { ...route, panel, message: undefined, pdu: undefined };
}

/** Where an association is shown, by its key "capture/id". */
export function associationAddress(
  key: { readonly capture: string; readonly id: number },
  open: { readonly panel?: Panel; readonly message?: number; readonly pdu?: number } = {},
): string {
  const { capture, id } = key;
  const { panel = "ladder", message, pdu } = open;
  return routeAddress({ page: "association", capture, id, panel, message, pdu });
}

/** The same of a key as the API writes it: "2026-02-03.dcap/17". */
export function addressOfKey(
  key: string,
  open: { readonly panel?: Panel; readonly message?: number; readonly pdu?: number } = {},
): string {
  const cut = key.lastIndexOf("/");
  return associationAddress({ capture: key.slice(0, cut), id: Number(key.slice(cut + 1)) }, open);
}

function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const parts = Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

function orderIn(parameters: URLSearchParams): ListOrder {
  const sort = parameters.get("sort") ?? "";
  const order = parameters.get("order") === "asc" ? "asc" : NEWEST_FIRST.order;
  return {
    sort: Object.hasOwn(SORTS, sort) ? (sort as AssociationSort) : NEWEST_FIRST.sort,
    order,
  };
}

function numberIn(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** A step of a path as it was before it was encoded; as it is where it was not. */
function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
