/**
 * The octets of a recorded data set with changes made, in the transfer syntax that is wanted.
 *
 * Rule: memory does not grow with the data set: its octets are read twice, once to find what changes
 * and once to send them. Up to `AT_ONCE` octets are held instead.
 * Rule: what nothing changes passes octet for octet, also where it is not what PS3.5 wants.
 */
import { once } from "node:events";
import { createDeflateRaw } from "node:zlib";
import { DataSetReader } from "../../src/dataset/data_set_reader.ts";
import { Inflater } from "../../src/dataset/inflate.ts";
import {
  EXPLICIT_LITTLE,
  type TransferSyntax,
  transferSyntax,
} from "../../src/dataset/transfer_syntax.ts";
import { canReEncode, reEncoded } from "../../src/service/re_encoder.ts";
import type { RecordedDataSet } from "../recorded.ts";
import { EditFinder, type EditRules } from "./edit_finder.ts";
import { applyEdits, type Edit } from "./edits.ts";

/** Whether a data set recorded in one transfer syntax can be sent in another, both as UIDs. */
export function canSend(from: string, to: string): boolean {
  if (from === to) return true;
  const [source, target] = [transferSyntax(from), transferSyntax(to)];
  if (source === undefined || target === undefined) return false;
  // what inflates to Explicit VR Little Endian can be deflated too (PS3.5 A.5)
  return canReEncode(source, target.deflated ? EXPLICIT_LITTLE : target);
}

export interface Rewriting {
  /** UID of the transfer syntax that the octets are to be in. */
  readonly to: string;
  /** Undefined where nothing is to be changed. */
  readonly rules: EditRules | undefined;
  /** Told, in words, where something could not be looked at for changes. */
  readonly notice: (text: string) => void;
}

/** Throws a RangeError where the data set cannot be had in `to`. */
export function rewrittenDataSet(
  recorded: RecordedDataSet,
  { to, rules, notice }: Rewriting,
): AsyncIterable<Uint8Array> {
  const from = recorded.transferSyntax;
  if (!canSend(from, to)) {
    throw new RangeError(
      `Cannot re-encode a data set from transfer syntax ${from} to ${to}: only uncompressed ones (PS3.5 10)`,
    );
  }
  const source = transferSyntax(from);
  const target = transferSyntax(to);
  if (source === undefined || target === undefined) {
    if (rules !== undefined) notice(`nothing is rewritten: transfer syntax ${from} is not known`);
    return recorded.octets();
  }
  if (rules === undefined) {
    return from === to
      ? recorded.octets()
      : converted(recorded.octets(), { from: source, to: target });
  }
  return changed(recorded, { source, target, rules, notice });
}

const AT_ONCE = 2 ** 20;

interface Changing {
  readonly source: TransferSyntax;
  readonly target: TransferSyntax;
  readonly rules: EditRules;
  readonly notice: (text: string) => void;
}

async function* changed(recorded: RecordedDataSet, changing: Changing): AsyncGenerator<Uint8Array> {
  const { source, target, rules } = changing;
  const held = recorded.length <= AT_ONCE ? await gathered(recorded.octets()) : undefined;
  const octets = () => (held === undefined ? recorded.octets() : streamOf(held));
  const finder = new EditFinder(rules, { syntax: source });
  const reader = new DataSetReader(finder, { syntax: source });
  finder.attach(reader);
  for await (const chunk of octets()) reader.receive(chunk);
  reader.end();
  const edits = usable(finder, reader, changing);
  if (edits.length === 0) {
    yield* source.uid === target.uid ? octets() : converted(octets(), { from: source, to: target });
    return;
  }
  const plain = source.deflated ? inflated(octets()) : octets();
  const from = source.deflated ? EXPLICIT_LITTLE : source;
  yield* converted(applyEdits(plain, edits), { from, to: target });
}

/** What breaks off while it is inflated cannot be deflated again as it was. */
function usable(finder: EditFinder, reader: DataSetReader, changing: Changing): readonly Edit[] {
  if (finder.whole) return finder.edits;
  const { source, notice } = changing;
  if (source.deflated) {
    notice("nothing is rewritten: the deflated data set cannot be read to its end");
    return [];
  }
  notice(
    `nothing is rewritten behind octet ${reader.position}: the data set cannot be read further`,
  );
  return finder.edits;
}

async function* converted(
  chunks: AsyncIterable<Uint8Array>,
  { from, to }: { readonly from: TransferSyntax; readonly to: TransferSyntax },
): AsyncGenerator<Uint8Array> {
  if (from.uid === to.uid) yield* chunks;
  else if (!to.deflated) yield* reEncoded(chunks, { from, to });
  else if (from.uid === EXPLICIT_LITTLE.uid) yield* deflated(chunks);
  else yield* deflated(reEncoded(chunks, { from, to: EXPLICIT_LITTLE }));
}

async function* inflated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflater = new Inflater();
  for await (const chunk of chunks) yield* inflater.receive(chunk);
}

/** One raw stream of RFC 1951, padded to an even length (PS3.5 A.5). */
async function* deflated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const deflate = createDeflateRaw();
  const feeding = feed(deflate, chunks);
  let length = 0;
  try {
    for await (const piece of deflate as AsyncIterable<Buffer>) {
      length += piece.length;
      yield new Uint8Array(piece);
    }
    await feeding;
  } finally {
    deflate.destroy();
    await feeding.catch(() => undefined);
  }
  if (length % 2 === 1) yield Uint8Array.of(0);
}

async function feed(
  deflate: ReturnType<typeof createDeflateRaw>,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (deflate.destroyed) return;
      if (!deflate.write(chunk)) await roomIn(deflate);
    }
    deflate.end();
  } catch (error) {
    deflate.destroy(error as Error);
  }
}

/** Leaves no listener behind: a long data set waits thousands of times. */
async function roomIn(deflate: ReturnType<typeof createDeflateRaw>): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(deflate, "drain", { signal }), once(deflate, "close", { signal })]);
  } finally {
    over.abort();
  }
}

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return parts;
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
