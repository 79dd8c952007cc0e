/**
 * Where the focus goes when the person goes somewhere: to the heading of the new view, and on the way
 * back to the link that led away, so that keyboard and screen reader go on from there.
 *
 * Rule: views are drawn in steps, as what they show comes, and an element that goes takes the focus
 * with it. So it is looked at in every frame until the view has loaded, but never against the person:
 * the first key or click ends it.
 */

/** After so many milliseconds a view that still loads gets the focus when it is clicked. */
const PATIENCE_MS = 10_000;

const HEADINGS = "main .split_detail h2, main h1";

let stop: () => void = () => undefined;

export interface Arrival {
  /** Address of the link that led away from here, where this is the way back. */
  readonly led?: string | undefined;
  /** How far the view was scrolled. */
  readonly top?: number | undefined;
  /** Not the view that was shown before: what had the focus has nothing to do with it. */
  readonly elsewhere: boolean;
}

export function arrive({ led, top, elsewhere }: Arrival): void {
  stop();
  const { activeElement } = document;
  if (elsewhere && activeElement instanceof HTMLElement) activeElement.blur();
  const late = performance.now() + PATIENCE_MS;
  let isOver = false;
  stop = () => {
    isOver = true;
    for (const name of ENDS) removeEventListener(name, stop, true);
  };
  for (const name of ENDS) addEventListener(name, stop, true);
  let back = led === undefined ? undefined : `main a[href="${CSS.escape(led)}"]`;
  const look = () => {
    if (isOver) return;
    if (top !== undefined) document.getElementById("main")?.scrollTo(0, top);
    const link = back === undefined ? null : document.querySelector<HTMLElement>(back);
    if (link !== null) {
      link.focus({ preventScroll: true });
      back = undefined;
    } else if (hasNone()) focus(document.querySelector<HTMLElement>(HEADINGS));
    const loads = document.querySelector("main .loading") !== null;
    if (performance.now() > late || (!loads && back === undefined && !hasNone())) stop();
    else requestAnimationFrame(look);
  };
  // What was changed before this call is drawn in a microtask that was queued before this one.
  queueMicrotask(look);
}

const ENDS = ["keydown", "pointerdown", "wheel"] as const;

function hasNone(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

function focus(heading: HTMLElement | null): void {
  if (heading === null) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
