/** How wide the window is, for what CSS alone cannot decide. */
import { type Signal, signal } from "@preact/signals";

/** A phone: rows are cards. The same widths stand in the style sheets. */
export const narrow = matches("(max-width: 46rem)");
/** A tablet: rows of the list take two lines. */
export const medium = matches("(max-width: 70rem)");

function matches(query: string): Signal<boolean> {
  const list = matchMedia(query);
  const is = signal(list.matches);
  list.addEventListener("change", () => {
    is.value = list.matches;
  });
  return is;
}
