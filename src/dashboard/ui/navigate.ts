/** The address bar: which view it names, and how a link of the page changes it. */
import { computed, signal } from "@preact/signals";
import { type Route, readRoute, routeAddress } from "./route.ts";

const address = signal(currentAddress());

export const route = computed<Route>(() => readRoute(address.value));

/** Goes to a view; `replace`: as the same step of the history, as for what was only selected. */
export function navigate(to: Route | string, { replace = false } = {}): void {
  const next = typeof to === "string" ? to : routeAddress(to);
  if (next === address.peek()) return;
  if (replace) history.replaceState(null, "", next);
  else history.pushState(null, "", next);
  address.value = next;
}

export function watchAddress(): void {
  window.addEventListener("popstate", () => {
    address.value = currentAddress();
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
    window.scrollTo(0, 0);
  });
}

function currentAddress(): string {
  return `${location.pathname}${location.search}`;
}
