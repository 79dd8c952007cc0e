/** Asks a dashboard that runs as a program, over HTTP or HTTPS (its certificate is not checked). */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly bytes: Uint8Array;
  readonly text: string;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export class DashboardClient {
  /** "http://127.0.0.1:8104". */
  readonly origin: string;
  readonly #token: string;

  /** `url`: as the ready line has it; `token`: where that has none. */
  constructor(url: string, token?: string) {
    const { origin, searchParams } = new URL(url);
    this.origin = origin;
    this.#token = token ?? searchParams.get("token") ?? "";
  }

  async json<T>(path: string, options: AskOptions = {}): Promise<T> {
    const { status, text } = await this.ask(path, options);
    if (status >= 300) throw new Error(`${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  }

  ask(path: string, { method = "GET", headers = {}, body }: AskOptions = {}): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const open = this.origin.startsWith("https:") ? httpsRequest : httpRequest;
      const sent = open(
        `${this.origin}${path}`,
        {
          method,
          rejectUnauthorized: false,
          headers: {
            authorization: `Bearer ${this.#token}`,
            "x-dicomtap": "1",
            ...(text === undefined ? {} : { "content-type": "application/json" }),
            ...headers,
          },
        },
        (response) => resolve(answerOf(response)),
      );
      sent.once("error", reject);
      sent.end(text);
    });
  }
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const { statusCode: status = 0, headers } = response;
  return { status, headers, bytes: new Uint8Array(bytes), text: bytes.toString() };
}
