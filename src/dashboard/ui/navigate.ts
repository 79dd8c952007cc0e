/** The address bar: which view it names, how a link of the page changes it, and what follows. */
import { computed, signal } from "@preact/signals";
import { arrive } from "./arrive.ts";
import { type ListRoute, listRoute, type Route, readRoute, routeAddress } from "./route.ts";

const address = signal(currentAddress());

export const route = computed<Route>(() => readRoute(address.value));

/** By address: how far it was scrolled, and which link led away from there. */
const left = new Map<string, { readonly top: number; readonly led: string }>();
/** Addresses that are remembered. */
const MOST = 50;

let lastList: ListRoute = listRoute();

/** The list as it was looked at last: where an association leads back to. */
export function listBefore(): ListRoute {
  return lastList;
}

/** Goes to a view; `replace`: as the same step of the history, as for what was only selected. */
export function navigate(to: Route | string, { replace = false } = {}): void {
  const next = typeof to === "string" ? to : routeAddress(to);
  const from = address.peek();
  if (next === from) return;
  if (replace) {
    history.replaceState(null, "", next);
    show(next);
    return;
  }
  left.delete(from);
  left.set(from, { top: main()?.scrollTop ?? 0, led: next });
  for (const oldest of left.keys()) if (left.size > MOST) left.delete(oldest);
  history.pushState(null, "", next);
  const elsewhere = show(next);
  if (elsewhere) main()?.scrollTo(0, 0);
  // Where it leads back to a list, the place there is taken up again.
  const isList = elsewhere && route.peek().page === "list";
  arrive({ ...(isList ? left.get(next) : {}), elsewhere });
}

export function watchAddress(): void {
  keepList();
  window.addEventListener("popstate", () => {
    const next = currentAddress();
    const elsewhere = show(next);
    arrive({ ...left.get(next), elsewhere });
  });
  // A plain click on a link of the page changes the view; all other clicks stay the browser's.
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.("a");
    if (!(link instanceof HTMLAnchorElement) || link.target !== "") return;
    if (link.origin !== location.origin || link.hasAttribute("download")) return;
    if (link.pathname.startsWith("/api/") || link.pathname === "/metrics") return;
    if (link.hash !== "" && link.pathname === location.pathname) return;
    event.preventDefault();
    navigate(`${link.pathname}${link.search}`);
  });
}

/** True where another view than before is shown, not only something else of it. */
function show(next: string): boolean {
  const before = viewOf(route.peek());
  address.value = next;
  keepList();
  return viewOf(route.peek()) !== before;
}

function viewOf(shown: Route): string {
  return shown.page === "association" ? `${shown.capture}/${shown.id}` : shown.page;
}

function main(): HTMLElement | null {
  return document.getElementById("main");
}

function keepList(): void {
  const shown = route.peek();
  if (shown.page === "list") lastList = shown;
}

function currentAddress(): string {
  return `${location.pathname}${location.search}`;
}
