/** The dashboard's page: starts in the browser, draws into `#app`. */
import { render } from "preact";
import { html } from "./html.ts";
import { watchKeys } from "./keys.ts";
import { watchAddress } from "./navigate.ts";
import { loadSession } from "./session.ts";
import { App } from "./shell/app.ts";
import { applyTheme } from "./theme.ts";

const root = document.getElementById("app");
if (root !== null) {
  applyTheme();
  watchAddress();
  watchKeys();
  root.replaceChildren();
  render(html`<${App} />`, root);
  loadSession();
}
