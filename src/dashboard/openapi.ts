/**
 * The OpenAPI document of the API, made from the table of endpoints: paths, queries and bodies from
 * what they are validated with, answers by the names of their shapes in `api_types.ts`.
 */
import * as z from "zod";
import { VERSION } from "../version.ts";
import type { Endpoint } from "./endpoint.ts";

type Schema = Readonly<Record<string, unknown>>;

export function openApiDocument(endpoints: readonly Endpoint[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const found of endpoints) {
    const path = found.path.replace(/:(\w+)/g, "{$1}");
    paths[path] ??= {};
    paths[path][found.method] = operation(found);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "dicomtap",
      version: VERSION,
      description:
        "What the dashboard of dicomtap asks. Send the token as a bearer token; POST and DELETE need the header x-dicomtap: 1.",
    },
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: {
        ErrorJson: {
          type: "object",
          required: ["error"],
          properties: {
            error: { type: "string" },
            position: { type: "integer" },
            hint: { type: "string" },
          },
        },
      },
    },
    security: [{ token: [] }],
  };
}

function operation({ method, path, role, summary, answers, query, body }: Endpoint): object {
  const isMedia = answers.includes("/");
  const answer = isMedia
    ? { [answers]: {} }
    : { "application/json": { schema: { type: "object", title: answers } } };
  const refused = {
    description: "Refused, in words",
    content: { "application/json": { schema: { $ref: "#/components/schemas/ErrorJson" } } },
  };
  const header = { name: "x-dicomtap", in: "header", required: true, schema: { const: "1" } };
  return {
    operationId: `${method}${path.replace(/^\/api/, "").replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    description: `For a ${role}, or who may more.`,
    parameters: [
      ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
        ...{ name, in: "path", required: true },
        schema: { type: "string" },
      })),
      ...queryParameters(query),
      ...(method === "get" ? [] : [header]),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: jsonSchema(body) } },
          },
        }),
    responses: { "200": { description: "Done", content: answer }, default: refused },
  };
}

function queryParameters(query: z.ZodType | undefined): object[] {
  if (query === undefined) return [];
  const schema = jsonSchema(query);
  const required = (schema["required"] ?? []) as readonly string[];
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Schema>>;
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    ...{ name, in: "query", required: required.includes(name), schema: rest },
    ...(description === undefined ? {} : { description }),
  }));
}

/** Of what is sent, before defaults are filled in. */
function jsonSchema(type: z.ZodType): Schema {
  const { $schema: _schema, ...schema } = z.toJSONSchema(type, { io: "input" }) as Schema;
  return schema;
}
