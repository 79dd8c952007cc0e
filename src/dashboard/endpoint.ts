/**
 * What an endpoint of the API is: its address, who may ask it, what it takes (zod), and how it
 * answers. One table of them makes the routes, the check of roles and the OpenAPI document, so that
 * none of these can differ.
 */
import { zValidator } from "@hono/zod-validator";
import type { Context, Hono, MiddlewareHandler } from "hono";
import type * as z from "zod";
import { mayAct, type User } from "./access.ts";
import type { ErrorJson, UserRole } from "./api_types.ts";
import { type GuardedVariables, refuse } from "./guard.ts";

export type DashboardApp = Hono<{ Variables: GuardedVariables }>;
export type DashboardContext = Context<{ Variables: GuardedVariables }>;

export interface Call<Q, B> {
  readonly context: DashboardContext;
  readonly user: User;
  /** Part of the path by its name: `:capture`. */
  param(name: string): string;
  readonly query: Q;
  readonly body: B;
}

export interface Endpoint {
  readonly method: "get" | "post" | "delete";
  /** As Hono reads it: "/api/associations/:capture/:id". */
  readonly path: string;
  /** The least role that may. */
  readonly role: UserRole;
  /** As much work as so many others, 1 where it is not told (O-08). */
  readonly cost?: number;
  /** One line for the document. */
  readonly summary: string;
  /** Name of the shape in `api_types.ts` that it answers with, or a media type. */
  readonly answers: string;
  readonly query?: z.ZodType | undefined;
  readonly body?: z.ZodType | undefined;
  handle(call: Call<never, never>): Response | Promise<Response>;
}

interface TypedEndpoint<Q extends z.ZodType, B extends z.ZodType>
  extends Omit<Endpoint, "query" | "body" | "handle"> {
  readonly query?: Q;
  readonly body?: B;
  handle(call: Call<z.infer<Q>, z.infer<B>>): Response | Promise<Response>;
}

/** Keeps the types of query and body for `handle`. */
export function endpoint<
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(typed: TypedEndpoint<Q, B>): Endpoint {
  return typed as unknown as Endpoint;
}

/** Throws it in a handler: answered as JSON with that status. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: 400 | 403 | 404 | 409 | 413 | 415 | 429 | 503;
  readonly json: ErrorJson;

  constructor(status: ApiError["status"], json: ErrorJson) {
    super(json.error);
    this.status = status;
    this.json = json;
  }
}

export function addEndpoint(app: DashboardApp, found: Endpoint): void {
  const { method, path, role, query, body, cost = 1 } = found;
  const handlers: MiddlewareHandler<{ Variables: GuardedVariables }>[] = [
    async (context, next) => {
      const { name, role: has } = context.get("user");
      if (!mayAct(has, role)) {
        return refuse(context, 403, `${name} is a ${has} here; this is for ${role}s`);
      }
      return (cost > 1 ? context.get("refuseAt")(cost - 1) : undefined) ?? next();
    },
  ];
  if (query !== undefined) handlers.push(zValidator("query", query, refuseInvalid));
  if (body !== undefined) handlers.push(asJson, zValidator("json", body, refuseInvalid));
  handlers.push(async (context) => {
    const valid = (target: "query" | "json") => context.req.valid(target as never) as never;
    return found.handle({
      context,
      user: context.get("user"),
      param: (name) => context.req.param(name) ?? "",
      query: query === undefined ? (undefined as never) : valid("query"),
      body: body === undefined ? (undefined as never) : valid("json"),
    });
  });
  app.on(method.toUpperCase(), [path], ...handlers);
}

/** Without it the validator would say of a sound body that it is none. */
const asJson: MiddlewareHandler = async (context, next) => {
  if (/^application\/json\b/i.test(context.req.header("content-type") ?? "")) return next();
  return refuse(context, 415, "Send the body as content-type: application/json");
};

type Validated = { readonly success: boolean; readonly error?: { readonly issues: unknown } };

/** The first thing that is wrong, named. */
function refuseInvalid(result: Validated, context: Context): Response | undefined {
  if (result.success) return undefined;
  const [issue] = (result.error?.issues ?? []) as { path: PropertyKey[]; message: string }[];
  const where = (issue?.path ?? []).map(String).join(".");
  const error = `Cannot read ${where === "" ? "the request" : where}: ${issue?.message ?? "it is not valid"}`;
  return context.json({ error } satisfies ErrorJson, 400);
}
