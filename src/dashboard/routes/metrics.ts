/** Endpoints for machines: metrics, and the description of the API itself. */
import { type Endpoint, endpoint } from "../endpoint.ts";
import { metricsText } from "../metrics.ts";
import { openApiDocument } from "../openapi.ts";
import type { Services } from "./services.ts";

/** `others`: the endpoints that the document describes besides these. */
export function machineEndpoints(
  services: Services,
  others: readonly Endpoint[],
): readonly Endpoint[] {
  const metrics = endpoint({
    method: "get",
    path: "/metrics",
    role: "viewer",
    summary: "Numbers for Prometheus",
    answers: "text/plain",
    handle: ({ context }) => {
      context.header("content-type", "text/plain; version=0.0.4; charset=utf-8");
      return context.body(metricsText(services));
    },
  });
  const document: Endpoint = endpoint({
    method: "get",
    path: "/api/openapi.json",
    role: "viewer",
    summary: "This description",
    answers: "application/json",
    handle: ({ context }) => context.json(openApiDocument([...others, metrics, document])),
  });
  return [metrics, document];
}
