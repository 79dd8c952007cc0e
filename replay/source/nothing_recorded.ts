/**
 * There is no association to play: a path that is misspelt, files that are no captures, a filter that
 * takes none. A test suite that plays nothing must not pass for that.
 */
import type { Recordings } from "./recordings.ts";

export class NothingRecorded extends RangeError {
  override readonly name = "NothingRecorded";

  constructor(
    { problems }: Recordings,
    { captures, filter }: { readonly captures: readonly string[]; readonly filter?: string },
  ) {
    const [problem] = problems;
    const taken = filter === undefined ? undefined : `the filter ${filter} takes none`;
    const why = problem?.what ?? (captures.length === 0 ? "none is named" : taken);
    const where = captures.length === 0 ? "the captures" : captures.join(", ");
    super(`There is no association in ${where}${why === undefined ? "" : `: ${why}`}`);
  }
}
