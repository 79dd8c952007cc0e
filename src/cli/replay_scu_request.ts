/** What `dicomtap replay scu` is asked for on the command line, as `replayAsScu` takes it. */
import { readAeTitles } from "../../replay/rewrite/ae_titles.ts";
import { Rewriter, type RewriterOptions } from "../../replay/rewrite/rewriter.ts";
import { readUidTable } from "../../replay/rewrite/uids.ts";
import { readValueTable } from "../../replay/rewrite/value_table.ts";
import { PASSCODE, PRIMARY } from "../../replay/scu/association_request.ts";
import { LEAST_FRAGMENT } from "../../replay/scu/check_options.ts";
import type { Fragment, ReplayScuOptions as Request } from "../../replay/scu/options.ts";
import { readSpeed } from "../../replay/scu/pace.ts";
import type { Target } from "./association_failure.ts";
import { badValue } from "./command_error.ts";
import { ignored } from "./ignore_option.ts";
import { readTextFile } from "./read_text_file.ts";
import type { ReplayScuOptions } from "./replay_scu_options.ts";
import { taken } from "./taken.ts";

export function scuRequest(
  what: { readonly paths: readonly string[]; readonly filter: string | undefined },
  {
    options,
    target,
    env,
  }: {
    readonly options: ReplayScuOptions;
    readonly target: Target;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): Request {
  const { ignore, record, "max-gap": maxGap } = options;
  const { "dimse-timeout": dimseTimeout, "event-timeout": eventTimeout } = options;
  const ratePerSecond = rate(options.rate);
  return {
    captures: what.paths,
    ...(what.filter !== undefined && { filter: what.filter }),
    ...target,
    speed: speedOf(options.speed),
    ...(maxGap !== undefined && { maxGap }),
    concurrency: concurrency(options.concurrency),
    repeat: options.repeat,
    ...(ratePerSecond !== undefined && { ratePerSecond }),
    rewrite: rewriteOf(options),
    ignore: ignored(ignore),
    showPatient: options["show-phi"],
    fragment: fragment(options.fragment),
    pinTransferSyntaxes: options["pin-ts"],
    omitAsynchronousWindow: options["no-async"],
    refusedContext: options["refused-context"],
    identity: { primary: env[PRIMARY], passcode: env[PASSCODE] },
    ...(options["move-listen"] !== undefined && { moveListen: listenOn(options["move-listen"]) }),
    graceful: options.graceful,
    connectTimeout: options["connect-timeout"],
    acseTimeout: options["acse-timeout"],
    ...(dimseTimeout !== undefined && { dimseTimeout }),
    ...(eventTimeout !== undefined && { eventTimeout }),
    ...(record !== undefined && { record }),
  };
}

function listenOn({ host, port }: { host: string | undefined; port: number }) {
  return { port, ...(host !== undefined && { host }) };
}

function speedOf(text: string): number {
  const speed = readSpeed(text);
  if (speed !== undefined) return speed;
  throw badValue("speed", text, "It is recorded, max, or a number of times such as 2x.");
}

function concurrency(text: string): "recorded" | number {
  if (text === "recorded") return text;
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw badValue("concurrency", text, "It is recorded, or a number of associations.");
}

function rate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{1,6}(?:\.\d{1,6})?)\/(s|m|h)$/.exec(text);
  const count = Number(match?.[1]);
  if (match === null || count === 0) {
    throw badValue(
      "rate",
      text,
      "It is a number of associations a second, minute or hour: 5/s, 10/m, 100/h.",
    );
  }
  return count / (match[2] === "s" ? 1 : match[2] === "m" ? 60 : 3600);
}

function fragment(text: string): Fragment {
  if (text === "max" || text === "recorded" || text === "one-pdv") return text;
  if (/^[1-9]\d{0,9}$/.test(text) && Number(text) >= LEAST_FRAGMENT) return Number(text);
  const number = `a number of octets of at least ${LEAST_FRAGMENT}`;
  throw badValue("fragment", text, `It is max, recorded, one-pdv, or ${number}.`);
}

function rewriteOf(options: ReplayScuOptions): RewriterOptions {
  const { uids, seed, dates, set, values, ae } = options;
  const rewrite: RewriterOptions = {
    ...(ae !== undefined && { ae: taken("ae", () => readAeTitles(ae)) }),
    uids: uids === "keep" || uids === "new" ? uids : fromFile("uids", uids, readUidTable),
    ...(seed !== undefined && { seed }),
    dates,
    set,
    ...(values !== undefined && { values: fromFile("values", values, readValueTable) }),
  };
  taken("dates", () => new Rewriter({ dates }));
  taken("set", () => new Rewriter(rewrite));
  return rewrite;
}

function fromFile<T>(option: string, path: string, read: (text: string) => T): T {
  const hint = option === "uids" ? "It is keep, new, or a file." : undefined;
  const text = readTextFile(path, `--${option}`, hint);
  return taken(`${option} ${path}`, () => read(text));
}
