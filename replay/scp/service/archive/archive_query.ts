/**
 * C-FIND, C-MOVE and C-GET Identifiers evaluated over an archive (PS3.4 C.4.1, C.4.2, C.4.3).
 *
 * Rule: every query is evaluated as a relational one (C.4.1.2.2): keys of any level may be given, and
 * unique keys above the level need not be. A hierarchical one finds the same entities that way.
 */
import type { DataSet } from "../../../../src/dataset/data_set.ts";
import type { DataElement } from "../../../../src/dataset/element.ts";
import { elementByKeyword } from "../../../../src/dictionary/elements.ts";
import { type QueryLevel, queryModel } from "../../../../src/service/required_attributes.ts";
import { type Candidate, findElement, heldStrings, textOf } from "../query/candidate.ts";
import { answerOf } from "../query/match_answer.ts";
import { identifierMatcher, type MatchOptions } from "../query/match_identifier.ts";
import { MODALITY_WORKLIST } from "../query/schedule_classes.ts";
import { wireElement } from "../query/wire_element.ts";
import type { Archive } from "./archive.ts";
import type { Entity, Kept } from "./entity.ts";

export interface ArchiveQuery {
  readonly sopClassUid: string;
  readonly identifier: DataSet;
  /** AE title from which what is found can be retrieved: Retrieve AE Title (0008,0054). */
  readonly aeTitle: string;
  /** As negotiated (C.5.1.1). */
  readonly combinedDateTime?: boolean;
  readonly emptyValues?: boolean;
  readonly multipleValues?: boolean;
}

/** An Identifier that does not fit its SOP class: A900H (C.4.1.1.4). */
export class IdentifierError extends Error {
  override readonly name = "IdentifierError";
}

/**
 * Identifiers of the responses, one a match. Throws an `IdentifierError` at once where the Identifier
 * asks for a level that the information model does not have.
 */
export function findInArchive(archive: Archive, query: ArchiveQuery): Iterable<DataSet> {
  const levels = queryModel(query.sopClassUid)?.levels;
  if (levels === undefined) return findRows(archive, query);
  const level = levelOf(query.identifier, levels);
  return findEntities(archive, { ...query, level });
}

/** What a C-MOVE or C-GET asks for; the same errors. */
export function retrieveFromArchive(
  archive: Archive,
  query: Pick<ArchiveQuery, "sopClassUid" | "identifier">,
): Iterable<Kept> {
  const levels = queryModel(query.sopClassUid)?.levels;
  if (levels === undefined) return keptRows(archive, query);
  const level = levelOf(query.identifier, levels);
  return keptOf(archive, { ...query, level });
}

interface LevelQuery {
  readonly identifier: DataSet;
  readonly level: QueryLevel;
}

function* findEntities(archive: Archive, query: ArchiveQuery & LevelQuery): Generator<DataSet> {
  const { identifier, level } = query;
  const options = matchOptions(query);
  const uniqueKey = elementByKeyword(level.uniqueKey)?.tag ?? 0;
  const given = (entity: Entity): ReadonlyMap<number, DataElement> =>
    new Map<number, DataElement>([
      [QUERY_RETRIEVE_LEVEL, wireElement(QUERY_RETRIEVE_LEVEL, [level.level], { vr: "CS" })],
      [RETRIEVE_AE_TITLE, wireElement(RETRIEVE_AE_TITLE, [query.aeTitle], { vr: "AE" })],
      ...(level.level === "PATIENT" ? [] : [uniqueElement(uniqueKey, entity)]),
    ]);
  const matches = identifierMatcher(identifier, options);
  for (const entity of entitiesAt(archive, query)) {
    if (!matches(entity)) continue;
    yield answerOf({ identifier, candidate: entity, given: given(entity) }, options);
  }
}

function* findRows(archive: Archive, query: ArchiveQuery): Generator<DataSet> {
  const { identifier } = query;
  const isWorklist = query.sopClassUid === MODALITY_WORKLIST;
  const options = matchOptions({ ...query, ...(isWorklist && { combinedDateTime: true }) });
  const matches = identifierMatcher(identifier, options);
  for (const row of archive.rows(query.sopClassUid)) {
    if (!matches(row)) continue;
    yield answerOf({ identifier, candidate: row }, options);
  }
}

/** Only unique keys retrieve (C.4.2.2.1); what else is in the Identifier is passed over. */
function* keptOf(archive: Archive, query: LevelQuery): Generator<Kept> {
  const keys = query.identifier.elements.filter(({ tag }) => UNIQUE_KEYS.has(tag));
  for (const entity of entitiesAt(archive, query)) {
    if (!keys.every((key) => matchesUnique(key, { identifier: query.identifier, entity })))
      continue;
    yield* entity.instances();
  }
}

