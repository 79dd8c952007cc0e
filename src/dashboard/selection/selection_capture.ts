/**
 * A capture with some associations of others: their records as they are, numbered anew, on one clock.
 *
 * Rule: bounded: one block of each file at a time. What cannot be read of an association is a gap in
 * the new capture as it is in the old one.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { CaptureWriter } from "../../capture/capture_writer.ts";
import type { CaptureFacts } from "../../capture/header.ts";
import { type CaptureRecord, encodeRecord, type OpenFacts } from "../../capture/record.ts";
import { packSummary } from "../../inspect/index_summary.ts";
import { runtime } from "../../io/runtime.ts";
import { PRODUCT } from "../../version.ts";
import type { OpenedAssociation } from "../library/capture_library.ts";
import { type Entry, summaryOf } from "../library/entry.ts";
import type { DashboardState } from "../state.ts";

/** The clock of the new capture begins here, microseconds. */
const ORIGIN = 1_000_000;

/** Pieces of the file, in order. `entries` in the order in which they began. */
export async function* captureOfSelection(
  state: DashboardState,
  entries: readonly Entry[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const first = Math.round((entries[0]?.started ?? 0) * 1000);
  const writer = new CaptureWriter(factsOf(state, { entries, first }));
  for (const [at, entry] of entries.entries()) {
    const opened = await state.open(entry.key);
    if (opened === undefined) continue;
    try {
      const begin = Math.max(0, Math.round(opened.entry.started * 1000) - first) + ORIGIN;
      yield* copied(writer, { opened, number: at + 1, begin });
    } finally {
      opened.close();
    }
    await pause(0);
  }
  yield* flushed(writer);
  while (writer.indexSize > 0) yield* written(writer, writer.takeIndex());
  yield* written(writer, writer.takeTrailer(0));
}

interface Copied {
  readonly opened: OpenedAssociation;
  /** In the new capture. */
  readonly number: number;
  /** When it opens there, microseconds. */
  readonly begin: number;
}

function* copied(writer: CaptureWriter, { opened, number, begin }: Copied): Generator<Uint8Array> {
  const { entry, found, reader } = opened;
  let shift: number | undefined;
  let closedAt = begin;
  for (const record of reader.records(found)) {
    if (!("association" in record) || record.kind === "position") continue;
    if (shift === undefined) {
      shift = begin - record.at;
      if (record.kind !== "open") yield* added(writer, openRecord(opened, { number, begin }));
    }
    closedAt = Math.max(closedAt, record.at + shift);
    const moved = { ...record, association: number, at: record.at + shift };
    if (moved.kind === "open") {
      yield* added(writer, { ...moved, facts: { ...moved.facts, ...origin(opened) } });
    } else if (moved.kind === "gap" && moved.until !== undefined) {
      yield* added(writer, { ...moved, until: moved.until + shift });
    } else yield* added(writer, moved);
  }
  const summary = packSummary({ ...summaryOf(entry), id: number });
  writer.close(number, { openedAt: begin, closedAt, summary });
}

function* added(writer: CaptureWriter, record: CaptureRecord): Generator<Uint8Array> {
  const bytes = encodeRecord(record);
  if (!writer.hasRoom(bytes.length)) yield* flushed(writer);
  writer.add(record, bytes);
}

function* flushed(writer: CaptureWriter): Generator<Uint8Array> {
  for (let bytes = writer.take(); bytes !== undefined; bytes = writer.take()) {
    yield* written(writer, bytes);
  }
}

function* written(writer: CaptureWriter, bytes: Uint8Array | undefined): Generator<Uint8Array> {
  if (bytes === undefined) return;
  const copy = bytes.slice();
  writer.written();
  yield copy;
}

/** Where the first record of the association is lost. */
function openRecord(
  { entry, ...opened }: OpenedAssociation,
  { number, begin }: { readonly number: number; readonly begin: number },
): CaptureRecord {
  const { requestor, acceptor } = summaryOf(entry);
  const facts: OpenFacts = {
    requestor: requestor.address,
    acceptor: acceptor.address,
    wall_us: Math.round(entry.started * 1000),
    ...origin({ entry, ...opened }),
  };
  return { kind: "open", association: number, at: begin, facts };
}

/** Of which association of which capture this is a copy. */
function origin({ entry, found }: OpenedAssociation): Record<string, unknown> {
  return { selected_from: { capture_id: found.captureId.slice(), association: entry.id } };
}

function factsOf(
  state: DashboardState,
  { entries, first }: { readonly entries: readonly Entry[]; readonly first: number },
): CaptureFacts {
  const payloads = new Set(entries.map(({ capture }) => state.library.payloadOf(capture)));
  return {
    capture_id: new Uint8Array(randomBytes(16)),
    product: PRODUCT,
    runtime: `${runtime.name} ${runtime.version}`,
    host: hostname(),
    routes: [],
    payload: payloads.has("headers") ? "headers" : "full",
    started_wall_us: first,
    started_at_us: ORIGIN,
    part: 1,
    redaction: "none",
  };
}
