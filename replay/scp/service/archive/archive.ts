/**
 * A small archive made of a recording: the instances that passed in it, what its PACS answered to
 * queries, and the rows of worklists and other lists (PS3.4 C.6, K.6, CC.2.8).
 *
 * Rule: attributes only are held; data sets stay in the captures. Bounded: what does not fit is named
 * in `problems` once and left out.
 * Rule: patient, study, series, instance are one tree, whatever the information model that asks.
 */
import type { DataSet } from "../../../../src/dataset/data_set.ts";
import { UPS_CLASSES } from "../../../../src/observe/service/ups_watch.ts";
import { type QueryLevel, queryModel } from "../../../../src/service/required_attributes.ts";
import { textOf } from "../query/candidate.ts";
import { remembered, sizeOf } from "./attributes.ts";
import { Entity } from "./entity.ts";
import type { RecordedInstance } from "./recorded_instance.ts";

/** Entities of all kinds. */
const MAX_ENTITIES = 200_000;
/** Octets of attributes, about. */
const MAX_OCTETS = 256 * 2 ** 20;

export class Archive {
  readonly problems: string[] = [];
  /** The parent of all patients; it is none itself. */
  readonly #root = new Entity("PATIENT", "");
  readonly #studies = new Map<string, Entity>();
  readonly #series = new Map<string, Entity>();
  readonly #images = new Map<string, Entity>();
  readonly #lists = new Map<string, Map<string, Entity>>();
  #entities = 0;
  #octets = 0;

  /** Instances that can be retrieved. */
  get size(): number {
    const lists = [this.#images, ...this.#lists.values()];
    const isKept = ({ kept }: Entity): boolean => kept !== undefined;
    return lists.reduce((sum, list) => sum + [...list.values()].filter(isKept).length, 0);
  }

  get patients(): ReadonlyMap<string, Entity> {
    return this.#root.children;
  }

  /**
   * Of a list: a worklist, procedure steps, hanging protocols; by the SOP class that queries it or
   * retrieves from it.
   */
  rows(sopClassUid: string): Iterable<Entity> {
    return this.#lists.get(listName(sopClassUid))?.values() ?? [];
  }

  study(uid: string): Entity | undefined {
    return this.#studies.get(uid);
  }

  /** A later one of the same UID replaces it, unless that one is not whole in the capture. */
  addInstance(instance: RecordedInstance, attributes: DataSet): void {
    if (!this.#hasRoom()) return;
    const before = this.#images.get(instance.sopInstanceUid)?.kept;
    if (before?.instance.dataSet.complete === true && !instance.dataSet.complete) return;
    const study = this.#study(textOf(attributes, STUDY_INSTANCE_UID), attributes);
    const series =
      study &&
      this.#below(study, {
        level: "SERIES",
        key: textOf(attributes, SERIES_INSTANCE_UID),
      });
    const image =
      (series && this.#below(series, { level: "IMAGE", key: instance.sopInstanceUid })) ??
      this.#loose(instance);
    const like = firstKept(image.parent) ?? firstKept(study);
    image.kept = { instance, attributes: remembered(attributes, like) };
    this.#octets += sizeOf(image.kept.attributes, like);
  }

  /** What a PACS answered to `request`, a C-FIND-RQ of that SOP class. */
  addAnswer(
    answer: DataSet,
    query: { readonly sopClassUid: string; readonly request: DataSet },
  ): void {
    if (!this.#hasRoom()) return;
    const { sopClassUid, request } = query;
    const text = (tag: number): string | undefined => textOf(answer, tag) ?? single(request, tag);
    const model = queryModel(sopClassUid);
    const entity =
      model === undefined
        ? this.#row(sopClassUid, answer)
        : this.#entityOf(text(QUERY_RETRIEVE_LEVEL) as QueryLevel["level"] | undefined, {
            text,
            answer,
          });
    if (entity === undefined) return;
    const copy = remembered(answer);
    entity.addAnswer(copy);
    this.#octets += sizeOf(copy);
  }

