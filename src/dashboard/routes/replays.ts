/** Endpoints that start, show and stop replays. */
import * as z from "zod";
import { MAX_FILTER_LENGTH } from "../../filter/parse_filter.ts";
import type { ReplaysJson } from "../api_types.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { MAX_SELECTED, selectionOf } from "../selection/selection.ts";
import { KEY } from "./queries.ts";
import type { Services } from "./services.ts";

/** PS3.5 6.2: printable characters without backslash, and without the comma that separates titles. */
const AE_TITLE = z
  .string()
  .regex(/^[!-[\]-~][ -[\]-~]{0,15}$/)
  .regex(/^[^,=]*$/);

const REQUEST = z.strictObject({
  keys: z.array(KEY).max(MAX_SELECTED).optional(),
  filter: z.string().max(MAX_FILTER_LENGTH).optional(),
  to: z.string().max(300),
  speed: z.enum(["recorded", "max"]).optional(),
  called_ae_title: AE_TITLE.optional(),
  calling_ae_title: AE_TITLE.optional(),
  uids: z.enum(["keep", "new"]).optional(),
  dates: z.enum(["keep", "shift"]).optional(),
});

export function replayEndpoints({ state, replays }: Services): readonly Endpoint[] {
  return [
    endpoint({
      method: "get",
      path: "/api/replays",
      role: "viewer",
      summary: "Replays of this run, the newest first",
      answers: "ReplaysJson",
      handle: ({ context }) => context.json({ replays: replays.list() } satisfies ReplaysJson),
    }),
    endpoint({
      method: "post",
      path: "/api/replays",
      role: "operator",
      summary: "Start a replay of a selection",
      answers: "ReplayJson",
      body: REQUEST,
      handle: ({ context, body, user }) => {
        const { keys = [], filter = "" } = body;
        const entries = selectionOf(state, { keys, filter });
        return context.json(replays.start(withoutAbsent(body), { entries, user: user.name }), 201);
      },
    }),
    endpoint({
      method: "get",
      path: "/api/replays/:id",
      role: "operator",
      summary: "One replay with what became of each exchange",
      answers: "ReplayDetailJson",
      handle: ({ context, param }) => context.json(replays.get(param("id"))),
    }),
    endpoint({
      method: "delete",
      path: "/api/replays/:id",
      role: "operator",
      summary: "Stop a replay",
      answers: "ReplayJson",
      handle: ({ context, param }) => context.json(replays.stop(param("id"))),
    }),
  ];
}

/** What was not given is absent, and not undefined. */
function withoutAbsent<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
