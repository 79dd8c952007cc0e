/**
 * Keys of the page: single letters, and two in a row such as `g l`. A key that is typed into a field
 * is the field's, but for Escape.
 */
import { useLayoutEffect, useRef } from "preact/hooks";

/** By key as `KeyboardEvent.key` names it, "j"; "g l" for two in a row. */
export type KeyMap = Readonly<Record<string, () => void>>;

const maps: { readonly current: KeyMap }[] = [];
/** Long enough for a slow hand, or a busy machine: nothing else begins with the first of a pair. */
const PAIR_MS = 5_000;

/**
 * The keys of a view while it is shown, from the moment on that it can be seen: an effect after the
 * first frame would lose what is pressed before it. Those of the view that came last go first.
 */
export function useKeys(keys: KeyMap): void {
  const holder = useRef(keys);
  holder.current = keys;
  useLayoutEffect(() => {
    maps.unshift(holder);
    return () => {
      maps.splice(maps.indexOf(holder), 1);
    };
  }, []);
}

export function watchKeys(): void {
  let first = "";
  let firstAt = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== "Escape" && isTyping(event.target)) return;
    if (document.querySelector("dialog[open]") !== null) return; // its keys are its own
    const paired =
      event.timeStamp - firstAt < PAIR_MS ? handlerOf(`${first} ${event.key}`) : undefined;
    const handler = paired ?? handlerOf(event.key);
    first = event.key;
    firstAt = event.timeStamp;
    if (handler === undefined) return;
    // Enter on a link or a button is theirs.
    if (event.key === "Enter" && (event.target as Element).closest("a,button,summary")) return;
    event.preventDefault();
    handler();
  });
}

function handlerOf(key: string): (() => void) | undefined {
  return maps.map(({ current }) => current[key]).find((handler) => handler !== undefined);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input,textarea,select") !== null;
}