  #entityOf(
    level: QueryLevel["level"] | undefined,
    { text, answer }: { text: (tag: number) => string | undefined; answer: DataSet },
  ): Entity | undefined {
    if (level === undefined) return undefined;
    if (level === "PATIENT") {
      const key = text(PATIENT_ID);
      return key === undefined ? undefined : this.#below(this.#root, { level, key });
    }
    const study = this.#study(text(STUDY_INSTANCE_UID), answer);
    if (level === "STUDY" || study === undefined) return study;
    const series = this.#below(study, { level: "SERIES", key: text(SERIES_INSTANCE_UID) });
    if (level === "SERIES" || series === undefined) return series;
    return level === "IMAGE"
      ? this.#below(series, { level: "IMAGE", key: text(SOP_INSTANCE_UID) })
      : undefined;
  }

  /** The study is moved under its patient when that becomes known. */
  #study(uid: string | undefined, dataSet: DataSet): Entity | undefined {
    if (uid === undefined) return undefined;
    const patientId = textOf(dataSet, PATIENT_ID) ?? "";
    const known = this.#studies.get(uid);
    if (known !== undefined && (patientId === "" || known.parent?.key !== "")) return known;
    const patient = this.#below(this.#root, { level: "PATIENT", key: patientId });
    if (patient === undefined) return undefined;
    if (known === undefined) return this.#below(patient, { level: "STUDY", key: uid });
    const nameless = known.parent;
    nameless?.children.delete(uid);
    if (nameless?.children.size === 0) this.#root.children.delete(nameless.key);
    known.parent = patient;
    patient.children.set(uid, known);
    return known;
  }

  #below(
    parent: Entity,
    { level, key }: { readonly level: QueryLevel["level"]; readonly key: string | undefined },
  ): Entity | undefined {
    if (key === undefined) return undefined;
    const index = {
      PATIENT: undefined,
      STUDY: this.#studies,
      SERIES: this.#series,
      IMAGE: this.#images,
    }[level];
    const known = parent.children.get(key) ?? index?.get(key);
    if (known !== undefined) return known;
    const entity = new Entity(level, key, parent === this.#root ? undefined : parent);
    parent.children.set(key, entity);
    index?.set(key, entity);
    this.#entities++;
    return entity;
  }

  /** Of no patient and no study: a hanging protocol, a color palette (PS3.4 U, X, BB). */
  #loose({ sopClassUid, sopInstanceUid }: RecordedInstance): Entity {
    return this.#rowOf(sopClassUid, sopInstanceUid);
  }

  #row(sopClassUid: string, answer: DataSet): Entity {
    const size = this.#lists.get(listName(sopClassUid))?.size ?? 0;
    return this.#rowOf(sopClassUid, rowKey(answer) ?? `row ${size}`);
  }

  #rowOf(sopClassUid: string, key: string): Entity {
    const name = listName(sopClassUid);
    const list = this.#lists.get(name) ?? new Map<string, Entity>();
    this.#lists.set(name, list);
    const entity = list.get(key) ?? new Entity("ITEM", key);
    if (!list.has(key)) this.#entities++;
    list.set(key, entity);
    return entity;
  }

  #hasRoom(): boolean {
    if (this.#entities < MAX_ENTITIES && this.#octets < MAX_OCTETS) return true;
    this.#tell(`The archive is full (${this.#entities} entities); the rest is left out`);
    return false;
  }

  #tell(problem: string): void {
    if (this.problems.length < MAX_PROBLEMS && !this.problems.includes(problem)) {
      this.problems.push(problem);
    }
  }
}

const MAX_PROBLEMS = 20;

const PATIENT_ID = 0x00100020;
const STUDY_INSTANCE_UID = 0x0020000d;
const SERIES_INSTANCE_UID = 0x0020000e;
const SOP_INSTANCE_UID = 0x00080018;
const QUERY_RETRIEVE_LEVEL = 0x00080052;
const REQUESTED_PROCEDURE_ID = 0x00401001;
const SCHEDULED_PROCEDURE_STEP_SEQUENCE = 0x00400100;
const SCHEDULED_PROCEDURE_STEP_ID = 0x00400009;

/**
 * One list, whichever class speaks of it: the five of Unified Procedure Steps (PS3.4 CC.1.1); storage,
 * FIND, MOVE and GET of hanging protocols, color palettes and implant templates, whose UIDs differ in
 * the last component (PS3.6 Table A-1).
 */
function listName(sopClassUid: string): string {
  if (UPS_CLASSES.has(sopClassUid)) return "UPS";
  const found = /^(1\.2\.840\.10008\.5\.1\.4\.(?:38|39|43|44|45))\.[1-4]$/.exec(sopClassUid);
  return found?.[1] ?? sopClassUid;
}

/** What tells the rows of a list apart; undefined where nothing does, so each answer is one. */
function rowKey(answer: DataSet): string | undefined {
  const instance = textOf(answer, SOP_INSTANCE_UID);
  if (instance !== undefined) return instance;
  const [step] = answer.items(SCHEDULED_PROCEDURE_STEP_SEQUENCE);
  const parts = [
    textOf(answer, STUDY_INSTANCE_UID),
    textOf(answer, REQUESTED_PROCEDURE_ID),
    step && textOf(step, SCHEDULED_PROCEDURE_STEP_ID),
  ];
  return parts.every((part) => part === undefined) ? undefined : JSON.stringify(parts);
}

/** A unique key as the request names it, where it names one entity. */
function single(request: DataSet, tag: number): string | undefined {
  const text = textOf(request, tag);
  return text === undefined || /[*?]/.test(text) ? undefined : text;
}

function firstKept(entity: Entity | undefined): DataSet | undefined {
  for (const { attributes } of entity?.instances() ?? []) return attributes;
  return undefined;
}