/** Without levels the SOP Instance UID is the one key (PS3.4 U.4.2, X.4.2). */
function* keptRows(
  archive: Archive,
  { sopClassUid, identifier }: Pick<ArchiveQuery, "sopClassUid" | "identifier">,
): Generator<Kept> {
  const uids = uidsAsked(identifier, UNIQUE_TAGS.length - 1) ?? [];
  for (const row of archive.rows(sopClassUid)) if (uids.includes(row.key)) yield* row.instances();
}

function matchesUnique(
  key: DataElement,
  { identifier, entity }: { readonly identifier: DataSet; readonly entity: Candidate },
): boolean {
  const wanted = heldStrings({ element: key, holder: identifier }).filter((value) => value !== "");
  if (wanted.length === 0) return true;
  return entity.held(key.tag).some((held) => heldStrings(held).some((uid) => wanted.includes(uid)));
}

/** Entities of a level; where the Identifier names the studies, series or instances, those alone. */
function* entitiesAt(archive: Archive, { identifier, level }: LevelQuery): Generator<Entity> {
  const depth = LEVEL_NAMES.indexOf(level.level);
  const walk = function* (entities: Iterable<Entity>, at: number): Generator<Entity> {
    for (const entity of entities) {
      if (at === depth) yield entity;
      else yield* walk(childrenOf(entity, uidsAsked(identifier, at + 1)), at + 1);
    }
  };
  const studies = depth >= 1 ? uidsAsked(identifier, 1) : undefined;
  if (studies === undefined) yield* walk(archive.patients.values(), 0);
  else
    yield* walk(
      studies.flatMap((uid) => archive.study(uid) ?? []),
      1,
    );
}

function childrenOf(entity: Entity, uids: readonly string[] | undefined): Iterable<Entity> {
  if (uids === undefined) return entity.children.values();
  return uids.flatMap((uid) => entity.children.get(uid) ?? []);
}

/** Undefined where all are meant. */
function uidsAsked(identifier: DataSet, depth: number): readonly string[] | undefined {
  const tag = UNIQUE_TAGS[depth] ?? 0;
  const key = findElement(identifier, tag);
  if (key === undefined) return undefined;
  const uids = heldStrings({ element: key, holder: identifier }).filter((uid) => uid !== "");
  return uids.length === 0 ? undefined : [...new Set(uids)];
}

function levelOf(identifier: DataSet, levels: readonly QueryLevel[]): QueryLevel {
  const name = textOf(identifier, QUERY_RETRIEVE_LEVEL);
  const found = levels.find(({ level }) => level === name?.trim());
  if (found !== undefined) return found;
  const due = levels.map(({ level }) => level).join(", ");
  const what = name === undefined ? "is missing" : `"${name.slice(0, 16)}" is not one of ${due}`;
  throw new IdentifierError(`Query/Retrieve Level (0008,0052) ${what} (PS3.4 C.4.1.1.3.1)`);
}

function matchOptions({
  combinedDateTime,
  emptyValues,
  multipleValues,
}: Partial<ArchiveQuery>): MatchOptions {
  return {
    ...(combinedDateTime !== undefined && { combinedDateTime }),
    ...(emptyValues !== undefined && { emptyValues }),
    ...(multipleValues !== undefined && { multipleValues }),
    notKeys: NOT_KEYS,
  };
}

function uniqueElement(tag: number, entity: Entity): [number, DataElement] {
  const held = entity.held(tag)[0];
  return [tag, held?.element ?? wireElement(tag, [entity.key], { vr: "UI" })];
}

const QUERY_RETRIEVE_LEVEL = 0x00080052;
const RETRIEVE_AE_TITLE = 0x00080054;
const LEVEL_NAMES: readonly string[] = ["PATIENT", "STUDY", "SERIES", "IMAGE"];
const UNIQUE_TAGS: readonly number[] = [0x00100020, 0x0020000d, 0x0020000e, 0x00080018];
const UNIQUE_KEYS: ReadonlySet<number> = new Set(UNIQUE_TAGS);

/** Query/Retrieve Level and View, Retrieve AE Title, Timezone Offset From UTC. */
const NOT_KEYS: ReadonlySet<number> = new Set([
  QUERY_RETRIEVE_LEVEL,
  0x00080053,
  RETRIEVE_AE_TITLE,
  0x00080201,
]);
