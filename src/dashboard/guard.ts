/**
 * Who may see the dashboard: a browser on an allowed Host that once came with the token (P-01,
 * P-02). The token moves from the link into a cookie at once, so that it does not stay in the
 * address bar, in the history or in a Referer.
 */
import type { MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

const COOKIE = "dicomtap_token";

export interface GuardOptions {
  readonly token: string;
  /** Host names that may stand in the Host header, without port. */
  readonly hosts: readonly string[];
}

export function guard(options: GuardOptions): MiddlewareHandler {
  return async (context, next) => {
    const url = new URL(context.req.url);
    if (!options.hosts.includes(hostOf(context.req.header("host") ?? ""))) {
      return context.text("This host name is not served here\n", 421);
    }
    const origin = context.req.header("origin");
    if (origin !== undefined && !options.hosts.includes(hostOf(origin.replace(/^\w+:\/\//, "")))) {
      return context.text("Requests from other origins are refused\n", 403);
    }
    const offered = url.searchParams.get("token");
    if (offered !== null && sameText(offered, options.token)) {
      setCookie(context, COOKIE, options.token, { httpOnly: true, sameSite: "Strict", path: "/" });
      url.searchParams.delete("token");
      return context.redirect(`${url.pathname}${url.search}`, 302);
    }
    const bearer = context.req.header("authorization")?.replace(/^Bearer /, "") ?? "";
    if (sameText(getCookie(context, COOKIE) ?? bearer, options.token)) return next();
    return context.text("Open the link with the token that dicomtap printed at its start\n", 401);
  };
}

/** "127.0.0.1:8104" and "[::1]:8104" without the port. */
function hostOf(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}

/** Takes the same time wherever the texts differ. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++)
    difference |= a.charCodeAt(i % (a.length || 1)) ^ b.charCodeAt(i);
  return difference === 0;
}
