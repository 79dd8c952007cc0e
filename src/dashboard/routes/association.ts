/** Endpoints for one association: what became of it, its messages and its PDUs. */
import * as z from "zod";
import { printFinding } from "../../dataset/finding.ts";
import { hexTag } from "../../dataset/tag.ts";
import { uidEntry } from "../../dictionary/uids.ts";
import { readCommandSet } from "../../dimse/command_set.ts";
import { associationMeaning } from "../../meaning/association_meaning.ts";
import { type Head, readHeadOf } from "../../meaning/read_head.ts";
import { formatSize, plural } from "../../units.ts";
import { mayAct, type User } from "../access.ts";
import type {
  AssociationDetailJson,
  CommandElement,
  DataSetTree,
  MessageDetailJson,
  MessageRow,
  MessagesJson,
  PduDetailJson,
  PdusJson,
} from "../api_types.ts";
import type { AssociationPass, PassedMessage, PassedPdu } from "../detail/association_pass.ts";
import { commandWords } from "../detail/command_words.ts";
import { dataSetTree } from "../detail/data_set_tree.ts";
import { knownTitles } from "../detail/known_titles.ts";
import { readMessageOctets } from "../detail/message_octets.ts";
import { endedMessages, messageRow, pduRow } from "../detail/pass_rows.ts";
import { pduFields } from "../detail/pdu_fields.ts";
import { hexOf, hiddenRanges, readPduOctets } from "../detail/pdu_octets.ts";
import { verdictOf } from "../detail/verdict.ts";
import { ApiError, type Call, type Endpoint, endpoint } from "../endpoint.ts";
import { decodesCompressed } from "../image/decode_frame.ts";
import { imageFacts } from "../image/image_facts.ts";
import { type Entry, entryKey, summaryOf } from "../library/entry.ts";
import { entryOfKey, limit, notThere, OFFSET, SHOW_PHI } from "./queries.ts";
import type { Services } from "./services.ts";

/** Octets of a data set that its tree is made from. */
const TREE_LENGTH = 1_048_576;

const BASE = "/api/associations/:capture/:id";
const WINDOW = z.object({ offset: OFFSET, limit: limit(2_000, 200) });
const PHI = z.object({ show_phi: SHOW_PHI });

