/**
 * The one HTML page of the dashboard; what it shows is made by the script in `ui/`. Without a valid
 * token there is another one, to enter it, and one before it for links from other sites.
 *
 * Rule: no value of the wire is in this HTML, and no inline script or style (P-03).
 */
import { html } from "hono/html";

export function page() {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>dicomtap</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/app.css" />
        <script type="module" src="/app.js"></script>
      </head>
      <body>
        <div id="app"></div>
        <noscript>The dashboard is a program that runs in the browser: allow JavaScript here.</noscript>
      </body>
    </html>`;
}

/** Leads on to the address `to`, as a link of this page. See `arrival.ts`. */
export function arrivalPage({ to }: { readonly to: string }) {
  const head = html`<meta http-equiv="refresh" content="0; url=${to}" />`;
  return plainPage(
    { title: "dicomtap", head },
    html`<p><a href="${to}">Open the dashboard</a></p>`,
  );
}

/**
 * The form goes to the address that was asked for, so that a shared link leads on to its view.
 * `failed`: a token was entered and is not known here.
 */
export function loginPage({ failed }: { readonly failed: boolean }) {
  return plainPage(
    { title: "dicomtap: token needed" },
    html`<p>Open the link with the token that dicomtap printed at its start, or enter your token.</p>
          ${failed ? html`<p role="alert">This token is not known here.</p>` : ""}
          <form method="post">
            <label for="token">Token</label>
            <input id="token" name="token" type="password" autocomplete="current-password" required />
            <button type="submit">Open</button>
          </form>`,
  );
}

type Html = ReturnType<typeof html>;

/** One without a script. `head`: what stands there besides. */
function plainPage(
  { title, head }: { readonly title: string; readonly head?: Html },
  content: Html,
) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${head ?? ""}
        <title>${title}</title>
        <link rel="stylesheet" href="/login.css" />
      </head>
      <body>
        <main>
          <h1>dicomtap</h1>
          ${content}
        </main>
      </body>
    </html>`;
}

export const LOGIN_STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; display: grid; min-height: 100vh; place-items: center;
  background: light-dark(#f6f7f9, #14171c); color: light-dark(#16191d, #e7eaee); }
main { max-width: 26rem; padding: 1.5rem; }
h1 { font-size: 1.3rem; margin: 0 0 0.5rem; }
form { display: grid; gap: 0.5rem; }
input, button { font: inherit; padding: 0.5rem 0.7rem; border-radius: 6px; border: 1px solid light-dark(#767d87, #8b93a0); }
button { background: light-dark(#0b5cad, #8cc2ff); color: light-dark(#fff, #0a1420); border-color: transparent; }
:focus-visible { outline: 3px solid light-dark(#0b5cad, #8cc2ff); outline-offset: 2px; }
[role="alert"] { color: light-dark(#a40000, #ffa79e); font-weight: 600; }
`;

/** A tap over a line: drawn here, so that nothing is loaded from elsewhere. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.5" fill="#0b5cad"/><path d="M2 8h3l1.5-4 3 8L11 8h3" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
