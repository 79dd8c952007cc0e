/** What a scenario of the dashboard in Chromium gets, and how it waits. See `browser_main.ts`. */
import type { Page } from "playwright-core";
import { PATIENCE_MS } from "./patience.ts";

/** A loaded machine is slow; a page that does not come at all takes this long to be noticed. */
export const LIMIT_MS = PATIENCE_MS;

export interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: "light" | "dark";
  /** What may be logged as an error. */
  readonly expected?: RegExp;
  /** A browser that has not shown the token. */
  readonly signedOut?: boolean;
}

export interface Tools<C> {
  readonly context: C;
  /** Opens a path of the dashboard at `url` in a browser profile of its own. */
  open(url: string, path: string, options?: OpenOptions): Promise<Page>;
  /** What went wrong on the pages so far. */
  readonly problems: readonly string[];
}

/**
 * Waits until an expression of the page is true, looked at in every frame. Not `waitForFunction`: that
 * evaluates text in the page, which the dashboard's policy forbids.
 */
export async function until(page: Page, expression: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not in ${LIMIT_MS} ms: ${expression}`)), LIMIT_MS);
  });
  const seen = page.evaluate(`new Promise((done) => {
    const look = () => (${expression}) ? done(true) : requestAnimationFrame(look);
    look();
  })`);
  await Promise.race([seen, late]).finally(() => clearTimeout(timer));
}

export type Look<C> = (tools: Tools<C>) => Promise<unknown>;
