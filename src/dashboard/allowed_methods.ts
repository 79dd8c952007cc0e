/**
 * Which methods an address takes, for `Allow` (RFC 9110 10.2.1): who asks with another one is told so
 * by 405, and not that there is nothing.
 */
interface Route {
  readonly method: string;
  /** As Hono reads it: "/api/replays/:id". */
  readonly path: string;
}

/** In ascending order; none where no route has this path. `path`: as it was asked for. */
export function allowedMethods(routes: readonly Route[], path: string): string[] {
  const methods = new Set<string>();
  for (const route of routes) {
    // those of all methods are no addresses, but stand before them
    if (route.method === "ALL" || !fits(route.path, path)) continue;
    methods.add(route.method);
    if (route.method === "GET") methods.add("HEAD");
  }
  return [...methods].sort();
}

function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const asked = path.split("/");
  return (
    wanted.length === asked.length &&
    wanted.every((part, at) => (part.startsWith(":") ? asked[at] !== "" : part === asked[at]))
  );
}