export function associationEndpoints(services: Services): readonly Endpoint[] {
  const { state, details } = services;
  return [
    endpoint({
      method: "get",
      path: BASE,
      role: "viewer",
      summary: "One association: what became of it, and what belongs to it",
      answers: "AssociationDetailJson",
      handle: async (call) => {
        const entry = entryOf(services, call);
        const summary = summaryOf(entry);
        const meaning = associationMeaning(summary);
        const all = state.list.newestFirst();
        const at = all.findIndex(({ key }) => key === entry.key);
        const detail: AssociationDetailJson = {
          key: entry.key,
          association: meaning === undefined ? summary : { ...summary, meaning },
          row: state.row(entry),
          verdict: verdictOf(summary, knownTitles(summary, all)),
          linked: await services.stories.linkedTo(entry),
          notes: state.notes.of(entry.key),
          previous: all[at + 1]?.key ?? null,
          next: all[at - 1]?.key ?? null,
          live: entry.outcome === "open",
          missing: missingWords(entry, {
            hasFile: state.library.pathOf(entry.capture) !== undefined,
            damaged: state.library.damagedOf(entry),
            barred: state.library.barredOf(entry),
          }),
        };
        return call.context.json(detail);
      },
    }),
    endpoint({
      method: "get",
      path: `${BASE}/messages`,
      role: "viewer",
      summary: "A window of its messages",
      answers: "MessagesJson",
      query: WINDOW,
      handle: async (call) => {
        const { offset, limit: count } = call.query;
        const { pass, complete, findings } = await passOf(services, call);
        const messages = endedMessages(pass);
        const window = messages.slice(offset, offset + count);
        const answer: MessagesJson = {
          total: messages.length,
          offset,
          complete,
          messages: window.map((message) => messageRow(message, { pass, findings })),
        };
        return call.context.json(answer);
      },
    }),
    endpoint({
      method: "get",
      path: `${BASE}/messages/:index`,
      role: "viewer",
      summary: "One message: its command set and the head of its data set",
      answers: "MessageDetailJson",
      query: PHI,
      handle: async (call) => {
        const showPatient = maySeePatients(call);
        const entry = entryOf(services, call);
        const decodes = decodesCompressed();
        const answer = await details.withRecords(entry.key, ({ found, reader }, { pass }) => {
          const message = messageOf(pass, call);
          const streams = { reader, found, places: pass.places };
          const octets = readMessageOctets(streams, { message, dataLimit: TREE_LENGTH });
          const row = messageRow(message, { pass, findings: summaryOf(entry).findings });
          const { transferSyntax } = message;
          const { length = 0 } = row.data_set ?? {};
          const head = readHeadOf({ head: octets.dataSet, length }, transferSyntax);
          const detail: MessageDetailJson = {
            message: row,
            transfer_syntax_name: nameOf(transferSyntax),
            abstract_syntax_name: nameOf(row.abstract_syntax ?? undefined),
            command_elements: commandElements(octets.command),
            data_set: treeOf(row, { head, showPatient }),
            exchange: exchangeOf(row, pass),
            image: message.image
              ? imageFacts(head, { transferSyntax, decodes, octets: octets.dataSet })
              : null,
          };
          return detail;
        });
        if (answer === undefined) throw nothingThere(entry);
        return call.context.json(answer);
      },
    }),
    endpoint({
      method: "get",
      path: `${BASE}/pdus`,
      role: "viewer",
      summary: "A window of its PDUs",
      answers: "PdusJson",
      query: WINDOW,
      handle: async (call) => {
        const { offset, limit: count } = call.query;
        const { pass, complete, findings } = await passOf(services, call);
        const window = pass.pdus.slice(offset, offset + count);
        const answer: PdusJson = {
          total: pass.pdus.length,
          offset,
          complete,
          pdus: window.map((pdu) => pduRow(pdu, { pass, findings })),
        };
        return call.context.json(answer);
      },
    }),
    endpoint({
      method: "get",
      path: `${BASE}/pdus/:index`,
      role: "viewer",
      summary: "One PDU: its fields with their places, and its octets",
      answers: "PduDetailJson",
      query: PHI,
      handle: async (call) => {
        const showPatient = maySeePatients(call);
        const entry = entryOf(services, call);
        const answer = await details.withRecords(entry.key, ({ found, reader }, { pass }) => {
          const pdu = pduOf(pass, call);
          const octets = readPduOctets({ reader, found, places: pass.places }, pdu);
          const fields = pduFields(octets.bytes, { showPatient });
          const hidden = hiddenRanges(octets, { fields, showPatient });
          const detail: PduDetailJson = {
            pdu: pduRow(pdu, { pass, findings: summaryOf(entry).findings }),
            fields,
            hex: hexOf(octets, hidden),
            more: octets.more,
            hidden,
          };
          return detail;
        });
        if (answer === undefined) throw nothingThere(entry);
        return call.context.json(answer);
      },
    }),
  ];
}

/** The association that the path names. */
export function entryOf({ state }: Services, call: Call<unknown, unknown>): Entry {
  const id = call.param("id");
  return entryOfKey(
    state,
    entryKey(call.param("capture"), /^\d{1,10}$/.test(id) ? Number(id) : -1),
  );
}

export function messageOf(pass: AssociationPass, call: Call<unknown, unknown>): PassedMessage {
  const message = pass.messages[indexOf(call)];
  if (message?.text === undefined) {
    throw new ApiError(404, { error: "There is no such message in this association" });
  }
  return message;
}

