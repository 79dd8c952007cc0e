/**
 * What the DIMSE-N requests of an association were for, as a person would say it: "began a procedure
 * step (MPPS)", "printed film". From the summary alone, which counts requests by their command, not by
 * their SOP class.
 *
 * Rule: where it is not certain which service a request was for, the operations are listed.
 */
import type { AssociationJson } from "../observe/summary.ts";
import { counted } from "./names.ts";

type Operation = "N-CREATE" | "N-SET" | "N-GET" | "N-ACTION" | "N-DELETE" | "N-EVENT-REPORT";

interface Service {
  /** SOP classes by the beginning of their UID. */
  readonly under: readonly string[];
  /** Of each operation that it has. */
  readonly phrases: Readonly<Partial<Record<Operation, Phrase>>>;
}

interface Phrase {
  readonly did: string;
  /** Behind "could not". */
  readonly failed: string;
  /** What it is about, in the singular. */
  readonly noun?: string;
  /** Behind the noun. */
  readonly of?: string;
  /** How many requests there were says nothing: several of them make one film. */
  readonly uncounted?: true;
  /** With one of these it is a part of that, and not said. */
  readonly unless?: readonly Operation[];
}

const STEP = { noun: "procedure step", of: " (MPPS)" } as const;
const ITEM = { noun: "work item", of: " (UPS)" } as const;

/** The narrower UID first: media creation lies among the classes of print. */
const SERVICES: readonly Service[] = [
  {
    under: ["1.2.840.10008.1.20.1"],
    phrases: {
      "N-ACTION": { did: "asked for storage commitment", failed: "ask for storage commitment" },
      "N-EVENT-REPORT": {
        did: "reported on storage commitment",
        failed: "report on storage commitment",
      },
    },
  },
  {
    under: ["1.2.840.10008.3.1.2.3.3", "1.2.840.10008.3.1.2.3.4", "1.2.840.10008.3.1.2.3.5"],
    phrases: {
      "N-CREATE": { did: "began", failed: "begin", ...STEP },
      "N-SET": { did: "updated", failed: "update", ...STEP },
      "N-GET": { did: "read", failed: "read", ...STEP },
      "N-EVENT-REPORT": { did: "told of", failed: "tell of", ...STEP },
    },
  },
  {
    under: ["1.2.840.10008.5.1.1.33"],
    phrases: {
      "N-CREATE": { did: "asked for media", failed: "ask for media" },
      "N-ACTION": { did: "had media made or canceled", failed: "have media made or canceled" },
      "N-GET": { did: "asked how far media are", failed: "ask how far media are" },
    },
  },
  {
    under: ["1.2.840.10008.5.1.1"],
    phrases: {
      "N-ACTION": { did: "printed film", failed: "print film" },
      "N-CREATE": {
        did: "prepared film without printing it",
        failed: "prepare film",
        uncounted: true,
        unless: ["N-ACTION"],
      },
      "N-GET": {
        did: "asked how the printer is",
        failed: "ask how the printer is",
        unless: ["N-ACTION", "N-CREATE"],
      },
      "N-EVENT-REPORT": { did: "told how the printer is", failed: "tell how the printer is" },
      "N-SET": {
        did: "changed film without printing it",
        failed: "change film",
        uncounted: true,
        unless: ["N-ACTION", "N-CREATE"],
      },
      "N-DELETE": {
        did: "removed film",
        failed: "remove film",
        uncounted: true,
        unless: ["N-ACTION", "N-CREATE", "N-SET"],
      },
    },
  },
  {
    under: ["1.2.840.10008.5.1.4.33"],
    phrases: {
      "N-CREATE": {
        did: "told that instances are available",
        failed: "tell that instances are available",
      },
    },
  },
  {
    under: ["1.2.840.10008.5.1.4.34.6"],
    phrases: {
      "N-CREATE": { did: "scheduled", failed: "schedule", ...ITEM },
      "N-SET": { did: "updated", failed: "update", ...ITEM },
      "N-GET": { did: "read", failed: "read", ...ITEM },
      // a change of state, a request to cancel, a subscription: by the Action Type ID
      "N-ACTION": { did: "acted on", failed: "act on", ...ITEM },
      "N-EVENT-REPORT": { did: "told of", failed: "tell of", ...ITEM },
    },
  },
];

/**
 * `uids`: SOP classes that messages used and that may have DIMSE-N operations. `allFailed`: every
 * request of the association was answered with failure. Undefined where it is not certain.
 */
export function normalizedPhrases(
  requests: readonly NormalizedRequests[],
  { uids, allFailed }: { readonly uids: readonly string[]; readonly allFailed: boolean },
): readonly string[] | undefined {
  const used = [...new Set(uids.map(serviceOf))];
  const asked = new Map<Service, Map<Operation, number>>();
  for (const { operation, count } of requests) {
    const fit = used.filter((service) => service === undefined || service.phrases[operation]);
    const [service] = fit;
    if (service === undefined || fit.length > 1) return undefined;
    const operations = asked.get(service) ?? new Map<Operation, number>();
    asked.set(service, operations.set(operation, count));
  }
  return [...asked].flatMap(([service, operations]) => sayAll(service, { operations, allFailed }));
}

export interface NormalizedRequests {
  readonly operation: Operation;
  readonly count: number;
}

/** The DIMSE-N requests of an association, of whichever side. */
export function normalizedRequests({
  commands,
}: Pick<AssociationJson, "commands">): readonly NormalizedRequests[] {
  return Object.entries(commands).flatMap(([command, count]) =>
    /^N-.*-RQ$/.test(command) ? [{ operation: command.slice(0, -3) as Operation, count }] : [],
  );
}

/** Undefined for a class that has no words here: what it was asked for, nobody can tell apart. */
function serviceOf(uid: string): Service | undefined {
  return SERVICES.find(({ under }) =>
    under.some((root) => uid === root || uid.startsWith(`${root}.`)),
  );
}

function sayAll(
  { phrases }: Service,
  { operations, allFailed }: { operations: ReadonlyMap<Operation, number>; allFailed: boolean },
): string[] {
  /** Verbs that are about the same: "began and updated a procedure step". */
  const said: { readonly verbs: string[]; readonly about: string }[] = [];
  for (const [operation, count] of operations) {
    const phrase = phrases[operation];
    if (phrase === undefined || phrase.unless?.some((other) => operations.has(other))) continue;
    const about = aboutWhat(phrase, { operation, count, allFailed });
    const verb = allFailed ? phrase.failed : phrase.did;
    // "2 times" would be of both
    const same = count === 1 ? said.find((one) => one.about === about) : undefined;
    if (same === undefined) said.push({ verbs: [verb], about });
    else same.verbs.push(verb);
  }
  const [could, and] = allFailed ? ["could not ", " or "] : ["", " and "];
  return said.map(({ verbs, about }) => `${could}${verbs.join(and)}${about}`);
}

/** Things are counted where each request makes one; how many the others were for, nobody knows. */
function aboutWhat(
  { noun, of = "", uncounted }: Phrase,
  { operation, count, allFailed }: { operation: Operation; count: number; allFailed: boolean },
): string {
  if (noun === undefined) return count === 1 || uncounted || allFailed ? "" : ` ${count} times`;
  if (count === 1) return ` a ${noun}${of}`;
  if (operation === "N-CREATE") return ` ${counted(count, noun)}${of}`;
  return ` ${noun}s${of}${allFailed ? "" : ` ${count} times`}`;
}
