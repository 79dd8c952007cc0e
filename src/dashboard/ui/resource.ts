/**
 * Something that is fetched for a view: while it is, when it came, and why it did not.
 *
 * Rule: an answer that comes after another path was asked for is thrown away; what is shown stays
 * until the new answer is there, so that nothing flickers when the same is asked for again.
 */
import { useCallback, useLayoutEffect, useState } from "preact/hooks";
import { getJson } from "./api.ts";
import { listen, losses } from "./events.ts";

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

interface ResourceOptions {
  /** Show the old answer while another path is asked. */
  readonly keep?: boolean;
  /** Asks again when it changes. */
  readonly version?: unknown;
}

/**
 * `undefined` as path asks for nothing. Asks again when the connection to the server is back: it may
 * have other captures now.
 */
export function useResource<T>(
  path: string | undefined,
  { keep = false, version = 0 }: ResourceOptions = {},
): Resource<T> {
  const [state, setState] = useState<State<T>>(NOTHING);
  const [round, setRound] = useState(0);
  const reload = useCallback(() => setRound((last) => last + 1), []);
  useLayoutEffect(
    () =>
      listen("hello", () => {
        if (losses.peek() > 0) reload();
      }),
    [reload],
  );
  // `round` and `version` ask again.
  useLayoutEffect(() => {
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
