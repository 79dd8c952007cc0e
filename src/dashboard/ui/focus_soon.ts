/**
 * Gives the focus to what is drawn next: so that Enter, Tab and a screen reader go on from where j
 * and k went.
 *
 * Rule: at once, not with the next frame. A frame can be late on a busy machine, and an Enter that comes
 * before it would press the button that had the focus until then. What only a frame brings, a row that
 * has to be scrolled to, gets it then.
 */
export function focusSoon(selector: string): void {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement) activeElement.blur();
  // What was changed before this call is drawn in a microtask that was queued before this one.
  queueMicrotask(() => focus(selector));
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) focus(selector);
  });
}

function focus(selector: string): void {
  document.querySelector<HTMLElement | SVGElement>(selector)?.focus({ preventScroll: true });
}
