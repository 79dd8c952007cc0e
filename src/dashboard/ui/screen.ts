/** How wide the window is, for what CSS alone cannot decide. */
import { signal } from "@preact/signals";

/** Rows take two lines. The same width stands in the style sheet. */
const query = matchMedia("(max-width: 46rem)");

export const narrow = signal(query.matches);

query.addEventListener("change", () => {
  narrow.value = query.matches;
});
