/**
 * The dashboard as a Hono app: health and metrics for machines, the page and its API for people.
 *
 * Rule: no value from the wire is in the HTML; the page's script puts them into text nodes. No inline
 * script or style, and nothing is loaded from elsewhere (P-03).
 */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { allowedMethods } from "./allowed_methods.ts";
import { ApiError, addEndpoint, type DashboardApp, type Endpoint } from "./endpoint.ts";
import { faultText } from "./fault_text.ts";
import { type GuardedVariables, type GuardOptions, guard, refuse } from "./guard.ts";
import { UnreadableCapture } from "./library/capture_library.ts";
import { ICON, LOGIN_STYLE, page } from "./page.ts";
import { associationEndpoints } from "./routes/association.ts";
import { commandEndpoints } from "./routes/commands.ts";
import { filterEndpoints } from "./routes/filter.ts";
import { listEndpoints } from "./routes/list.ts";
import { machineEndpoints } from "./routes/metrics.ts";
import { noteEndpoints } from "./routes/notes.ts";
import { numberEndpoints } from "./routes/numbers.ts";
import { octetEndpoints } from "./routes/octets.ts";
import { replayEndpoints } from "./routes/replays.ts";
import type { Services } from "./routes/services.ts";
import { type UiAsset, type UiAssets, uiAssets } from "./ui_assets.ts";

/** Octets of a request's body: notes are the longest. */
const MAX_BODY = 65_536;

/** Addresses of the page; its script shows what belongs there, or that there is no such thing. */
const PAGES = ["/", "/numbers", "/stories", "/replays", "/captures"];

export function createDashboard(services: Services, options: GuardOptions): DashboardApp {
  const app = new Hono<{ Variables: GuardedVariables }>();
  const { state, replays, counts } = services;
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      // With "no-referrer" a browser says "Origin: null" of the login form, which is foreign.
      referrerPolicy: "same-origin",
      strictTransportSecurity: options.secure,
      xFrameOptions: "DENY",
    }),
  );
  app.use(async (context, next) => {
    await next();
    // Nothing that may be of patients, or has a token, is left behind in a browser's cache (P-05).
    if (!context.res.headers.has("cache-control")) context.header("cache-control", "no-store");
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY,
      onError: (context) => {
        // The rest of it is not waited for (O-08).
        context.header("connection", "close");
        return refuse(context, 413, `The body is longer than ${MAX_BODY} octets`);
      },
    }),
  );
  app.get("/healthz", (context) => {
    if (!state.proxy) return context.text("no proxy, captures only\n");
    const { forwarding } = state.health;
    return context.text(forwarding ? "forwarding\n" : "not forwarding\n", forwarding ? 200 : 503);
  });
  app.get("/readyz", (context) => {
    const { recording, reason } = state.health;
    const text = reason === null ? recording : `${recording}: ${reason}`;
    const ready = recording === "ok" || !state.proxy;
    return context.text(`recording ${text}\n`, ready ? 200 : 503);
  });
  app.get("/login.css", (context) => asset(context, LOGIN_STYLE, "text/css"));
  const limited = () => {
    counts.limited += 1;
  };
  app.use(guard({ ...options, limited }));
  app.get("/app.js", async (context) => cached(context, (await ui()).script, "text/javascript"));
  app.get("/app.css", async (context) => cached(context, (await ui()).style, "text/css"));
  app.get("/icon.svg", (context) => asset(context, ICON, "image/svg+xml"));
  for (const path of PAGES) app.get(path, (context) => context.html(page()));
  app.get("/a/:capture/:id", (context) => {
    const { capture, id } = context.req.param();
    return context.html(page(), state.list.get(`${capture}/${id}`) === undefined ? 404 : 200);
  });
  app.get("/replays/:id", (context) =>
    context.html(page(), replays.has(context.req.param("id")) ? 200 : 404),
  );
  for (const found of endpoints(services)) addEndpoint(app, found);
  app.notFound((context) => {
    const methods = allowedMethods(app.routes, context.req.path);
    const status = methods.length > 0 ? 405 : 404;
    if (status === 405) context.header("allow", methods.join(", "));
    if (wantsPage(context)) return context.html(page(), status);
    const { method } = context.req;
    const wrong = `${method} is not for this address; it takes ${methods.join(", ")}`;
    const nothing = "There is nothing here; /api/openapi.json lists what there is";
    return refuse(context, status, status === 405 ? wrong : nothing);
  });
  app.onError((error, context) => {
    if (error instanceof ApiError) return context.json(error.json, error.status);
    if (error instanceof UnreadableCapture) return refuse(context, 503, error.message);
    if (error instanceof HTTPException) return refuse(context, error.status, error.message);
    counts.faults += 1;
    services.fault?.(`${context.req.method} ${context.req.routePath}: ${faultText(error)}`);
    return refuse(context, 500, "The dashboard failed at this request; the proxy goes on");
  });
  return app;
}

/** All of the API. */
export function endpoints(services: Services): readonly Endpoint[] {
  const all = [
    ...listEndpoints(services),
    ...associationEndpoints(services),
    ...octetEndpoints(services),
    ...numberEndpoints(services),
    ...filterEndpoints(services),
    ...commandEndpoints(services),
    ...noteEndpoints(services),
    ...replayEndpoints(services),
  ];
  return [...all, ...machineEndpoints(services, all)];
}

/** Says what is missing, since that can be put right. */
function ui(): Promise<UiAssets> {
  return uiAssets().catch((error: Error) => {
    throw new ApiError(503, { error: `The page cannot be made: ${error.message}` });
  });
}

function wantsPage(context: Context): boolean {
  const accepts = context.req.header("accept") ?? "";
  return accepts.includes("text/html") && !context.req.path.startsWith("/api/");
}

function asset(context: Context, text: string, type: string): Response {
  context.header("content-type", `${type}; charset=utf-8`);
  return context.body(text);
}

/** Asked for again each time, and sent only when it changed. */
function cached(context: Context, { text, etag }: UiAsset, type: string): Response {
  context.header("cache-control", "no-cache");
  context.header("etag", etag);
  if (context.req.header("if-none-match") === etag) return context.body(null, 304);
  return asset(context, text, type);
}
