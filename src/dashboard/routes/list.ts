/** Endpoints for the list of associations and what stands around it. */
import * as z from "zod";
import { VERSION } from "../../version.ts";
import { mayAct } from "../access.ts";
import type { AssociationsJson, SessionJson } from "../api_types.ts";
import type { Endpoint } from "../endpoint.ts";
import { ApiError, endpoint } from "../endpoint.ts";
import { decodesCompressed } from "../image/decode_frame.ts";
import { fillSparks } from "../library/fill_sparks.ts";
import { FILTER_TEXT, filterOf, limit, OFFSET } from "./queries.ts";
import type { Services } from "./services.ts";

const SORTS = [
  "started",
  "duration",
  "messages",
  "bytes",
  "findings",
  "calling",
  "called",
  "outcome",
] as const;

export function listEndpoints(services: Services): readonly Endpoint[] {
  const { state, streams } = services;
  return [
    endpoint({
      method: "get",
      path: "/api/session",
      role: "viewer",
      summary: "Who asks, and what they may do",
      answers: "SessionJson",
      handle: ({ context, user }) => {
        const operates = mayAct(user.role, "operator");
        const session: SessionJson = {
          user: user.name,
          role: user.role,
          version: VERSION,
          proxy: state.proxy,
          may_show_phi: operates,
          may_operate: operates,
          replay_targets: services.replayTargets,
          decodes_compressed: decodesCompressed(),
        };
        return context.json(session);
      },
    }),
    endpoint({
      method: "get",
      path: "/api/health",
      role: "viewer",
      summary: "Whether it forwards and records",
      answers: "HealthJson",
      handle: ({ context }) => context.json(state.health),
    }),
    endpoint({
      method: "get",
      path: "/api/captures",
      role: "viewer",
      summary: "The capture files, and what is wrong with them",
      answers: "CapturesJson",
      handle: ({ context }) => context.json(state.captures()),
    }),
    endpoint({
      method: "get",
      path: "/api/associations",
      role: "viewer",
      summary: "A window of the list of associations",
      answers: "AssociationsJson",
      query: z.object({
        filter: FILTER_TEXT,
        offset: OFFSET,
        limit: limit(1_000, 100),
        sort: z.enum(SORTS).default("started"),
        order: z.enum(["asc", "desc"]).default("desc"),
      }),
      handle: ({ context, query }) => {
        const { offset, sort, order } = query;
        const filter = filterOf(query.filter);
        const found = state.list.query({ filter, sort, order });
        const { entries, counts, complete } = found;
        const window = entries.slice(offset, offset + query.limit);
        fillSparks(window, (capture) => state.library.pathOf(capture));
        const answer: AssociationsJson = {
          total: entries.length,
          all: state.list.size,
          offset,
          counts,
          released_with_failures: found.releasedWithFailures,
          associations: window.map((entry) => state.row(entry)),
          complete: complete && state.library.complete,
          left: state.list.left,
        };
        return context.json(answer);
      },
    }),
    endpoint({
      method: "get",
      path: "/api/events",
      role: "viewer",
      summary: "What is new, as server-sent events",
      answers: "text/event-stream",
      query: z.object({ filter: FILTER_TEXT }),
      handle: ({ context, query, user }) => {
        if (streams.full) throw new ApiError(503, { error: "Too many browsers listen already" });
        return streams.open(context, {
          filter: filterOf(query.filter),
          lastEventId: context.req.header("last-event-id"),
          operates: mayAct(user.role, "operator"),
        });
      },
    }),
  ];
}