/** `show_phi=1` from the operator on. */
export function maySeePatients(call: {
  readonly query: { readonly show_phi: "0" | "1" };
  readonly user: User;
}): boolean {
  if (call.query.show_phi === "0") return false;
  if (mayAct(call.user.role, "operator")) return true;
  throw new ApiError(403, {
    error: `${call.user.name} is a viewer here and does not see patients' data`,
  });
}

/** No capture has its records. */
export function nothingThere(entry: Entry): ApiError {
  return entry.found === undefined
    ? new ApiError(404, { error: `${entry.key} is in no capture: only its summary is known` })
    : notThere(entry.key);
}

/** All that its records say, and the findings about it. */
async function passOf(services: Services, call: Call<unknown, unknown>) {
  const entry = entryOf(services, call);
  const read = await services.details.get(entry.key);
  if (read === undefined) throw nothingThere(entry);
  return { ...read, findings: summaryOf(entry).findings };
}

function pduOf(pass: AssociationPass, call: Call<unknown, unknown>): PassedPdu {
  const pdu = pass.pdus[indexOf(call)];
  if (pdu === undefined)
    throw new ApiError(404, { error: "There is no such PDU in this association" });
  return pdu;
}

function indexOf(call: Call<unknown, unknown>): number {
  const index = call.param("index");
  return /^\d{1,9}$/.test(index) ? Number(index) : -1;
}

function nameOf(uid: string | undefined): string | null {
  return uidEntry(uid ?? "")?.name ?? null;
}

function commandElements(bytes: Uint8Array): CommandElement[] {
  return readCommandSet(bytes).elements.map(({ tag, keyword, vr, offset, length, value }) => ({
    tag: hexTag(tag),
    keyword: keyword ?? "",
    vr,
    value,
    words: commandWords(keyword ?? "", value),
    offset: offset - 8,
    length: length + 8,
  }));
}

function treeOf(
  row: MessageRow,
  { head, showPatient }: { readonly head: Head | undefined; readonly showPatient: boolean },
): DataSetTree | null {
  if (row.data_set === null) return null;
  const { json: _json, json_missing: _missing, ...facts } = row.data_set;
  if (head === undefined) {
    const reason = "Its transfer syntax is not known, so it is not decoded";
    const { length } = facts;
    return { ...facts, elements: [], missing: length, masked: false, findings: [], reason };
  }
  const tree = dataSetTree(head.dataSet, { showPatient });
  // that the head ends somewhere is no fault of the data set
  const told = head.findings.filter(({ id }) => head.missing === 0 || id !== "data-set-truncated");
  const findings = told.slice(0, MAX_FINDINGS).map(printFinding);
  return { ...facts, ...tree, missing: head.missing, findings, reason: null };
}

/** Findings of one data set that are told. */
const MAX_FINDINGS = 50;

function exchangeOf(row: MessageRow, pass: AssociationPass): MessageDetailJson["exchange"] {
  const request = row.responds_to ?? row.index;
  const responses: number[] = [];
  for (const message of endedMessages(pass)) {
    if (responses.length >= MAX_RESPONSES) break;
    if (message.respondsTo === request) responses.push(message.index);
  }
  return responses.length === 0 && row.responds_to === null ? null : { request, responses };
}

const MAX_RESPONSES = 2_000;

function missingWords(
  entry: Entry,
  found: {
    readonly hasFile: boolean;
    readonly damaged: number;
    readonly barred: string | undefined;
  },
): string[] {
  const { hasFile, damaged, barred } = found;
  const { gaps } = summaryOf(entry);
  const words: string[] = [];
  if (!hasFile) words.push("It was not recorded: its messages cannot be shown");
  if (barred !== undefined) {
    words.push(`Its capture cannot be read now, and this was read before: ${barred}`);
  }
  if (gaps > 0) words.push(`${plural(gaps, "gap")}: octets passed that are not in the capture`);
  if (damaged > 0) {
    words.push(`The capture is damaged among its records: ${formatSize(damaged)} cannot be read`);
  }
  return words;
}
