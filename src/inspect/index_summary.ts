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

/** Undefined where the index was written by another version: then the records say it again. */
export function unpackSummary(value: unknown, capture: string): AssociationJson | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { version, contexts, ...rest } = value as Record<string, unknown>;
  if (version !== VERSION || rest["kind"] !== "association") return undefined;
  if (!(contexts instanceof Uint8Array)) {
    return Array.isArray(contexts)
      ? ({ ...rest, capture, contexts } as unknown as AssociationJson)
      : undefined;
  }
  let unpacked: readonly ContextJson[] | undefined;
  const summary = {
    ...rest,
    capture,
    get contexts(): readonly ContextJson[] {
      unpacked ??= unpackContexts(contexts);
      return unpacked;
    },
  };
  return summary as unknown as AssociationJson;
}

function unpackContexts(packed: Uint8Array): readonly ContextJson[] {
  const text = inflateRawSync(packed, { maxOutputLength: MAX_UNPACKED }).toString();
  return JSON.parse(text) as readonly ContextJson[];
}
