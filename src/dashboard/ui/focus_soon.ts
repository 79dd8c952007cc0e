/**
 * Gives the focus to what is drawn next: so that Enter, Tab and a screen reader go on from where j
 * and k went.
 */
export function focusSoon(selector: string): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement | SVGElement>(selector)?.focus({ preventScroll: true });
  });
}
