/**
 * The routes of `dicomtap proxy`: from `--listen` and `--to`, or several from `--config FILE`.
 *
 *     { "routes": [ { "listen": "11112", "to": "pacs1:104" }, { "listen": "11113", "to": "pacs2:104" } ] }
 */
import * as z from "zod";
import { type Address, parseAddress } from "../address.ts";
import { usageError } from "./command_error.ts";
import { readTextFile } from "./read_text_file.ts";

export interface ConfiguredRoute {
  readonly listen: Address;
  readonly to: Address;
}

const addressText = z.string().transform((text, context): Address => {
  const address = parseAddress(text);
  if (!("wrong" in address)) return address;
  context.addIssue({ code: "custom", message: address.wrong, input: text });
  return z.NEVER;
});

const CONFIGURATION = z.strictObject({
  routes: z.array(z.strictObject({ listen: addressText, to: addressText })).min(1),
});

export function readRoutes(options: {
  readonly listen: Address | undefined;
  readonly to: Address | undefined;
  readonly config: string | undefined;
}): readonly ConfiguredRoute[] {
  const { listen, to, config } = options;
  if (config === undefined) {
    const hint = "For example: dicomtap proxy --listen 11112 --to pacs.example:104";
    if (listen === undefined) throw usageError("Missing --listen [HOST:]PORT", hint);
    if (to === undefined) throw usageError("Missing --to HOST:PORT, the PACS", hint);
    return [{ listen, to }];
  }
  if (listen !== undefined || to !== undefined) {
    throw usageError("--config names the routes: leave out --listen and --to");
  }
  return parseConfiguration(config, readTextFile(config, "--config"));
}

function parseConfiguration(path: string, text: string): readonly ConfiguredRoute[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usageError(`${path} is not JSON: ${(error as Error).message}`);
  }
  const parsed = CONFIGURATION.safeParse(value);
  if (parsed.success) return parsed.data.routes;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? issue.path.join(".") : "the whole";
  throw usageError(
    `${path}: ${where}: ${issue?.message ?? "not understood"}`,
    'Write it like {"routes": [{"listen": "11112", "to": "pacs.example:104"}]}',
  );
}
