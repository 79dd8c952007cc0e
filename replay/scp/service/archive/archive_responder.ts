/**
 * Answers C-FIND by evaluating the query over the archive (`--archive`): what was not asked in the
 * recording finds what would have been found. One pending response a match (PS3.4 C.4.1.3.1).
 */

import { recordedIdentifier } from "../../live_uids.ts";
import type { Answered, LiveAnswer, LiveRequest, Responder } from "../../responder.ts";
import { NOTHING } from "../query/candidate.ts";
import { negotiatedMatching } from "../query/negotiated.ts";
import { SubOperations } from "../retrieve/sub_operations.ts";
import type { Archive } from "./archive.ts";
import { findInArchive, IdentifierError } from "./archive_query.ts";

export class ArchiveResponder implements Responder {
  readonly #archive: Promise<Archive>;

  constructor(archive: Promise<Archive>) {
    this.#archive = archive;
  }

  async answer(request: LiveRequest): Promise<Answered | undefined> {
    if (request.operation !== "C-FIND") return undefined;
    const { sopClassUid, association } = request;
    const identifier = (await recordedIdentifier(request)) ?? NOTHING;
    try {
      const matches = findInArchive(await this.#archive, {
        sopClassUid,
        identifier,
        aeTitle: association.calledAeTitle,
        ...negotiatedMatching(association.user.association, sopClassUid),
      });
      return { by: "archive", answers: pendingOnes(matches) };
    } catch (error) {
      if (!(error instanceof IdentifierError)) throw error;
      return { by: "archive", answers: [SubOperations.refused(MISMATCH, error.message)] };
    }
  }
}

function* pendingOnes(matches: Iterable<LiveAnswer["dataSet"]>): Generator<LiveAnswer> {
  for (const dataSet of matches) yield { status: PENDING, ...(dataSet && { dataSet }) };
  yield { status: SUCCESS };
}

const SUCCESS = 0x0000;
const PENDING = 0xff00;
/** Identifier does not match SOP Class (PS3.4 Table C.4-1). */
const MISMATCH = 0xa900;
