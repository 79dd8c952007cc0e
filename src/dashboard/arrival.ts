/**
 * A link from another site (webmail, a wiki, a ticket) that leads to a view of the dashboard.
 *
 * The cookie is `SameSite=Strict`, so the browser does not send it with such a link, and the person
 * would meet the login page though they are signed in. So an address that asks for a page and came
 * without a cookie is answered with a page of our own that leads to the same address: that step is
 * ours, and the cookie comes with it. Whoever has none meets the login page then.
 *
 * Why not `SameSite=Lax`: then the cookie would come with every address that another site leads to,
 * downloads and the API included. This way another site can open a view, in a window of its own, and
 * nothing more: it cannot read it (Cross-Origin-Opener-Policy, no frames), and what changes something
 * asks for a header that no link and no form can send (P-02).
 *
 * Rule: at most one such step, marked in the address, so it cannot go round in circles. The mark is
 * gone from the address before the view is shown.
 */
import type { Context } from "hono";

const MARK = "arrived";

/** Where the address leads without what is only for us: never to another host. */
export function cleanAddress(url: URL): string {
  const kept = new URL(url);
  kept.searchParams.delete("token");
  kept.searchParams.delete(MARK);
  return addressOf(kept);
}

/** The address of the step that is ours; undefined where it was taken, or would bring nothing. */
export function ownStep(context: Context, url: URL): string | undefined {
  if (hasArrived(url)) return undefined;
  // Browsers tell it of HTTPS and of loopback only: without it, it may be another site.
  const site = context.req.header("sec-fetch-site");
  if (site === "none" || site === "same-origin") return undefined;
  const marked = new URL(url);
  marked.searchParams.set(MARK, "1");
  return addressOf(marked);
}

export function hasArrived(url: URL): boolean {
  return url.searchParams.has(MARK);
}

/** "//host/" would be the address of another host. */
function addressOf({ pathname, search }: URL): string {
  return `/${pathname.replace(/^[/\\]+/, "")}${search}`;
}
