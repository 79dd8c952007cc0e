/** Endpoint that helps to write a filter: whether it parses, where not, and what may come next. */
import * as z from "zod";
import { isFilterError } from "../../filter/filter.ts";
import { OPERATORS } from "../../filter/operators.ts";
import { parseFilter } from "../../filter/parse_filter.ts";
import { printFilter } from "../../filter/print_filter.ts";
import type { FilterJson } from "../api_types.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { completions } from "../filter_completion.ts";
import { FILTER_TEXT } from "./queries.ts";
import type { Services } from "./services.ts";

export function filterEndpoints({ state }: Services): readonly Endpoint[] {
  return [
    endpoint({
      method: "get",
      path: "/api/filter",
      role: "viewer",
      summary: "Whether a filter can be read, and what may come next",
      answers: "FilterJson",
      query: z.object({
        text: FILTER_TEXT,
        at: z.coerce.number().int().min(0).max(100_000).optional().describe("Of the cursor"),
      }),
      handle: ({ context, query }) => {
        const { text, at = text.length } = query;
        const filter = parseFilter(text);
        const isWrong = isFilterError(filter);
        const answer: FilterJson = {
          ok: !isWrong,
          error: isWrong
            ? { error: filter.message, position: filter.position, hint: filter.hint }
            : null,
          understood: isWrong ? null : printFilter(filter),
          completions: completions(text, { at, list: state.list }),
          operators: OPERATORS.map(({ name, argument, help }) => ({ name, argument, help })),
        };
        return context.json(answer);
      },
    }),
  ];
}
