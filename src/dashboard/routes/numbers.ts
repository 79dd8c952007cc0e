/** Endpoints about many associations together. */
import * as z from "zod";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { numbersOf } from "../numbers.ts";
import { FILTER_TEXT, filterOf } from "./queries.ts";
import type { Services } from "./services.ts";

/** Associations whose messages are looked into for one answer. */
const MAX_LOOKED_INTO = 5_000;

const LOOK_MS = 3_000;

/** They look into thousands of associations. */
const COST = 10;

const FILTER = z.object({ filter: FILTER_TEXT });

export function numberEndpoints({ state, stories, narrations }: Services): readonly Endpoint[] {
  return [
    endpoint({
      method: "get",
      path: "/api/numbers",
      role: "viewer",
      cost: COST,
      summary: "Associations and octets over time, latencies, statuses, rejections",
      answers: "NumbersJson",
      query: FILTER,
      handle: async ({ context, query }) => {
        const { entries } = state.list.matching(filterOf(query.filter));
        const newest = entries.slice(0, MAX_LOOKED_INTO);
        return context.json(numbersOf(entries, await narrations.of(newest, LOOK_MS)));
      },
    }),
    endpoint({
      method: "get",
      path: "/api/stories",
      role: "viewer",
      cost: COST,
      summary: "What belongs together, across associations and captures",
      answers: "StoriesJson",
      query: FILTER,
      handle: async ({ context, query }) => {
        const { entries } = state.list.matching(filterOf(query.filter));
        return context.json(await stories.stories(entries));
      },
    }),
  ];
}
