/**
 * Looks at a dashboard with Chromium: `node browser_main.ts SCENARIO CONTEXT`, run under Node whatever
 * runtime the dashboard itself runs on, because Playwright drives browsers from there only.
 *
 * SCENARIO is a file that exports `look`; CONTEXT is JSON for it. What it returns is printed as JSON
 * on the last line; what it throws ends this with exit code 1. A page that logs an error, or whose
 * script throws, fails the scenario (a request that was to fail may be expected by its text).
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { LIMIT_MS, type Look, type OpenOptions, type Tools } from "./browser_tools.ts";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage", // of a container it is too small for large pages
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const DESCRIBE_MS = 5_000;
const DESCRIBE_LIMIT = 8_000;

async function main([scenario = "", context = "{}"]: readonly string[]): Promise<void> {
  const { look } = (await import(pathToFileURL(resolve(scenario)).href)) as { look: Look<unknown> };
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: FLAGS, timeout: LIMIT_MS });
  const problems: string[] = [];
  try {
    const tools: Tools<unknown> = {
      context: JSON.parse(context),
      problems,
      open: (url, path, options = {}) => open(browser, { url, path, options, problems }),
    };
    const result = await look(tools).catch(async (error: unknown) => {
      await describePages(browser, problems);
      throw error;
    });
    if (problems.length > 0) throw new Error(`The page complained:\n${problems.join("\n")}`);
    console.log(JSON.stringify(result ?? null));
  } finally {
    await browser.close();
  }
}

/** What a person would have seen when the scenario gave up: on stderr, for who reads the failure. */
async function describePages(browser: Browser, problems: readonly string[]): Promise<void> {
  for (const text of problems) console.error(`the page complained: ${text}`);
  for (const page of browser.contexts().flatMap((context) => context.pages())) {
    const shown = await page
      .locator("body")
      .ariaSnapshot({ timeout: DESCRIBE_MS })
      .catch((error: unknown) => String(error));
    const focus = await page
      .evaluate("document.activeElement?.outerHTML.slice(0, 200)")
      .catch((error: unknown) => String(error));
    const text = shown.slice(0, DESCRIBE_LIMIT);
    console.error(`at ${new URL(page.url()).pathname}, focus on ${focus}:\n${text}`);
  }
}

interface Opening {
  readonly url: string;
  readonly path: string;
  readonly options: OpenOptions;
  readonly problems: string[];
}

async function open(browser: Browser, opening: Opening): Promise<Page> {
  const { url, path, options, problems } = opening;
  const { width = 1280, height = 800, scheme = "light", expected } = options;
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    acceptDownloads: true,
    locale: "en-GB",
    timezoneId: "UTC",
  });
  context.setDefaultTimeout(LIMIT_MS);
  const page = await context.newPage();
  const complain = (text: string) => {
    if (expected?.test(text) !== true) problems.push(`${path}: ${text}`);
  };
  page.on("console", (message) => {
    if (message.type() === "error") complain(`${message.text()} ${message.location().url}`);
  });
  page.on("pageerror", (error) => complain(String(error.stack ?? error)));
  page.on("dialog", (dialog) => {
    complain(`a dialog opened: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
  const { origin, href } = new URL(url);
  if (options.signedOut !== true) await page.goto(href);
  await page.goto(`${origin}${path}`);
  return page;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
