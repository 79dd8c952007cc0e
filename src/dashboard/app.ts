/**
 * The dashboard as a Hono app: health for machines, and the newest associations for people.
 *
 * Rule: values from the wire reach a page only through `html`, which escapes them; no inline
 * script or style, and nothing is loaded from elsewhere (P-03).
 */
import { Hono } from "hono";
import { html } from "hono/html";
import { secureHeaders } from "hono/secure-headers";
import { uidName } from "../dictionary/uids.ts";
import type { AssociationJson } from "../observe/summary.ts";
import { type GuardOptions, guard } from "./guard.ts";
import type { DashboardState } from "./state.ts";
import { STYLE } from "./style.ts";

export function createDashboard(state: DashboardState, options: GuardOptions): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: "no-referrer",
    }),
  );
  app.get("/healthz", (context) =>
    context.text(state.health.forwarding ? "forwarding\n" : "not forwarding\n", {
      status: state.health.forwarding ? 200 : 503,
    }),
  );
  app.get("/readyz", (context) => {
    const { recording, reason } = state.health;
    const text = reason === null ? recording : `${recording}: ${reason}`;
    return context.text(`recording ${text}\n`, recording === "ok" ? 200 : 503);
  });
  app.use(guard(options));
  app.get("/style.css", (context) => {
    context.header("content-type", "text/css; charset=utf-8");
    return context.body(STYLE);
  });
  app.get("/api/health", (context) => context.json(state.health));
  app.get("/api/associations", (context) => context.json(state.associations));
  app.get("/", (context) => context.html(page(state)));
  app.notFound((context) => context.text("There is nothing here\n", 404));
  app.onError((_error, context) => context.text("The dashboard failed at this request\n", 500));
  return app;
}

function page(state: DashboardState) {
  const { forwarding, recording, reason } = state.health;
  const rows = state.associations;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="3" />
        <title>dicomtap</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header>
          <h1>dicomtap</h1>
          <p>
            ${forwarding ? "Forwarding" : "Not forwarding"}, recording
            ${reason === null ? recording : `${recording}: ${reason}`}.
          </p>
        </header>
        <main>
          <table>
            <caption>
              ${rows.length === 0 ? "No association yet" : `The newest ${rows.length} associations`}
            </caption>
            <thead>
              <tr>
                <th scope="col">Started</th>
                <th scope="col">Calling</th>
                <th scope="col">Called</th>
                <th scope="col">Peer</th>
                <th scope="col">Services</th>
                <th scope="col">Messages</th>
                <th scope="col">Findings</th>
                <th scope="col">Outcome</th>
              </tr>
            </thead>
            <tbody>
              ${rows.map(row)}
            </tbody>
          </table>
        </main>
      </body>
    </html>`;
}

function row(association: AssociationJson) {
  const services = new Set(association.contexts.map((context) => context.abstract_syntax ?? "-"));
  return html`<tr>
    <td><time datetime="${association.started ?? ""}">${association.started}</time></td>
    <td>${association.calling_ae_title}</td>
    <td>${association.called_ae_title}</td>
    <td>${association.requestor.address}</td>
    <td>${[...services].map(uidName).join(", ")}</td>
    <td>${association.messages}</td>
    <td>${association.findings.length}</td>
    <td class="${association.outcome}">${association.outcome}</td>
  </tr>`;
}
