/**
 * The services of `replay scp` that have a state or act themselves, for the chain of responders: those
 * that come before recorded answers, and the archive that comes behind them.
 */
import type { Library } from "../library.ts";
import type { RecordedLevel } from "../request_facts.ts";
import type { Responder } from "../responder.ts";
import { ArchiveResponder } from "./archive/archive_responder.ts";
import { buildArchive } from "./archive/build_archive.ts";
import { CommitmentResponder, type EventPolicy } from "./commitment/commitment_responder.ts";
import type { Destination, DestinationTimeouts } from "./destination.ts";
import { InstanceResponder } from "./instances/instance_responder.ts";
import { UpsQueryResponder } from "./instances/ups_query_responder.ts";
import { WorklistResponder } from "./instances/worklist_responder.ts";
import { RefreshResponder } from "./refresh/refresh_responder.ts";
import { RetrieveResponder } from "./retrieve/retrieve_responder.ts";

/** Addresses by AE title; this machine where no host is given. */
export type Destinations = Readonly<
  Record<string, { readonly host?: string | undefined; readonly port: number }>
>;

export interface ServiceOptions {
  /** Queries that were not recorded are evaluated over all that the captures hold. */
  readonly archive?: boolean;
  /** Where C-MOVE sends to; AE titles that are not here are unknown (A801H). */
  readonly moveDestinations?: Destinations;
  /** Where reports of Storage Commitment go, by the AE title of who asked. */
  readonly eventDestinations?: Destinations;
  /** On which association they go; as recorded ("auto") unless told. */
  readonly event?: EventPolicy;
  /** Milliseconds between a request and the report of what came of it; as recorded unless told. */
  readonly eventDelay?: number;
  /** What was scheduled on the day of the recording is scheduled today. */
  readonly refresh?: boolean;
  /** With `refresh`: what is scheduled has new Study Instance UIDs, the same ones until the end. */
  readonly newStudies?: boolean;
}

export interface ServiceResponders {
  readonly before: readonly Responder[];
  readonly behind: readonly Responder[];
}

export interface ServiceSurroundings {
  /** Gives recorded answers by meaning. */
  readonly recorded: Responder;
  /** The level that is good enough for a recorded answer; by operation unless told. */
  readonly match?: RecordedLevel;
  readonly warn: (text: string) => void;
}

export function serviceResponders(
  library: Library,
  options: ServiceOptions & DestinationTimeouts & ServiceSurroundings,
): ServiceResponders {
  const { match: lowest, event, eventDelay, connectTimeout, acseTimeout, dimseTimeout } = options;
  const timeouts = {
    ...(connectTimeout !== undefined && { connectTimeout }),
    ...(acseTimeout !== undefined && { acseTimeout }),
    ...(dimseTimeout !== undefined && { dimseTimeout }),
  };
  const archive = options.archive === true ? buildArchive(library.associations) : undefined;
  archive?.then(
    ({ problems }) => problems.map(options.warn),
    () => undefined, // told to whoever asks it
  );
  const behind = archive === undefined ? [] : [new ArchiveResponder(archive)];
  const worklist = new WorklistResponder({ lowest });
  const { newStudies = false } = options;
  const refreshed =
    options.refresh === true
      ? [new RefreshResponder({ inner: [worklist, options.recorded, ...behind], newStudies })]
      : [];
  const toldOfEvents = byTitle(options.eventDestinations);
  return {
    before: [
      new CommitmentResponder({
        ...timeouts,
        lowest,
        policy: event,
        delay: eventDelay,
        destinations: toldOfEvents,
      }),
      new InstanceResponder({ ...timeouts, lowest, delay: eventDelay, destinations: toldOfEvents }),
      new RetrieveResponder({
        ...timeouts,
        lowest,
        archive,
        destinations: byTitle(options.moveDestinations),
      }),
      new UpsQueryResponder([...refreshed, options.recorded, ...behind]),
      ...refreshed,
      worklist,
    ],
    behind,
  };
}

function byTitle(destinations: Destinations = {}): ReadonlyMap<string, Destination> {
  return new Map(
    Object.entries(destinations).map(([aeTitle, { host, port }]) => {
      return [aeTitle, { aeTitle, host, port }];
    }),
  );
}
