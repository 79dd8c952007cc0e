/** What `dicomtap replay scp` is asked for on the command line, as `replayAsScp` takes it. */
import { readStateRule } from "../../replay/scp/named_states.ts";
import type { ReplayScpOptions as Request } from "../../replay/scp/options.ts";
import type { UnmatchedPolicy } from "../../replay/scp/unmatched_responder.ts";
import { LEAST_FRAGMENT } from "../../replay/scu/check_options.ts";
import { readSpeed } from "../../replay/scu/pace.ts";
import { type Address, parseAddress } from "../address.ts";
import { checkAeTitle, targetAt } from "./association_failure.ts";
import { badValue, usageError } from "./command_error.ts";
import { ignored } from "./ignore_option.ts";
import type { ReplayScpOptions } from "./replay_scp_options.ts";
import { taken } from "./taken.ts";

export function scpRequest(
  captures: readonly string[],
  options: ReplayScpOptions & { readonly listen: Address },
): Request {
  const { listen, match, store, record } = options;
  const maximumLength = maxPdu(options["max-pdu"]);
  const eventDelay = options["event-delay"];
  const speed = readSpeed(options.speed);
  if (speed === undefined) {
    throw badValue("speed", options.speed, "It is recorded, max, or a number of times such as 2x.");
  }
  return {
    captures,
    ...(listen.host !== undefined && { host: listen.host }),
    port: listen.port,
    ae: options.ae,
    unknownContext: options["unknown-context"],
    ...(match !== undefined && { match }),
    anyCase: options["any-case"],
    reuse: options.reuse,
    unmatched: unmatchedPolicy(options),
    states: checkedStates(options.state),
    archive: options.archive,
    refresh: options.refresh || options["refresh-uids"],
    newStudies: options["refresh-uids"],
    moveDestinations: destinations("move-dest", options["move-dest"]),
    event: options.event,
    eventDestinations: destinations("event-dest", options["event-dest"]),
    ...(eventDelay !== undefined && { eventDelay }),
    speed,
    maxGap: options["max-gap"],
    ...(maximumLength !== undefined && { maximumLength }),
    ...(store !== undefined && { store }),
    ...(record !== undefined && { record }),
    maxAssociations: options["max-associations"],
    acseTimeout: options["acse-timeout"],
    dimseTimeout: options["dimse-timeout"],
    idleTimeout: options["idle-timeout"],
    compare: options.compare,
    ignore: ignored(options.ignore),
    showPatient: options["show-phi"],
  };
}

/** Of a maximum length that holds no PDV nobody could send a message. */
function maxPdu(octets: number | undefined): number | undefined {
  if (octets === undefined || octets === 0 || octets >= LEAST_FRAGMENT) return octets;
  const number = `a number of octets of at least ${LEAST_FRAGMENT}`;
  throw badValue("max-pdu", String(octets), `It is 0 for no limit, or ${number}.`);
}

function unmatchedPolicy({ unmatched, forward }: ReplayScpOptions): UnmatchedPolicy {
  if (forward !== undefined && unmatched !== undefined) {
    throw usageError("Options --forward and --unmatched exclude one another", "Leave one out.");
  }
  if (forward !== undefined) return { do: "forward", to: targetAt(forward) };
  if (unmatched === undefined) return { do: "default" };
  switch (unmatched) {
    case "reject":
    case "abort":
    case "echo-only":
      return { do: unmatched };
  }
  const status = /^status:([0-9a-f]{4})H?$/i.exec(unmatched)?.[1];
  if (status !== undefined) return { do: "status", status: Number.parseInt(status, 16) };
  const address = /^forward:(.+)$/.exec(unmatched)?.[1];
  if (address !== undefined) {
    const to = parseAddress(address);
    if ("wrong" in to) throw badValue("unmatched", unmatched, `After forward: ${to.wrong}.`);
    return { do: "forward", to: targetAt(to) };
  }
  const known = "status:HEX (status:A700), reject, abort, echo-only, or forward:HOST:PORT";
  throw badValue("unmatched", unmatched, `It is ${known}.`);
}

/** Throws a usage error for one that cannot be read. */
function checkedStates(typed: readonly string[]): readonly string[] {
  for (const one of typed) taken("state", () => readStateRule(one));
  return typed;
}

/** "AE=HOST:PORT", one or more, of each AE title one. */
function destinations(
  option: string,
  given: readonly string[],
): Readonly<Record<string, { readonly host: string; readonly port: number }>> {
  const targets = new Map<string, ReturnType<typeof targetAt>>();
  for (const text of given) {
    const at = text.lastIndexOf("=");
    if (at < 0) throw badValue(option, text, "It is AE=HOST:PORT.");
    const aeTitle = text.slice(0, at).trim();
    checkAeTitle(option, aeTitle);
    const address = parseAddress(text.slice(at + 1));
    if ("wrong" in address) throw badValue(option, text, `After AE= it needs: ${address.wrong}.`);
    if (targets.has(aeTitle)) {
      throw usageError(`Option --${option} is given 2 times for ${aeTitle}`, "Give it once.");
    }
    targets.set(aeTitle, targetAt(address));
  }
  return Object.fromEntries(targets);
}
