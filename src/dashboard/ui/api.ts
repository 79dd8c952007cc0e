/** Asks the server's API: JSON in, JSON out, and every failure as an `ApiError` in words. */
import type { ErrorJson } from "../api_types.ts";

export class ApiError extends Error {
  override readonly name = "ApiError";
  /** Of HTTP; 0 where there was no answer. */
  readonly status: number;
  /** Of a filter: where it is wrong, and what to write instead. */
  readonly position: number | undefined;
  readonly hint: string | undefined;

  constructor(
    message: string,
    facts: { readonly status: number; readonly position?: number; readonly hint?: string },
  ) {
    super(message);
    this.status = facts.status;
    this.position = facts.position;
    this.hint = facts.hint;
  }
}

interface AskOptions {
  readonly signal?: AbortSignal;
}

/** `path` under /api, `parameters` without those that are undefined or empty. */
export function apiPath(
  path: string,
  parameters: Readonly<Record<string, string | number | boolean | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return `/api/${path}${text === "" ? "" : `?${text}`}`;
}

/** The part of a path that names an association. */
export function keyPath({
  capture,
  id,
}: {
  readonly capture: string;
  readonly id: number;
}): string {
  return `associations/${encodeURIComponent(capture)}/${id}`;
}

export async function getJson<T>(path: string, options: AskOptions = {}): Promise<T> {
  return (await (await ask(path, options)).json()) as T;
}

export async function sendJson<T>(
  path: string,
  { method = "POST", body }: { readonly method?: "POST" | "DELETE"; readonly body?: unknown } = {},
): Promise<T> {
  const headers = { "x-dicomtap": "1", "content-type": "application/json" };
  const request: RequestInit = { method, headers };
  if (body !== undefined) request.body = JSON.stringify(body);
  return (await (await ask(path, request)).json()) as T;
}

async function ask(path: string, init: RequestInit | AskOptions): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...init });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new ApiError("dicomtap does not answer: it may have been stopped", { status: 0 });
  }
  if (response.ok) return response;
  throw await failure(response);
}

async function failure(response: Response): Promise<ApiError> {
  const { status } = response;
  const text = await response.text().catch(() => "");
  let told: Partial<ErrorJson> = {};
  try {
    told = JSON.parse(text) as Partial<ErrorJson>;
  } catch {
    // Not of the API: the status alone has to do.
  }
  const { position, hint } = told;
  return new ApiError(told.error ?? WORDS[status] ?? `The server answered with status ${status}`, {
    status,
    ...(position === undefined ? {} : { position }),
    ...(hint === undefined ? {} : { hint }),
  });
}

const WORDS: Readonly<Record<number, string>> = {
  401: "This browser is not signed in: open the link with the token that dicomtap printed",
  403: "This needs another role than yours",
  404: "There is nothing of this name here",
  429: "Too many requests: wait a moment",
};
