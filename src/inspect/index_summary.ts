/**
 * What the index says about an association: its summary, with the presentation contexts packed.
 *
 * Why packed: SCUs propose up to 128 contexts, of which most are never used, and the same ones each
 * time. As they are, they would make the index of many small associations longer than the records.
 * They are unpacked when somebody asks for them, which a list does not.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { AssociationJson, ContextJson } from "../observe/summary.ts";

const VERSION = 1;

/** Contexts up to this number are left as they are. */
const PLAIN_CONTEXTS = 4;

/** Octets that contexts may have unpacked: 128 of them with 255 long syntaxes each have fewer. */
const MAX_UNPACKED = 16_777_216;

export function packSummary(summary: AssociationJson): unknown {
  const { capture: _capture, contexts, ...rest } = summary;
  const packed =
    contexts.length <= PLAIN_CONTEXTS
      ? contexts
      : new Uint8Array(deflateRawSync(JSON.stringify(contexts), { level: 1 }));
  return { ...rest, version: VERSION, contexts: packed };
}

/** As the index has it: all of it but the contexts can be read at once. */
export interface PackedSummary extends Omit<AssociationJson, "capture" | "contexts"> {
  readonly version: typeof VERSION;
  readonly contexts: readonly ContextJson[] | Uint8Array;
}

/** False where the index was written by another version: then the records say it again. */
export function isPackedSummary(value: unknown): value is PackedSummary {
  if (typeof value !== "object" || value === null) return false;
  const { version, kind, contexts } = value as Record<string, unknown>;
  if (version !== VERSION || kind !== "association") return false;
  return contexts instanceof Uint8Array || Array.isArray(contexts);
}

/** Undefined where the index was written by another version. */
export function unpackSummary(value: unknown, capture: string): AssociationJson | undefined {
  if (!isPackedSummary(value)) return undefined;
  const { version: _version, contexts, ...rest } = value;
  if (!(contexts instanceof Uint8Array)) return { ...rest, capture, contexts };
  let unpacked: readonly ContextJson[] | undefined;
  const summary = {
    ...rest,
    capture,
    get contexts(): readonly ContextJson[] {
      unpacked ??= unpackContexts(contexts);
      return unpacked;
    },
  };
  return summary;
}

function unpackContexts(packed: Uint8Array): readonly ContextJson[] {
  const text = inflateRawSync(packed, { maxOutputLength: MAX_UNPACKED }).toString();
  return JSON.parse(text) as readonly ContextJson[];
}
