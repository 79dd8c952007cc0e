/**
 * Something that is fetched for a view: while it is, when it came, and why it did not.
 *
 * Rule: an answer that comes after another path was asked for is thrown away; what is shown stays
 * until the new answer is there, so that nothing flickers when the same is asked for again.
 */
import { useCallback, useEffect, useState } from "preact/hooks";
import { getJson } from "./api.ts";

export interface Resource<T> {
  readonly data: T | undefined;
  readonly error: Error | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

interface State<T> {
  readonly path: string | undefined;
  readonly data: T | undefined;
  readonly error: Error | undefined;
}

/** `undefined` as path asks for nothing. `keep`: show the old answer while another path is asked. */
export function useResource<T>(
  path: string | undefined,
  { keep = false, version = 0 }: { readonly keep?: boolean; readonly version?: unknown } = {},
): Resource<T> {
  const [state, setState] = useState<State<T>>(NOTHING);
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((last) => last + 1), []);
  // `round` and `version` ask again.
  useEffect(() => {
    if (path === undefined) return undefined;
    const aborter = new AbortController();
    getJson<T>(path, { signal: aborter.signal }).then(
      (data) => {
        if (!aborter.signal.aborted) setState({ path, data, error: undefined });
      },
      (error: Error) => {
        if (aborter.signal.aborted) return;
        // What was there once is better than nothing, when only asking again failed.
        setState((last) => ({ path, data: last.path === path ? last.data : undefined, error }));
      },
    );
    return () => aborter.abort();
  }, [path, round, version]);
  const current = state.path === path;
  return {
    data: path !== undefined && (current || keep) ? state.data : undefined,
    error: current ? state.error : undefined,
    loading: path !== undefined && !current,
    reload,
  };
}

const NOTHING = { path: undefined, data: undefined, error: undefined };
