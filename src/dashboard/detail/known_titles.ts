/**
 * What an acceptor that rejected an AE title (PS3.8 Table 9-21) has accepted on other associations:
 * mostly the title that was meant.
 *
 * Bounded: the newest associations are looked at, and a few titles named.
 */
import type { AssociationJson } from "../../observe/summary.ts";
import { type Entry, summaryOf } from "../library/entry.ts";

const MAX_LOOKED_AT = 500;
const MAX_TITLES = 4;

/** In one sentence; undefined where no AE title was rejected, or nothing else is known. */
export function knownTitles(
  summary: AssociationJson,
  newestFirst: readonly Entry[],
): string | undefined {
  const { reject, called_ae_title, calling_ae_title } = summary;
  if (reject?.source !== SERVICE_USER) return undefined;
  const isCalled = reject.reason === CALLED_NOT_RECOGNIZED;
  if (!isCalled && reject.reason !== CALLING_NOT_RECOGNIZED) return undefined;
  const rejected = isCalled ? called_ae_title : calling_ae_title;
  const titles = new Set<string>();
  for (const entry of newestFirst.slice(0, MAX_LOOKED_AT)) {
    const title = isCalled ? entry.called : entry.calling;
    if (title === "" || title === rejected || titles.has(title)) continue;
    const other = summaryOf(entry);
    const accepted = other.contexts.some(({ result }) => result !== null);
    if (!accepted || other.acceptor.address !== summary.acceptor.address) continue;
    titles.add(title);
    if (titles.size === MAX_TITLES) break;
  }
  if (titles.size === 0) return undefined;
  const known = [...titles].join(", ");
  return isCalled
    ? `The acceptor knows itself as ${known}; the requestor called ${rejected}.`
    : `The acceptor has accepted ${known}; the requestor calls itself ${rejected}.`;
}

const SERVICE_USER = 1;
const CALLING_NOT_RECOGNIZED = 3;
const CALLED_NOT_RECOGNIZED = 7;
