/**
 * Who may ask the dashboard something: a browser on an allowed Host that once came with a token, or
 * a program that sends it (P-01, P-02). The token moves from the link into a cookie at once, so that
 * it does not stay in the address bar, in the history or in a Referer.
 *
 * Rule: what changes something (POST, DELETE) needs the header `x-dicomtap` besides, which a page of
 * another origin cannot send without being asked first, and is not allowed then.
 */
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Access, User } from "./access.ts";
import { cleanAddress, hasArrived, ownStep } from "./arrival.ts";
import { arrivalPage, loginPage } from "./page.ts";
import { RateLimit } from "./rate_limit.ts";

export interface GuardOptions {
  readonly access: Access;
  /** Host names that may stand in the Host header, without port. */
  readonly hosts: readonly string[];
  /** Cookies are shared by all ports of a host, so its name tells dashboards apart. */
  readonly port: number;
  /** The connection is TLS: the cookie goes over no other. */
  readonly secure: boolean;
  /** Is told of each request that is one too many. */
  readonly limited?: () => void;
  /** Milliseconds, for what may happen so often in a second. */
  readonly now?: () => number;
}

export interface GuardedVariables {
  user: User;
  /** A request that takes the work of `cost` others. Undefined where that is not too much. */
  refuseAt: (cost: number) => Response | undefined;
}

/** Requests of one user in a second, and at once: a page that scrolls fast asks some 30. */
const RATE = { perSecond: 100, burst: 400 };

/** Wrong tokens, of all that ask. Right ones are let in whatever was tried before. */
const WRONG = { perSecond: 1, burst: 20 };

export function guard(options: GuardOptions): MiddlewareHandler<{ Variables: GuardedVariables }> {
  const { access, hosts, port, secure, now } = options;
  const cookie = `dicomtap_${port}`;
  const rates = new RateLimit(RATE, now);
  const wrong = new RateLimit(WRONG, now);
  const tooMany = (context: Context, text: string) => {
    options.limited?.();
    return refuse(context, 429, text);
  };
  const keep = (context: Context, token: string) =>
    setCookie(context, cookie, token, { httpOnly: true, sameSite: "Strict", path: "/", secure });

  return async (context, next) => {
    const url = new URL(context.req.url);
    const host = context.req.header("host") ?? "";
    if (!hosts.includes(hostOf(host))) {
      return refuse(context, 421, "This host name is not served here");
    }
    if (isForeign(context, host)) {
      return refuse(context, 403, "Requests from other origins are refused");
    }
    const offered = await offeredToken(context, url);
    if (offered !== undefined) {
      const known = access.userOf(offered.token) !== undefined;
      if (known) {
        keep(context, offered.token);
        return context.redirect(offered.to, 303);
      }
      if (!wrong.take("all")) return tooMany(context, "Too many wrong tokens: wait a minute");
      return context.html(loginPage({ failed: true }), 401);
    }
    const bearer = /^Bearer (.+)$/.exec(context.req.header("authorization") ?? "")?.[1];
    const token = bearer ?? getCookie(context, cookie);
    const user = token === undefined ? undefined : access.userOf(token);
    if (user === undefined) {
      if (token !== undefined && !wrong.take("all")) {
        return tooMany(context, "Too many wrong tokens: wait a minute");
      }
      if (isPage(context, url)) {
        // a cookie that came and is not known here would not be better the second time
        const step = token === undefined ? ownStep(context, url) : undefined;
        if (step !== undefined) return context.html(arrivalPage({ to: step }), 401);
        return context.html(loginPage({ failed: false }), 401);
      }
      return refuse(
        context,
        401,
        "Open the link with the token that dicomtap printed at its start",
      );
    }
    const refuseAt = (cost: number) => {
      if (rates.take(user.name, cost)) return undefined;
      context.header("retry-after", "1");
      return tooMany(context, "Too many requests: wait a second");
    };
    const refused = refuseAt(1);
    if (refused !== undefined) return refused;
    const changes = context.req.method !== "GET" && context.req.method !== "HEAD";
    if (changes && context.req.header("x-dicomtap") !== "1") {
      return refuse(context, 403, `A ${context.req.method} needs the header x-dicomtap: 1`);
    }
    if (hasArrived(url) && isPage(context, url)) return context.redirect(cleanAddress(url), 303);
    context.set("user", user);
    context.set("refuseAt", refuseAt);
    return next();
  };
}

export function refuse(context: Context, status: number, error: string): Response {
  return context.json({ error }, status as 400);
}

/** The token of the link, or the one that was typed into the login page, and where to go on. */
async function offeredToken(
  context: Context,
  url: URL,
): Promise<{ readonly token: string; readonly to: string } | undefined> {
  const linked = url.searchParams.get("token");
  const to = cleanAddress(url);
  if (context.req.method === "POST" && !url.pathname.startsWith("/api/")) {
    const { token } = await context.req.parseBody();
    return { token: typeof token === "string" ? token.trim() : "", to };
  }
  if (linked === null || context.req.method !== "GET") return undefined;
  return { token: linked, to };
}

/**
 * By Origin, which browsers send with all that changes something and from other origins, and by
 * Sec-Fetch-Site: another port of the same machine is another origin, though cookies go there.
 */
function isForeign(context: Context, host: string): boolean {
  const origin = context.req.header("origin");
  if (
    origin !== undefined &&
    origin.replace(/^\w+:\/\//, "").toLowerCase() !== host.toLowerCase()
  ) {
    return true;
  }
  const site = context.req.header("sec-fetch-site");
  if (site !== "cross-site" && site !== "same-site") return false;
  return context.req.header("sec-fetch-mode") !== "navigate" || context.req.method !== "GET";
}

/** Somebody sits before it and can be asked for a token. */
function isPage(context: Context, url: URL): boolean {
  const wantsHtml = (context.req.header("accept") ?? "").includes("text/html");
  return context.req.method === "GET" && wantsHtml && !url.pathname.startsWith("/api/");
}

/** "127.0.0.1:8104" and "[::1]:8104" without the port. */
function hostOf(host: string): string {
  return host.replace(/:\d+$/, "").toLowerCase();
}
