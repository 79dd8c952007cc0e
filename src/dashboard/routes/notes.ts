/** Endpoints for what people say about associations, and for recording. */
import * as z from "zod";
import type { NotesJson } from "../api_types.ts";
import { ApiError, type Endpoint, endpoint } from "../endpoint.ts";
import { MARKS, MAX_TEXT } from "../notes.ts";
import type { DashboardState } from "../state.ts";
import { entryOfKey, KEY } from "./queries.ts";
import type { Services } from "./services.ts";

const NOTE = z.union([
  z.strictObject({ key: KEY, text: z.string().trim().min(1).max(MAX_TEXT) }),
  z.strictObject({ key: KEY, remove: z.string().max(64) }),
  z.strictObject({ key: KEY, mark: z.enum(MARKS).nullable() }),
]);

export function noteEndpoints({ state, setRecording }: Services): readonly Endpoint[] {
  return [
    endpoint({
      method: "get",
      path: "/api/notes",
      role: "viewer",
      summary: "All notes and marks",
      answers: "NotesJson",
      handle: ({ context }) => context.json(state.notes.json satisfies NotesJson),
    }),
    endpoint({
      method: "post",
      path: "/api/notes",
      role: "operator",
      summary: "Add a note, remove one, or set a mark",
      answers: "NotesJson",
      body: NOTE,
      handle: ({ context, body, user }) => {
        const { key } = entryOfKey(state, body.key);
        const { notes } = state;
        if ("remove" in body) {
          if (!notes.remove(key, body.remove)) {
            throw new ApiError(404, { error: "There is no such note of this association" });
          }
        } else {
          const done =
            "text" in body
              ? notes.add({ key, text: body.text, user: user.name })
              : notes.mark(key, body.mark);
          if (!done) throw new ApiError(409, { error: "There are too many notes: remove some" });
        }
        state.touch(key);
        return context.json(notes.json);
      },
    }),
    endpoint({
      method: "post",
      path: "/api/recording",
      role: "operator",
      summary: "Switch recording of new associations on or off",
      answers: "HealthJson",
      body: z.strictObject({ on: z.boolean() }),
      handle: async ({ context, body }) => {
        if (setRecording === undefined) {
          throw new ApiError(409, { error: "There is no proxy here that could record" });
        }
        const isDone = () => (state.health.recording === "off") !== body.on;
        const done = isDone() ? undefined : healthWhere(state, isDone);
        setRecording(body.on);
        await done;
        return context.json(state.health);
      },
    }),
  ];
}

/**
 * Until the proxy has told a state that fits, so that an answer says what became of a request: the
 * recorder's thread has to hear of it first. Gives up after `MOST_MS`: then the answer tells what is known.
 */
function healthWhere(state: DashboardState, fits: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      unlisten();
      resolve();
    };
    const unlisten = state.listen({ health: () => fits() && end() });
    const timer = setTimeout(end, MOST_MS);
  });
}

const MOST_MS = 10_000;
