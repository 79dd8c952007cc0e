/**
 * What the index says about an association: its summary, with the presentation contexts packed.
 *
 * Rule: a summary counts only where the same version and the same rules made it. Findings and
 * explanations are what the program that recorded knew; one that knows better reads the records
 * again, as where there is no index, and never shows the one and then the other.
 *
 * Why packed: SCUs propose up to 128 contexts, of which most are never used, and the same ones each
 * time. As they are, they would make the index of many small associations longer than the records.
 * They are unpacked when somebody asks for them, which a list does not.
 */
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import { RULES } from "../observe/rule_catalogue.ts";
import type { AssociationJson, ContextJson } from "../observe/summary.ts";

/**
 * Of the shape, and of what it says: raise it when the same records give another summary. A rule
 * that is new, gone, or of another severity or section counts without that.
 */
const VERSION = 2;

let catalogue: number | undefined;

/** The rules that findings are made by, as one number. */
function rulesNumber(): number {
  catalogue ??= crc32(JSON.stringify(RULES));
  return catalogue;
}

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
  return { ...rest, version: VERSION, rules: rulesNumber(), contexts: packed };
}

/** As the index has it: all of it but the contexts can be read at once. */
export interface PackedSummary extends Omit<AssociationJson, "capture" | "contexts"> {
  readonly version: typeof VERSION;
  readonly rules: number;
  readonly contexts: readonly ContextJson[] | Uint8Array;
}

/** False where another version wrote the index, or other rules made it. */
export function isPackedSummary(value: unknown): value is PackedSummary {
  if (typeof value !== "object" || value === null) return false;
  const { version, rules, kind, contexts } = value as Record<string, unknown>;
  if (version !== VERSION || rules !== rulesNumber() || kind !== "association") return false;
  return contexts instanceof Uint8Array || Array.isArray(contexts);
}

/**
 * The index says something, and it does not count. Then all records are read at once, not those of
 * one association after the other: small ones share blocks, and rules look from one to another.
 */
export function isOutdated(value: unknown): boolean {
  return value !== null && value !== undefined && !isPackedSummary(value);
}

/** Behind the name of such a capture: why reading it takes long, and what to do about it. */
export const OUTDATED =
  'another version made its index, so its records were read; "dicomtap repair" writes a copy with a new index';

/** Undefined where it is none, or outdated. */
export function unpackSummary(value: unknown, capture: string): AssociationJson | undefined {
  if (!isPackedSummary(value)) return undefined;
  const { version: _version, rules: _rules, contexts, ...rest } = value;
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
