/**
 * A recorded association as what its requestor sends, unit by unit: the request, command sets and
 * data sets, the release. What is changed is a unit, or the PDUs that carry it.
 */
import { transferSyntax } from "../../src/dataset/transfer_syntax.ts";
import { encodeCommandSet } from "../../src/dimse/encode_command_set.ts";
import { MessageFragmenter } from "../../src/dimse/message_fragmenter.ts";
import { encodePdu } from "../../src/ul/encode_pdu.ts";
import type { AAssociateRq } from "../../src/ul/pdu.ts";
import type { RecordedAssociation, RecordedMessage } from "../recorded.ts";
import { associateFields, commandFields, dataSetFields, type Field } from "./fields.ts";
import { applied, type Mutation } from "./mutation.ts";

export interface FuzzUnit {
  readonly kind: "A-ASSOCIATE-RQ" | "command set" | "data set" | "A-RELEASE-RQ";
  /** "C-STORE-RQ". */
  readonly name: string;
  readonly octets: Uint8Array;
  readonly fields: readonly Field[];
}

/** Units that go out together; then an answer is waited for. */
export interface FuzzStep {
  /** Index of the first of its units; a data set comes right behind its command set. */
  readonly unit: number;
  readonly units: readonly FuzzUnit[];
  readonly contextId: number;
}

export interface FuzzScript {
  /** "x.dcap, association 3". */
  readonly name: string;
  readonly request: AAssociateRq;
  readonly units: readonly FuzzUnit[];
  readonly steps: readonly FuzzStep[];
}

/** Octets: longer data sets are left out with their message. */
const MAX_DATA_SET = 262_144;
/** Messages of an association that are sent. */
const MAX_MESSAGES = 20;

/** Undefined where the capture does not hold its A-ASSOCIATE-RQ. */
export async function fuzzScript(recorded: RecordedAssociation): Promise<FuzzScript | undefined> {
  const { request, messages, capture, id } = recorded;
  if (request === undefined) return undefined;
  const units: FuzzUnit[] = [];
  const steps: FuzzStep[] = [];
  const add = (contextId: number, ...together: FuzzUnit[]): void => {
    steps.push({ unit: units.length, units: together, contextId });
    units.push(...together);
  };
  const rq = encodePdu(request);
  const name = "A-ASSOCIATE-RQ";
  add(0, { kind: name, name, octets: rq, fields: associateFields(rq) });
  for (const message of messages) {
    if (steps.length > MAX_MESSAGES) break;
    if (message.sender !== "requestor" || !message.complete) continue;
    if ((message.dataSet?.length ?? 0) > MAX_DATA_SET) continue;
    add(message.contextId, ...(await unitsOf(message)));
  }
  add(0, { kind: "A-RELEASE-RQ", name: "A-RELEASE-RQ", octets: RELEASE, fields: [] });
  return { name: `${capture}, association ${id}`, request, units, steps };
}

/** The same with another unit in the place of one; its number stays. */
export function withUnit(script: FuzzScript, number: number, octets: Uint8Array): FuzzScript {
  const changed = <T extends FuzzUnit>(unit: T, at: number): T =>
    at === number ? { ...unit, octets } : unit;
  return {
    ...script,
    units: script.units.map(changed),
    steps: script.steps.map((step) => ({
      ...step,
      units: step.units.map((unit, index) => changed(unit, step.unit + index)),
    })),
  };
}

/** The octets of a step after the changes to it: whole PDUs, unless a change makes them something else. */
export function stepOctets(step: FuzzStep, mutations: readonly Mutation[]): Uint8Array {
  const at = (unit: number, level: Mutation["level"]): Mutation[] =>
    mutations.filter((mutation) => mutation.unit === unit && mutation.level === level);
  const parts = step.units.map(({ octets }, index) =>
    applied(octets, at(step.unit + index, "content")),
  );
  return applied(inPdus(step, parts), at(step.unit, "wire"));
}

async function unitsOf(message: RecordedMessage): Promise<FuzzUnit[]> {
  const { command: name, values, dataSet } = message;
  const commandSet = encodeCommandSet(values);
  const fields = commandFields(commandSet);
  const units: FuzzUnit[] = [{ kind: "command set", name, octets: commandSet, fields }];
  if (dataSet === undefined) return units;
  const octets = new Uint8Array(dataSet.length);
  let filled = 0;
  for await (const piece of dataSet.octets()) {
    octets.set(piece, filled);
    filled += piece.length;
  }
  const syntax = transferSyntax(dataSet.transferSyntax);
  const known = syntax === undefined ? [] : dataSetFields(octets, syntax);
  units.push({ kind: "data set", name, octets, fields: known });
  return units;
}

function inPdus({ units, contextId }: FuzzStep, parts: readonly Uint8Array[]): Uint8Array {
  const [first = NOTHING, dataSet] = parts;
  if (units[0]?.kind !== "command set") return first;
  const fragmenter = new MessageFragmenter(first, {
    contextId,
    maximumLength: MAXIMUM_LENGTH,
    dataSetLength: dataSet === undefined ? "none" : dataSet.length,
  });
  const pushed = dataSet === undefined ? [] : fragmenter.push(dataSet);
  return Buffer.concat([...pushed, ...fragmenter.end()]);
}

const NOTHING = new Uint8Array(0);
const RELEASE = encodePdu({ type: "A-RELEASE-RQ" });
/** Octets: what every AE takes in practice (PS3.8 D.1). */
const MAXIMUM_LENGTH = 16_384;
